/** `ledger verify`: opens read-only, looks at everything, and names each problem by entry and rule. */
import {statSync} from 'node:fs'
import {join} from 'node:path'
import {setFlagsFromString} from 'node:v8'
import {fromBase64} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {Claims} from './claims.ts'
import {leafHash} from './entry.ts'
import type {AnyFold, LedgerFacts, Problem, View} from './fold.ts'
import {loadHead} from './head.ts'
import {continueReplay, flawProblems, replayOf, sideProblems, signatureProblems} from './inspect.ts'
import {parseCheckpoint} from './note.ts'
import {judgePin, loadPin, type PinVerdict} from './pins.ts'
import {SqliteStore} from './sqlite/store.ts'
import {noteAt} from './store.ts'
import type {StateDir} from './writer.ts'
import {doubtfulIn} from './writers.ts'

export interface Verification {
  readonly problems: readonly Problem[]
  /** What pins saw and the ledger does not hold, where an entry acknowledges that. */
  readonly findings: readonly Problem[]
  /** Entries that a thief of a key can have written before it was replaced, as they needed no approval. */
  readonly doubtful: readonly number[]
  readonly entries: number
  /** base64; null where the entries cannot be read to the end. */
  readonly root: string | null
  readonly facts: LedgerFacts | null
  /** How many pins were held against it; with none a rollback cannot be seen. */
  readonly pins: number
  /** How many entries were not judged again, because the pin given as `since` stands for them. */
  readonly trusted: number
  /** How many private values were erased, by entries that say so. */
  readonly erased: number
  /** The state that the entries lead to; null where they cannot be read. */
  readonly view: Pick<View, 'of'> | null
  /** The newest signed note, to be pinned when there is no problem. */
  readonly note: string | null
}

export interface VerifyOptions {
  readonly home: string
  readonly state: StateDir
  readonly folds: readonly AnyFold[]
  /** Pins given by hand, beside this user's own. */
  readonly pins: readonly string[]
  /**
   * A pin whose owner has verified what it covers: up to it, no statement, quorum or change of state is judged again, no
   * blob re-hashed, no private value opened, no stored checkpoint looked at. Left are what decides whether it is the same
   * ledger and what stands in it: the canonical bytes, place and leaf hash of each entry, the root over them against the
   * pin's, and the state that they lead to. A pin that does not fit skips nothing: then everything is verified.
   */
  readonly since?: string | undefined
  /** Whether the signature of every stored checkpoint (beyond `since`) is verified, not only that of the newest. */
  readonly deep?: boolean
  /** Told from time to time how many entries have been looked at, and how many the newest checkpoint covers (null where it cannot be read). */
  readonly onProgress?: (entries: number, of: number | null) => void
}

/** @throws KeyriteError `LEDGER_NOT_FOUND`; everything else that is wrong is a problem in the result. */
export function verifyLedger(options: VerifyOptions): Verification {
  const {home, state, folds, pins, since, deep = false} = options
  let store: SqliteStore
  try {
    store = SqliteStore.open(join(home, 'ledger.db'), 'read')
  } catch (error) {
    return failed(error, [])
  }
  try {
    const problems: Problem[] = [...permissionProblems(home)]
    // Pins first, because others may be writing: what was signed before this look at the ledger stands in it.
    const first = store.row(0)
    const own = first === undefined ? [] : ownPins(state, leafHash(first.bytes))
    store.hold()
    problems.push(...flawProblems(store.flaws()))
    const claims = new Claims(store)
    const replay = replayOf(store, folds, claims)
    const trusted = sizeOf(since)
    const of = sizeOf(store.lastCheckpoint())
    if (of > large) stayNarrow()
    const onProgress = (entries: number): void => options.onProgress?.(entries, of === 0 ? null : of)
    problems.push(...continueReplay(store, replay, {trusted, deep, onProgress}))
    problems.push(...signatureProblems(store, replay))
    if (problems.length === 0) problems.push(...sideProblems(store, replay))
    if (problems.length === 0 && trusted === 0) problems.push(...claims.problems())
    const facts = replay.opened ? replay.facts : null
    const all = [...pins, ...own]
    const root = replay.rootAt(replay.size) ?? null
    const tree = {size: replay.size, root: fromBase64(root ?? ''), range: replay.range}
    if (since !== undefined) {
      // What the pin would have stood for is judged after all.
      if (facts === null || !fits(judgePin(since, facts, tree)))
        return verifyLedger({...options, since: undefined, pins: [since, ...pins]})
      all.unshift(since)
    }
    const verdicts = facts === null ? [] : all.map((pin) => judgePin(pin, facts, tree))
    problems.push(...verdicts.flatMap((one) => one.problems))
    return {
      problems,
      doubtful: facts === null ? [] : doubtfulIn(facts, (seq) => replay.entry(seq)),
      findings: different(verdicts.flatMap((one) => one.findings)),
      entries: replay.size,
      root,
      facts,
      pins: all.length,
      trusted,
      erased: replay.erased,
      view: replay.opened ? replay : null,
      note: noteAt(store, replay.size) ?? null,
    }
  } catch (error) {
    // Where the database itself finds its file damaged, anything may have stood where it was read.
    return failed(error, error instanceof KeyriteError ? [] : flawProblems(store.flaws()))
  } finally {
    store.close()
  }
}

/** Of more entries than these, memory is saved at the cost of time. */
const large = 50_000

/** From now on this process gets no more room for what is soon gone, and little for what lasted: it is cleared away more often, and a sixth more time is taken. */
function stayNarrow(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=30')
}

const fits = ({problems, findings}: PinVerdict): boolean => problems.length + findings.length === 0

function different(findings: readonly Problem[]): readonly Problem[] {
  return [...new Map(findings.map((one) => [one.message, one])).values()]
}

/** How many entries a pin covers; 0 where that cannot be read. */
function sizeOf(pin: string | undefined): number {
  try {
    return pin === undefined ? 0 : parseCheckpoint(pin).size
  } catch {
    return 0
  }
}

function ownPins(state: StateDir, fingerprint: string): string[] {
  return [loadPin(state, fingerprint), loadHead(state, fingerprint)?.checkpoint].filter(
    (note) => note !== undefined,
  )
}

function* permissionProblems(home: string): Generator<Problem> {
  if (process.platform !== 'win32' && (statSync(home).mode & 0o077) !== 0) {
    yield {rule: 'permissions', seq: null, message: `others can look into "${home}": chmod 700 it`}
  }
}

const unreadable: Readonly<Record<string, string>> = {
  LEDGER_TAMPERED: 'file',
  UNSAFE_FILE: 'file',
  STORAGE: 'file',
}

/** @param damage - of the file, which explains whatever else went wrong with it. @throws the error that nothing explains. */
function failed(error: unknown, damage: readonly Problem[]): Verification {
  const rule = error instanceof KeyriteError ? unreadable[error.code] : undefined
  const told = error instanceof KeyriteError && rule !== undefined
  if (!told && damage.length === 0) throw error
  return {
    problems: told ? [{rule, seq: null, message: error.message}] : damage,
    findings: [],
    doubtful: [],
    entries: 0,
    root: null,
    facts: null,
    pins: 0,
    trusted: 0,
    erased: 0,
    view: null,
    note: null,
  }
}
