/**
 * An open ledger: its state as folds see it, and the one way to add to it.
 *
 * Nothing is appended that its own verification would refuse; nothing is called recorded before it was committed and read back.
 */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {KeyriteError} from '../base/errors.ts'
import type {Clock, Random} from '../base/world.ts'
import {accessOf, headOf, type Access} from './access.ts'
import {build, demandClock, nothing, type Built} from './build.ts'
import type {Draft} from './draft.ts'
import type {Entry, Tool} from './entry.ts'
import type {AnyFold, Handle, Problem, View} from './fold.ts'
import {continueReplay, sideProblems, signatureProblems} from './inspect.ts'
import {withLock} from './lock.ts'
import {signCheckpoint} from './note.ts'
import {Replay, type Source} from './replay.ts'
import {sideChange, sideMap} from './side.ts'
import {SqliteStore} from './sqlite/store.ts'
import type {SideRow, Store} from './store.ts'
import {ViewAt} from './view-at.ts'
import {realHome, storeHead, type StateDir, type Writer} from './writer.ts'

/** What a ledger needs of the world. */
export interface LedgerWorld {
  readonly home: string
  readonly state: StateDir
  readonly folds: readonly AnyFold[]
  readonly clock: Clock
  readonly random: Random
  readonly tool: Tool
  /** The name of this host, recorded as a private value. */
  readonly host: string
  /** The command that runs, without its arguments: shown to others who wait. */
  readonly command: string
  readonly onWait: (holder: string) => void
}

export class Ledger {
  readonly #world: LedgerWorld
  readonly #store: Store
  #replay: Replay
  /** What is being appended: the replay judges it before it is committed. */
  #pending: Built = nothing
  /** The side rows as they stand in the store. */
  #side: ReadonlyMap<string, SideRow> = new Map()
  #access: Access
  #appended = 0
  #failure: unknown
  /** Called with the fingerprint before the first entry is committed: no ledger without its writer key. */
  #onFounding: ((fingerprint: string) => void) | undefined

