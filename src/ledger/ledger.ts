/**
 * An open ledger: its state as folds see it, and the one way to add to it.
 *
 * Nothing is appended that its own verification would refuse; nothing is called recorded before it was committed and read back.
 */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {accessOf, headOf, type Access} from './access.ts'
import {answererOf, writerOf} from './demand-access.ts'
import {build, nothing, type Built} from './build.ts'
import {clockAnomaly, demandClock, notBefore, type Times} from './clock.ts'
import type {Draft} from './draft.ts'
import {demandRun, DraftStore} from './draft-store.ts'
import type {Entry} from './entry.ts'
import type {Handle, View} from './fold.ts'
import {continueReplay, flawProblems, refuse, sideProblems, signatureProblems} from './inspect.ts'
import type {LedgerWorld} from './ledger-world.ts'
import {withLock} from './lock.ts'
import {inclusionPath} from './merkle.ts'
import {noteHead} from './note-head.ts'
import {isInForce, judged, nameFor, signedNote} from './next-entries.ts'
import {parseCheckpoint} from './note.ts'
import {Replay, type Mark} from './replay.ts'
import {sourceOf} from './pending-source.ts'
import type {Source} from './source.ts'
import {sideChange, type States} from './side.ts'
import {SqliteStore} from './sqlite/store.ts'
import type {Store} from './store.ts'
import {ViewAt} from './view-at.ts'
import type {Writer} from './writer.ts'
import {changesWriter} from './writers.ts'

export class Ledger {
  readonly #world: LedgerWorld
  readonly #store: Store
  #replay: Replay
  /** What is being appended: the replay judges it before it is committed. */
  #pending: Built = nothing
  /** The states that the side rows in the store follow from. */
  #written: States
  #access: Access
  #appended = 0
  #failure: unknown
  /** Called with the fingerprint before the first entry is committed: no ledger without its writer key. */
  #onFounding: ((fingerprint: string) => void) | undefined

  private constructor(world: LedgerWorld, store: Store, access: Access) {
    this.#world = world
    this.#store = store
    this.#access = access
    this.#replay = new Replay(this.#world.folds, this.#source())
    this.#written = this.#replay.states
  }

  /**
   * Opens and replays a ledger.
   * @throws KeyriteError `LEDGER_NOT_FOUND`, `UNSAFE_FILE`, `LEDGER_TAMPERED` at the first problem, `LEDGER_BEHIND` if this home is an older copy, `STORAGE`.
   */
  static open(world: LedgerWorld): Ledger {
    const store = SqliteStore.open(
      join(world.home, 'ledger.db'),
      existsSync(join(world.home, 'ledger.db-journal')) ? 'write' : 'read',
    )
    const ledger = new Ledger(world, store, {kind: 'reader', because: 'it is being read'})
    try {
      // In this order, because others may be writing: what was signed before this look at the ledger stands in it.
      const head = headOf(world.state, store)
      ledger.#judgeAll()
      ledger.#changed(head)
    } catch (error) {
      store.close()
      throw error
    }
    const access = ledger.#access
    if (access.kind === 'reader') return ledger
    store.close()
    const writing = new Ledger(world, SqliteStore.open(join(world.home, 'ledger.db'), 'write'), access)
    writing.#replay = ledger.#replay.over(writing.#source())
    writing.#written = writing.#replay.states
    return writing
  }

