/**
 * Replays entries through the ledger's own rules and every fold's. The one way in which anything is learnt from a ledger
 * or a bundle: what acts, what shows and what verifies all come through here. Only a list may read side tables (listing.ts).
 */
import {hash} from 'node:crypto'
import {jcsBytes, parseJcs, type Json} from '../base/jcs.ts'
import {skewAfter} from './clock.ts'
import {Contents} from './contents.ts'
import {isPrivate, maxEntryBytes, parseEntry, readEntry, type Entry, type Reference} from './entry.ts'
import {
  problem,
  type AnyFold,
  type Fold,
  type Handle,
  type LedgerFacts,
  type Problem,
  type View,
} from './fold.ts'
import {PlainEntries} from './plain-entry.ts'
import type {RangeRoot} from './merkle.ts'
import {placeProblems} from './place.ts'
import {faultIn, Readers} from './readers.ts'
import {factsOf} from './facts.ts'
import {branchType, withBranch} from './branch.ts'
import type {States} from './side.ts'
import type {Allowance, Source} from './source.ts'
import type {HashedRow} from './store.ts'
import {Tree} from './tree.ts'
import {changesWriter, runStart, withWriter} from './writers.ts'

/** Where a replay stands. */
export interface Mark {
  readonly states: States
  readonly last: Entry | undefined
  readonly facts: LedgerFacts | undefined
  readonly size: number
}

/** An entry as it is read to be verified. */
type Spelled = Pick<HashedRow, 'hashed' | 'text'>

/** A state as it was. */
type Before = readonly [name: string, state: unknown]
const none: readonly Before[] = []

/** How many entries stay here whole. */
const recentEntries = 64

export class Replay implements View {
  readonly #folds: readonly Fold<unknown>[]
  readonly #ticking: readonly Fold<unknown>[]
  readonly #states = new Map<string, unknown>()
  #source: Source
  readonly #allowance: Allowance
  readonly #contents: Contents
  readonly #plain = new PlainEntries()
  readonly #tree: Tree
  /** Where entries are missing or out of order: the seq of those leaves whose position is another. */
  readonly #seqs = new Map<number, number>()
  readonly #readers: Readers
  #last: Entry | undefined
  /** The newest, by seq: what was asked is read again by what answers it. */
  readonly #recent: Entry[] = []
  #facts: LedgerFacts | undefined
  /** How many entries from the first on are here without a gap. */
  #whole = 0
  #skewMs = 0

  constructor(
    folds: readonly AnyFold[],
    source: Source,
    allowance: Allowance = {gaps: false, withheld: false},
  ) {
    this.#folds = folds
    this.#ticking = this.#folds.filter((fold) => fold.tick !== undefined)
    this.#readers = new Readers(folds)
    for (const fold of this.#folds) this.#states.set(fold.name, fold.initial())
    this.#source = source
    this.#allowance = allowance
    this.#contents = new Contents(source, allowance.withheld)
    this.#tree = new Tree(
      source.leaves === undefined ? undefined : (from, count) => this.#source.leaves?.(from, count) ?? [],
    )
  }

  /** The seq that a complete ledger would hold next. */
  get size(): number {
    return this.#last === undefined ? 0 : this.#last.seq + 1
  }

  get last(): Entry | undefined {
    return this.#last
  }

