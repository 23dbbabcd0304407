/**
 * An open ledger: its state as folds see it, and the one way to add to it.
 *
 * Nothing is appended that its own verification would refuse; nothing is called recorded before it was committed and read back.
 */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {fromBase64} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {accessOf, headOf, type Access} from './access.ts'
import {build, nothing, type Built} from './build.ts'
import {clockAnomaly, demandClock, type Times} from './clock.ts'
import type {Draft} from './draft.ts'
import {demandRun, DraftStore} from './draft-store.ts'
import type {Entry} from './entry.ts'
import type {Handle, View} from './fold.ts'
import {continueReplay, refuse, sideProblems, signatureProblems} from './inspect.ts'
import type {LedgerWorld} from './ledger-world.ts'
import {withLock} from './lock.ts'
import {parseCheckpoint, signCheckpoint, vkeyText} from './note.ts'
import {Replay, type Mark} from './replay.ts'
import {sourceOf} from './pending-source.ts'
import type {Source} from './source.ts'
import {sideChange, type States} from './side.ts'
import {SqliteStore} from './sqlite/store.ts'
import type {Store} from './store.ts'
import {ViewAt} from './view-at.ts'
import {realHome, storeHead, type Writer} from './writer.ts'
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
    this.#replay = this.#fresh()
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
    writing.#written = writing.#replay.states
    return writing
  }

  /** Reads and judges everything, and finds what this process may do with it. */
  #readAll(): Access {
    // In this order, because others may be writing: what was signed before this look at the ledger stands in it.
    const head = headOf(this.#world.state, this.#store)
    this.#judgeAll()
    return accessOf(this.#world, this.#replay, head)
  }

  #judgeAll(): void {
    const store = this.#store
    store.hold()
    refuse(store.schemaFlaws().map((message) => ({rule: 'schema', seq: null, message})))
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

  #fresh(): Replay {
    return new Replay(this.#world.folds, this.#source())
  }

  /** Takes in what is in the store and not yet here. */
  #catchUp(): void {
    const from = this.#replay.size
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
    if (this.#access.kind === 'writer') return this.#access.writer
    throw this.#notWriter()
  }

  /** That answers can be taken here: by the writer, or in a take-over that waits. @throws KeyriteError `LEDGER_NOT_WRITER`. */
  demandAnswers(): Writer {
    if (this.#access.kind !== 'reader') return this.#access.writer
    throw this.#notWriter()
  }

  #notWriter(): KeyriteError {
    const because = this.#access.kind === 'reader' ? this.#access.because : 'the take-over is not done yet'
    return new KeyriteError('LEDGER_NOT_WRITER', `cannot write: ${because}`, {
      hints: [
        'keyrite ledger take-over --prepare, to write here; then, where it is written now: keyrite ledger hand-over --to VKEY --out FILE',
        'keyrite ledger verify, and every list and show: reading works here',
      ],
    })
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
    else this.#lookAgain()
  }

  /** Finds anew what may be done here, if the key that writes changed. */
  #lookAgain(): void {
    if (!this.#replay.opened || this.#access.kind === 'reader') return
    if (vkeyText(this.#access.writer.key) === this.#replay.facts.vkey) return
    this.#access = accessOf(this.#world, this.#replay, headOf(this.#world.state, this.#store))
  }

  async #appendLocked(drafts: readonly Draft[], writer: Writer): Promise<readonly Entry[]> {
    const before = this.size
    const mark = this.#replay.mark()
    this.#pending = this.#build(drafts)
    try {
      const entries = this.#pending.rows.map(({bytes}) => this.#judged(bytes))
      if (this.#access.kind === 'draft') demandRun(entries, this.#store)
      if (before === 0) this.#onFounding?.(this.#replay.facts.fingerprint)
      const note = this.#sign(writer)
      const drafted = note === ''
      const side = sideChange(this.#world.folds, this.#written, this.#replay.states)
      await this.#store.append({...this.#pending, checkpoint: note, side}, before)
      if (drafted) return entries
      this.#written = this.#replay.states
      this.#appended += entries.length
      this.#remember(note)
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
  #changed(): void {
    this.#access = accessOf(this.#world, this.#replay, headOf(this.#world.state, this.#store))
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

  /**
   * The state has gone ahead of the store: it becomes what is really there, so that what failed can still be told of it.
   * It goes back to where it was before, if it can, and takes in what was committed all the same.
   */
  #startAgain(mark: Mark | undefined): void {
    if (mark === undefined) this.#replay = this.#fresh()
    else this.#replay.back(mark)
    try {
      this.#catchUp()
      this.#takeDrafted()
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

  /** Empty where the key is not in force yet: a draft is under no checkpoint. */
  #sign(writer: Writer): string {
    if (this.#access.kind === 'draft' && vkeyText(writer.key) !== this.#replay.facts.vkey) return ''
    const root = this.#replay.rootAt(this.size)
    if (root === undefined) throw new TypeError('a ledger is complete')
    return signCheckpoint(
      {origin: writer.key.name, size: this.size, root: fromBase64(root)},
      writer.key,
      writer.privateKey,
    )
  }

  #build(drafts: readonly Draft[]): Built {
    const {random, tool, host} = this.#world
    const last = this.#replay.last
    if (!drafts.some(({type}) => type === clockAnomaly)) demandClock(this.times)
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