  private constructor(world: LedgerWorld, store: Store, access: Access) {
    this.#world = world
    this.#store = store
    this.#access = access
    this.#replay = this.#fresh()
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
      ledger.#access = ledger.#readAll()
    } catch (error) {
      store.close()
      throw error
    }
    const access = ledger.#access
    if (access.kind === 'reader') return ledger
    store.close()
    const writing = new Ledger(world, SqliteStore.open(join(world.home, 'ledger.db'), 'write'), access)
    writing.#replay = ledger.#replay.over(writing.#source())
    writing.#side = sideMap(writing.#replay)
    return writing
  }

  /** Reads and judges everything, and finds what this process may do with it. */
  #readAll(): Access {
    const store = this.#store
    // In this order, because others may be writing: what was signed before this look at the ledger stands in it.
    const head = headOf(this.#world.state, store)
    store.hold()
    refuse(store.schemaFlaws().map((message) => ({rule: 'schema', seq: null, message})))
    this.#catchUp()
    refuse(signatureProblems(store, this.#replay))
    refuse(sideProblems(store, this.#replay))
    return accessOf(this.#world, this.#replay, head)
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
    return {
      bytes: (seq) => this.#pending.rows.find((row) => row.seq === seq)?.bytes ?? this.#store.row(seq)?.bytes,
      blob: (sha256) =>
        this.#pending.blobs.find((blob) => blob.sha256 === sha256)?.bytes ?? this.#store.blob(sha256),
      opening: (commitment) =>
        this.#pending.openings.find((one) => one.commitment === commitment) ??
        this.#store.opening(commitment),
    }
  }

  #fresh(): Replay {
    return new Replay(this.#world.folds, this.#source())
  }

  /** Takes in what is in the store and not yet here. */
  #catchUp(): void {
    const from = this.#replay.size
    refuse(continueReplay(this.#store, this.#replay))
    if (this.#replay.size !== from) this.#side = sideMap(this.#replay)
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
    return {root: this.#replay.rootAt(this.size) ?? '', size: this.size}
  }

  /** The newest signed note. */
  get note(): string {
    return this.#store.lastCheckpoint() ?? ''
  }

  /** Now, but never before the last entry. */
  get time(): Date {
    const now = this.#world.clock.now()
    const last = this.#replay.last
    return last === undefined || now.toISOString() >= last.time ? now : new Date(last.time)
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
    if (this.#access.kind === 'writer') return this.#access.writer
    throw new KeyriteError('LEDGER_NOT_WRITER', `cannot write: ${this.#access.because}`, {
      hints: [
        'keyrite ledger verify, and every list and show: reading works here',
        'run it on the machine and in the home that write this ledger',
      ],
    })
  }

  /**
   * Appends drafts in one transaction. What another process appended meanwhile is taken in first, and the drafts are judged by it.
   * @returns the entries, committed and read back.
   * @throws KeyriteError `LEDGER_NOT_WRITER`, `CLOCK_BEHIND`, `LOCKED`, `STORAGE`, or the code of what refuses the draft.
   */
  async append(drafts: readonly Draft[]): Promise<readonly Entry[]> {
    const writer = this.demandWriter()
    const {home, command, onWait} = this.#world
    try {
      return await withLock(home, {command, onWait}, async () => {
        this.#catchUp()
        return this.#appendLocked(drafts, writer)
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
    this.demandWriter()
    const {home, command, onWait} = this.#world
    return withLock(home, {command, onWait, file: 'acts.lock'}, async () => {
      this.#catchUp()
      return work()
    })
  }

  async #appendLocked(drafts: readonly Draft[], writer: Writer): Promise<readonly Entry[]> {
    const before = this.size
    this.#pending = this.#build(drafts)
    try {
      const entries = this.#pending.rows.map(({bytes}) => this.#judged(bytes))
      if (before === 0) this.#onFounding?.(this.#replay.facts.fingerprint)
      const note = this.#sign(writer)
      const side = sideMap(this.#replay)
      await this.#store.append(
        {...this.#pending, checkpoint: note, side: sideChange(this.#side, side)},
        before,
      )
      this.#side = side
      this.#appended += entries.length
      this.#remember(note)
      return entries
    } catch (error) {
      this.#pending = nothing
      this.#startAgain()
      throw error
    } finally {
      this.#pending = nothing
    }
  }

  /** @throws KeyriteError `STORAGE`, saying that the entries are there all the same. */
  #remember(note: string): void {
    try {
      storeHead(this.#world.state, this.#replay.facts.fingerprint, {
        home: realHome(this.#world.home),
        checkpoint: note,
      })
    } catch (cause) {
      throw new KeyriteError(
        'STORAGE',
        `cannot note outside the home what was signed last: ${cause instanceof Error ? cause.message : String(cause)}; the entry itself is recorded`,
        {cause, changed: true, hints: ['keyrite ledger show --last 1', 'keyrite doctor']},
      )
    }
  }

  /** The state has gone ahead of the store: it becomes what is really there, so that what failed can still be told of it. */
  #startAgain(): void {
    this.#replay = this.#fresh()
    try {
      this.#catchUp()
    } catch {
      // The store itself is out of order. The error that led here is told; the next use meets this one.
      this.#replay = this.#fresh()
    }
  }

  #judged(bytes: Uint8Array): Entry {
    const {entry, problems} = this.#replay.step(bytes)
    const [first] = problems
    if (first !== undefined)
      throw new KeyriteError('POLICY_REFUSES', `cannot record: ${first.message} (${first.rule})`)
    if (entry === undefined) throw new TypeError('an entry without a problem is an entry')
    return entry
  }

  #sign(writer: Writer): string {
    const root = this.#replay.root()
    if (root === undefined) throw new TypeError('a ledger is complete')
    return signCheckpoint({origin: writer.key.name, size: this.size, root}, writer.key, writer.privateKey)
  }

  #build(drafts: readonly Draft[]): Built {
    const {random, tool, host, clock} = this.#world
    const last = this.#replay.last
    if (last !== undefined) demandClock(clock.now(), last)
    return build(drafts, {
      random,
      tool,
      host,
      last,
      time: this.time,
      ledger: (draft) => this.#name(draft),
    })
  }

  #name(draft: Draft): string {
    if (this.#replay.opened) return this.#replay.facts.name
    if (this.#access.kind === 'writer' && draft.type === 'ledger.opened') return this.#access.writer.key.name
    throw new TypeError('the first entry is ledger.opened')
  }

  close(): void {
    this.#store.close()
  }
}

function refuse(problems: Iterable<Problem>): void {
  for (const found of problems) {
    const where = found.seq === null ? '' : ` at entry ${found.seq}`
    throw new KeyriteError(
      'LEDGER_TAMPERED',
      `cannot use the ledger: ${found.message} (${found.rule}${where})`,
      {hints: ['keyrite ledger verify']},
    )
  }
}
