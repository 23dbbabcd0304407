/** A ledger that came as a file: laid aside in the home, looked at as a whole, and only then put in its place. */
import {existsSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {KeyriteError} from '../base/errors.ts'
import {fromBase64} from '../base/bytes.ts'
import {copyNew} from '../base/copy-file.ts'
import {storageError} from '../base/file-errors.ts'
import {makePrivateDir, syncFolder} from '../base/files.ts'
import {discardDraft} from './draft-store.ts'
import {leafHash, parseEntry} from './entry.ts'
import type {AnyFold, LedgerFacts} from './fold.ts'
import {withLock, type LockOptions} from './lock.ts'
import {judgePin, loadPin} from './pins.ts'
import {relationOf, type Chain, type Relation} from './relate.ts'
import {SqliteStore} from './sqlite/store.ts'
import {verifyLedger, type Verification} from './verify.ts'
import {storedTree} from './stored-tree.ts'
import {loadHead, storeHead} from './head.ts'
import {promotePending, realHome, type StateDir} from './writer.ts'

const asideIn = (home: string): string => join(home, 'received')

/** Whether a home holds a ledger. */
export function hasLedger(home: string): boolean {
  return existsSync(join(home, 'ledger.db'))
}

/** What a look at a whole ledger gave, without a problem. */
export type Whole = Verification & {readonly facts: LedgerFacts; readonly note: string}

/** What a ledger that came as a file is held against. */
export interface Against {
  readonly folds: readonly AnyFold[]
  readonly pins: readonly string[]
  /** Where this user's own pins lie; null leaves them out: what they mean depends on why a copy is looked at. */
  readonly state: StateDir | null
}

/**
 * Lays a copy of the file aside in the home, which is made if it is not there, and verifies it.
 * @throws KeyriteError `LEDGER_TAMPERED` at the first problem, `FILE_NOT_FOUND`, `UNSAFE_FILE`, `STORAGE`.
 */
export function receive(home: string, file: string, against: Against): Whole {
  makePrivateDir(home)
  const aside = asideIn(home)
  rmSync(aside, {recursive: true, force: true}) // what a crash left
  makePrivateDir(aside)
  copyNew(file, join(aside, 'ledger.db'))
  try {
    return wholeIn(aside, against)
  } catch (error) {
    dropReceived(home)
    throw error
  }
}

/** Verifies a home. @throws KeyriteError `LEDGER_TAMPERED` at the first problem. */
export function wholeIn(home: string, {folds, pins, state}: Against): Whole {
  const found = verifyLedger({home, state: state ?? {path: join(home, 'no-state')}, folds, pins})
  const [first] = found.problems
  const {facts, note} = found
  if (first !== undefined || facts === null || note === null)
    throw new KeyriteError(
      'LEDGER_TAMPERED',
      `cannot use this ledger: ${first?.message ?? 'it cannot be read'} (${first?.rule ?? 'entry'})`,
      {hints: ['ask for the file again', 'keyrite ledger verify, where it comes from']},
    )
  return {...found, facts, note}
}

/** Holds what lies aside against this user's own pins. @throws KeyriteError `LEDGER_TAMPERED` if one is not continued. */
export function demandOwnPins(home: string, state: StateDir, {facts, entries, root}: Whole): void {
  const store = SqliteStore.open(join(asideIn(home), 'ledger.db'), 'read')
  try {
    const own = [loadPin(state, facts.fingerprint), loadHead(state, facts.fingerprint)?.checkpoint]
    const tree = {size: entries, root: fromBase64(root ?? ''), range: storedTree(store)}
    const [first] = own.flatMap((pin) => (pin === undefined ? [] : judgePin(pin, facts, tree).problems))
    if (first === undefined) return
    throw new KeyriteError('LEDGER_TAMPERED', `cannot use this ledger: ${first.message} (${first.rule})`, {
      hints: ['compare what you saw with what others saw', 'keyrite ledger compare OTHER'],
    })
  } finally {
    store.close()
  }
}

/** What the ledger that lies aside is to the one in the home. @throws KeyriteError `LEDGER_TAMPERED` if it is another ledger's. */
export function relationToHome(home: string): Relation {
  const here = SqliteStore.open(join(home, 'ledger.db'), 'read')
  const other = SqliteStore.open(join(asideIn(home), 'ledger.db'), 'read')
  try {
    if (leafOf(here) !== leafOf(other))
      throw new KeyriteError(
        'LEDGER_TAMPERED',
        'cannot take this file: it is another ledger than the one in this home',
        {
          hints: ['keyrite --home DIR …, for another one'],
        },
      )
    return relationOf(chainOf(here), chainOf(other))
  } finally {
    here.close()
    other.close()
  }
}

/** Puts the ledger that lies aside in its place. The caller holds the lock, and has seen that nothing is lost by it. @throws KeyriteError `STORAGE`. */
export function settleReceived(home: string): void {
  const place = join(home, 'ledger.db')
  // Opened once to write, so that no journal is left that would be rolled back into the other file.
  if (existsSync(place)) SqliteStore.open(place, 'write').close()
  if (existsSync(`${place}-journal`))
    throw new KeyriteError('STORAGE', `cannot put the ledger in its place: a journal lies beside "${place}"`)
  try {
    renameSync(join(asideIn(home), 'ledger.db'), place)
    syncFolder(home)
    dropReceived(home)
  } catch (cause) {
    throw storageError('put the ledger in its place', place, cause)
  }
}

/**
 * Goes on with a ledger that was handed over: what was laid aside takes its place, and the key that waited here writes it.
 * In this order, so that a crash anywhere leaves a home that only reads, and the same again finishes it.
 * @throws KeyriteError `LOCKED`, `STORAGE`.
 */
export async function goOn(
  {home, state, command, onWait}: {readonly home: string; readonly state: StateDir} & LockOptions,
  {facts: {fingerprint, name}, note}: Whole,
): Promise<void> {
  await withLock(home, {command, onWait}, async () => {
    settleReceived(home)
    storeHead(state, fingerprint, {home: realHome(home), checkpoint: note})
    promotePending(state, fingerprint, name)
    discardDraft(home)
  })
}

export function dropReceived(home: string): void {
  rmSync(asideIn(home), {recursive: true, force: true})
}

/** The name of the ledger in a home, by its first entry. @throws KeyriteError `LEDGER_NOT_FOUND`, `LEDGER_TAMPERED` and others. */
export function ledgerNameIn(home: string): string {
  const store = SqliteStore.open(join(home, 'ledger.db'), 'read')
  try {
    return parseEntry(store.row(0)?.bytes ?? new Uint8Array()).ledger
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new KeyriteError('LEDGER_TAMPERED', `cannot use the ledger: its first entry: ${cause.message}`, {
      cause,
      hints: ['keyrite ledger verify'],
    })
  } finally {
    store.close()
  }
}

/**
 * Writes the whole ledger of a home into a new file, verified, for another machine.
 * @throws KeyriteError `EXISTS`, `STORAGE`, `LEDGER_TAMPERED` if what was copied does not verify.
 */
export async function writeWhole(home: string, file: string, folds: readonly AnyFold[]): Promise<Whole> {
  const aside = join(home, 'sent')
  rmSync(aside, {recursive: true, force: true})
  makePrivateDir(aside)
  try {
    const store = SqliteStore.open(join(home, 'ledger.db'), 'read')
    try {
      await store.backup(join(aside, 'ledger.db'))
    } finally {
      store.close()
    }
    const found = wholeIn(aside, {folds, pins: [], state: null})
    copyNew(join(aside, 'ledger.db'), file)
    return found
  } finally {
    rmSync(aside, {recursive: true, force: true})
  }
}

function leafOf(store: SqliteStore): string | undefined {
  const first = store.row(0)
  return first === undefined ? undefined : leafHash(first.bytes)
}

/** The entries of a store, as a chain to compare. */
export function chainOf(store: SqliteStore): Chain {
  const note = store.lastCheckpoint()
  const size = note === undefined ? 0 : Number(note.split('\n')[1])
  return {size, bytes: (seq) => store.row(seq)?.bytes}
}