  #judgeAll(): void {
    const store = this.#store
    store.hold()
    refuse(flawProblems(store.schemaFlaws()))
    this.#catchUp()
    refuse(signatureProblems(store, this.#replay))
    refuse(sideProblems(store, this.#replay))
  }

  /**
   * The ledger with a take-over that waits for people: it takes only the question, its answers, and what follows them.
   * @param writer - the key that is to write.
   * @throws KeyriteError as `open`.
   */
  static drafting(world: LedgerWorld, writer: Writer): Ledger {
    const ledger = new Ledger(world, DraftStore.open(world.home), {kind: 'draft', writer})
    try {
      // What this machine signed last may lie beyond this copy: that is what a restore acknowledges.
      ledger.#judgeAll()
      ledger.#takeDrafted()
    } catch (error) {
      ledger.close()
      throw error
    }
    return ledger
  }

  /** A ledger in a store that was just made and holds nothing yet. */
  static empty(world: LedgerWorld, writer: Writer, onFounding: (fingerprint: string) => void): Ledger {
    const ledger = new Ledger(world, SqliteStore.create(join(world.home, 'ledger.db')), {
      kind: 'writer',
      writer,
    })
    ledger.#onFounding = onFounding
    return ledger
  }

  #source(): Source {
    // Whoever only reads holds the ledger as it stands, and reads all of it.
    return sourceOf(this.#store, () => this.#pending, this.#access.kind === 'reader')
  }

  /** Takes in what is in the store and not yet here. */
  #catchUp(): void {
    const from = this.#replay.size
    const {entries, covered} = this.#store.sizes()
    if (from > 0 && entries === from && covered === from) return
    refuse(continueReplay(this.#store, this.#replay))
    if (this.#replay.size !== from) this.#written = this.#replay.states
  }

  /** The entries of a draft, which are under no checkpoint. */
  #takeDrafted(): void {
    for (const {seq, bytes} of this.#store.drafted?.() ?? [])
      if (seq >= this.size) refuse(this.#replay.step(bytes).problems)
  }

  get access(): Access {
    return this.#access
  }

  /** What is known now: what time has changed since the last entry is in it. */
  get view(): View {
    return new ViewAt(this.#replay, () => this.time)
  }

  of<S>(fold: Handle<S>): S {
    return this.view.of(fold)
  }

  get size(): number {
    return this.#replay.size
  }

  get store(): Store {
    return this.#store
  }

  /** Size, and root as base64: what a statement says that its signer saw. */
  get checkpoint(): {readonly root: string; readonly size: number} {
    const size = this.#access.kind === 'draft' ? parseCheckpoint(this.note).size : this.size
    return {root: this.#replay.rootAt(size) ?? '', size}
  }

  /** The hashes that lead from an entry to the root over all, as the tree has them: no other entry is read for it. */
  inclusion(seq: number): readonly Uint8Array[] {
    return inclusionPath(seq, this.size, this.#replay.range)
  }

  /** The newest signed note. */
  get note(): string {
    return this.#store.lastCheckpoint() ?? ''
  }

  /** Now, but never before the last entry. */
  get time(): Date {
    return notBefore(this.#world.clock.now(), this.#replay.last)
  }

  /** What is known of the time, here and now. */
  get times(): Times {
    const {clock, external} = this.#world
    const {last, skewMs} = this.#replay
    return {wall: clock.now(), last: last?.time ?? null, external: external(), skewMs}
  }

  /** How many entries this process has added. */
  get appended(): number {
    return this.#appended
  }

  /** What the last append that failed threw. */
  get failure(): unknown {
    return this.#failure
  }

  /** @throws KeyriteError `LEDGER_NOT_WRITER`. */
  demandWriter(): Writer {
    return writerOf(this.#access)
  }

  /** That answers can be taken here: by the writer, or in a take-over that waits. @throws KeyriteError `LEDGER_NOT_WRITER`. */
  demandAnswers(): Writer {
    return answererOf(this.#access)
  }

  /**
   * Appends drafts, or what a function makes of the last entry, in one transaction. What another process appended meanwhile is taken in first, and the drafts are judged by it.
   * @returns the entries, committed and read back.
   * @throws KeyriteError `LEDGER_NOT_WRITER`, `CLOCK_BEHIND`, `CLOCK_AHEAD`, `LOCKED`, `STORAGE`, or the code of what refuses the draft.
   */
  async append(drafts: readonly Draft[] | (() => readonly Draft[])): Promise<readonly Entry[]> {
    this.demandAnswers()
    const {home, command, onWait} = this.#world
    try {
      return await withLock(home, {command, onWait}, async () => {
        this.#takeIn()
        return this.#appendLocked(typeof drafts === 'function' ? drafts() : drafts, this.demandAnswers())
      })
    } catch (error) {
      this.#failure = error
      throw error
    }
  }

  /**
   * Acts alone: while `work` runs, no other process of this home acts, and what others recorded before is known here.
   * Entries can be added within; a second `alone` within cannot.
   * @throws KeyriteError `LEDGER_NOT_WRITER`, `LOCKED` after 60 s, and what `work` throws.
   */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    this.demandAnswers()
    const {home, command, onWait} = this.#world
    return withLock(home, {command, onWait, file: 'acts.lock'}, async () => {
      this.#takeIn()
      return work()
    })
  }

  /** What others recorded meanwhile; the writer may be another one by now. @throws KeyriteError `LEDGER_NOT_WRITER`. */
  #takeIn(): void {
    this.#catchUp()
    if (this.#access.kind === 'draft') this.#takeDrafted()
    else if (
      this.#access.kind === 'writer' &&
      this.#replay.opened &&
      !isInForce(this.#access.writer, this.#replay)
    )
      this.#changed()
  }

  async #appendLocked(drafts: readonly Draft[], writer: Writer): Promise<readonly Entry[]> {
    const before = this.size
    const mark = this.#replay.mark()
    if (!drafts.some(({type}) => type === clockAnomaly)) demandClock(this.times)
    const {random, tool, host} = this.#world
    const ledger = (draft: Draft): string => nameFor(draft, this.#replay, this.#access)
    this.#pending = build(drafts, {random, tool, host, last: this.#replay.last, time: this.time, ledger})
    try {
      const entries = this.#pending.rows.map(({bytes}) => judged(this.#replay, bytes))
      if (this.#access.kind === 'draft') demandRun(entries, this.#store)
      if (before === 0) this.#onFounding?.(this.#replay.facts.fingerprint)
      // A draft is under no checkpoint as long as its key is not in force.
      const drafted = this.#access.kind === 'draft' && !isInForce(writer, this.#replay)
      const note = drafted ? '' : signedNote(writer, this.#replay)
      const side = sideChange(this.#world.folds, this.#written, this.#replay.states)
      await this.#store.append({...this.#pending, checkpoint: note, side}, before)
      if (drafted) return entries
      this.#written = this.#replay.states
      this.#appended += entries.length
      noteHead(this.#world, this.#replay.facts.fingerprint, note)
      if (entries.some(changesWriter)) this.#changed()
      return entries
    } catch (error) {
      const erases = this.#pending.erased.length > 0
      this.#pending = nothing
      this.#startAgain(erases ? undefined : mark)
      throw error
    } finally {
      this.#pending = nothing
    }
  }

  /** Who writes is another from now on: perhaps this process by a new key, perhaps another machine. */
  #changed(head = headOf(this.#world.state, this.#store)): void {
    this.#access = accessOf(this.#world, this.#replay, head)
  }

  /**
   * The state has gone ahead of the store: it becomes what is really there, so that what failed can still be told of it.
   * It goes back to where it was before, if it can, and takes in what was committed all the same.
   */
  #startAgain(mark: Mark | undefined): void {
    if (mark === undefined) this.#replay = new Replay(this.#world.folds, this.#source())
    else this.#replay.back(mark)
    try {
      this.#catchUp()
      this.#takeDrafted()
    } catch {
      // The store itself is out of order. The error that led here is told; the next use meets this one. What was known before
      // is known still, so that whatever is said of the failure can say of which ledger.
      if (mark === undefined) this.#replay = new Replay(this.#world.folds, this.#source())
      else this.#replay.back(mark)
    }
  }

  close(): void {
    this.#store.close()
  }
}
