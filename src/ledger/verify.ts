/** `ledger verify`: opens read-only, looks at everything, and names each problem by entry and rule. */
import {statSync} from 'node:fs'
import {join} from 'node:path'
import {KeyriteError} from '../base/errors.ts'
import type {AnyFold, LedgerFacts, Problem} from './fold.ts'
import {continueReplay, replayOf, sideProblems, signatureProblems} from './inspect.ts'
import {judgePin, loadPin} from './pins.ts'
import {SqliteStore} from './sqlite/store.ts'
import {loadHead, type StateDir} from './writer.ts'

export interface Verification {
  readonly problems: readonly Problem[]
  readonly entries: number
  /** base64; null where the entries cannot be read to the end. */
  readonly root: string | null
  readonly facts: LedgerFacts | null
  /** How many pins were held against it; with none a rollback cannot be seen. */
  readonly pins: number
  /** The newest signed note, to be pinned when there is no problem. */
  readonly note: string | null
}

export interface VerifyOptions {
  readonly home: string
  readonly state: StateDir
  readonly folds: readonly AnyFold[]
  /** Pins given by hand, beside this user's own. */
  readonly pins: readonly string[]
  readonly onProgress?: (entries: number) => void
}

/** @throws KeyriteError `LEDGER_NOT_FOUND`; everything else that is wrong is a problem in the result. */
export function verifyLedger({home, state, folds, pins}: VerifyOptions): Verification {
  let store: SqliteStore
  try {
    store = SqliteStore.open(join(home, 'ledger.db'), 'read')
  } catch (error) {
    return failed(error, [])
  }
  try {
    const problems: Problem[] = [...permissionProblems(home)]
    const flaws = store.flaws()
    problems.push(
      ...flaws.map((message): Problem => ({
        rule: message.startsWith('schema') ? 'schema' : 'integrity',
        seq: null,
        message,
      })),
    )
    const replay = replayOf(store, folds)
    problems.push(...continueReplay(store, replay))
    problems.push(...signatureProblems(store, replay))
    if (problems.length === 0) problems.push(...sideProblems(store, replay))
    const facts = replay.opened ? replay.facts : null
    const own = facts === null ? [] : ownPins(state, facts.fingerprint)
    const all = [...pins, ...own]
    if (facts !== null)
      problems.push(...all.flatMap((pin) => judgePin(pin, facts, replay.size, (size) => replay.rootAt(size))))
    return {
      problems,
      entries: replay.size,
      root: replay.rootAt(replay.size) ?? null,
      facts,
      pins: all.length,
      note: store.lastCheckpoint() ?? null,
    }
  } catch (error) {
    return failed(error, [])
  } finally {
    store.close()
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

function failed(error: unknown, before: readonly Problem[]): Verification {
  const rule = error instanceof KeyriteError ? unreadable[error.code] : undefined
  if (!(error instanceof KeyriteError) || rule === undefined) throw error
  return {
    problems: [...before, {rule, seq: null, message: error.message}],
    entries: 0,
    root: null,
    facts: null,
    pins: 0,
    note: null,
  }
}