  /** @throws TypeError while there is no good first entry. */
  get facts(): LedgerFacts {
    if (this.#facts === undefined) throw new TypeError('there is no first entry')
    return this.#facts
  }

  get opened(): boolean {
    return this.#facts !== undefined
  }

  of<S>(fold: Handle<S>): S {
    // The one place where a fold's state gets its type back: it was made by this fold's own initial and apply.
    return this.#states.get(fold.name) as S
  }

  blob(sha256: string): Uint8Array {
    return this.#contents.blob(sha256)
  }

  holds(sha256: string): boolean {
    return this.#contents.holds(sha256)
  }

  open(field: Json | undefined): Json | undefined {
    const opening = isPrivate(field) ? this.#source.opening(field.$) : undefined
    return opening === undefined ? undefined : parseJcs(opening.value)
  }

  entry(seq: number): Entry | undefined {
    if (seq >= this.size) return undefined
    const recent = this.#recent[seq % recentEntries]
    if (recent?.seq === seq) return recent
    const bytes = this.#source.bytes(seq)
    return bytes === undefined ? undefined : parseEntry(bytes)
  }

  seqOf(leaf: string): number | undefined {
    const at = this.#tree.find(leaf)
    return at === undefined ? undefined : (this.#seqs.get(at) ?? at)
  }

  rootAt(size: number): string | undefined {
    return size <= this.#whole ? this.#tree.root(size) : undefined
  }

  /** Openings that are missing and that no entry so far says to be erased: asked when the last entry was taken. */
  unexplained(): Iterable<Problem> {
    return this.#contents.unexplained()
  }

  /** How many private values were erased. */
  get erased(): number {
    return this.#contents.erased
  }

  /** How far the clock was ahead of a provider's when a person last confirmed it. */
  get skewMs(): number {
    return this.#skewMs
  }

  /** The roots over ranges of entries, computed from their bytes. */
  get range(): RangeRoot {
    return this.#tree.range
  }

  /** The same state, looking things up elsewhere from now on: the store was opened anew. */
  over(source: Source): this {
    this.#source = source
    this.#contents.over(source)
    return this
  }

  /**
   * Takes the next entry.
   * @param bytes - or the entry as it is read to be verified, which is quicker.
   * @param judged - whether contents and meaning are judged too, or only bytes and place: someone else has judged it, and
   * the caller holds the root over it against what they signed.
   * @returns what is wrong with it; only an entry with nothing wrong has an effect.
   */
  step(
    bytes: Uint8Array | Spelled,
    judged = true,
  ): {readonly entry: Entry | undefined; readonly problems: readonly Problem[]} {
    let entry: Entry
    let references: readonly Reference[]
    try {
      ;({entry, references} = this.#read(bytes))
    } catch (error) {
      return {
        entry: undefined,
        problems: [
          {rule: 'entry', seq: this.size, message: error instanceof Error ? error.message : 'not an entry'},
        ],
      }
    }
    const standing = {last: this.#last, size: this.size, facts: this.#facts, gaps: this.#allowance.gaps}
    const problems = placeProblems(entry, standing)
    if (!this.#readers.knows(entry.type))
      problems.push(problem('type', entry, `"${entry.type}" is not a type that this keyrite can judge`))
    const before = problems.length === 0 ? this.#tick(entry.time) : none
    if (judged) this.#contents.judge(entry, references, problems)
    if (judged && problems.length === 0) problems.push(...this.#readers.problemsOf(this, entry))
    this.#believe(entry, problems)
    // An entry with a problem has no effect: its time has none either.
    if (problems.length > 0) for (const [name, state] of before) this.#states.set(name, state)
    return {entry, problems}
  }

  #read(bytes: Uint8Array | Spelled): {readonly entry: Entry; readonly references: readonly Reference[]} {
    if (bytes instanceof Uint8Array) return readEntry(bytes)
    const {hashed, text} = bytes
    if (
      text === null ||
      this.#last === undefined ||
      this.#facts === undefined ||
      hashed.length > maxEntryBytes
    )
      return readEntry(hashed.subarray(1))
    const leaf = hash('sha256', hashed, 'hex')
    return this.#plain.read(text, this.#facts.name, this.#last, leaf) ?? readEntry(hashed.subarray(1))
  }

  /** What time alone changes, up to this entry. @returns the states that it changed, as they were. */
  #tick(time: string): readonly Before[] {
    let before: Before[] | undefined
    for (const fold of this.#ticking) {
      const state = this.#states.get(fold.name)
      const after = fold.tick?.(state, time)
      if (after === state) continue
      ;(before ??= []).push([fold.name, state])
      this.#states.set(fold.name, after)
    }
    return before ?? none
  }

  /** Takes an entry. Its data may be such that a fold cannot take it, above all where it was not judged: then it has no effect. */
  #believe(entry: Entry, found: Problem[]): void {
    try {
      this.#take(entry, found.length === 0)
    } catch (error) {
      this.#take(entry, false)
      found.push(problem('data', entry, faultIn(error)))
    }
  }

  #take(entry: Entry, counts: boolean): void {
    if (counts) {
      if (entry.seq === 0) this.#facts = factsOf(entry)
      this.#contents.take(entry)
      // Each sees the others as they were before this entry.
      const takers = this.#readers.takersOf(entry.type)
      const after = takers.map((fold) => fold.apply(this, entry))
      for (const [at, {name}] of takers.entries()) this.#states.set(name, after[at])
      if (changesWriter(entry)) this.#facts = withWriter(this.facts, entry, runStart(this, entry))
      else if (entry.type === branchType) this.#facts = withBranch(this, entry)
      this.#skewMs = skewAfter(this.#skewMs, entry)
    }
    if (entry.seq === this.size) this.#recent[entry.seq % recentEntries] = entry
    if (entry.seq === this.size && this.#whole === this.#tree.size) this.#whole += 1
    if (this.#facts !== undefined && this.#last !== undefined && entry.time < this.#last.time)
      this.#facts = {...this.#facts, turned: [...this.#facts.turned, entry.seq]}
    if (this.#last === undefined || entry.seq > this.#last.seq) this.#last = entry
    if (this.#tree.size !== entry.seq) this.#seqs.set(this.#tree.size, entry.seq)
    this.#tree.add(entry.leaf)
  }

  /** The folds' states as they are; later entries leave them as they are. */
  get states(): States {
    return new Map(this.#states)
  }

  /** Where a replay of a whole ledger stands, to go back to. */
  mark(): Mark {
    return {states: this.states, last: this.#last, facts: this.#facts, size: this.#tree.size}
  }

  /** Goes back: what was taken since was not recorded. Not over entries that erase. */
  back({states, last, facts, size}: Mark): void {
    for (const [name, state] of states) this.#states.set(name, state)
    this.#last = last
    this.#recent.length = 0
    this.#facts = facts
    this.#tree.cut(size)
    this.#contents.forget()
    this.#whole = Math.min(this.#whole, size)
  }

  /** Rows of every fold's table, as they must stand. */
  *table(): Generator<{readonly fold: string; readonly id: string; readonly row: Uint8Array}> {
    for (const fold of this.#folds) {
      for (const [id, row] of fold.table?.(this.#states.get(fold.name)) ?? [])
        yield {fold: fold.name, id, row: jcsBytes(row)}
    }
  }
}
