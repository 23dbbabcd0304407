/** Looks at a whole store: everything that every command checks before it acts, and that `ledger verify` reports. */
import {KeyriteError} from '../base/errors.ts'
import {sameBytes} from '../base/bytes.ts'
import {nothing} from './build.ts'
import type {Claims} from './claims.ts'
import {badSignature, StoredCheckpoints} from './checkpoints.ts'
import {leafHash} from './entry.ts'
import type {AnyFold, Problem} from './fold.ts'
import {parseCheckpoint} from './note.ts'
import {sourceOf} from './pending-source.ts'
import {Replay} from './replay.ts'
import type {Store} from './store.ts'
import {keyAt} from './writers.ts'

/** Entries that are read at once. */
const chunk = 256

/** A replay that reads from this store. @param claims - is told every commitment that an entry refers to */
export function replayOf(store: Store, folds: readonly AnyFold[], claims?: Claims): Replay {
  return new Replay(
    folds,
    sourceOf(store, () => nothing, true, claims),
  )
}

/** What the store finds wrong with itself, by rule. */
export function flawProblems(flaws: readonly string[]): readonly Problem[] {
  return flaws.map((message) => ({
    rule: message.startsWith('schema') ? 'schema' : 'integrity',
    seq: null,
    message,
  }))
}

/** Where a look from `seq` on begins: whoever begins at the beginning sees what was put before it, too. */
function startAt(seq: number): number {
  return seq === 0 ? Number.MIN_SAFE_INTEGER : seq
}

export interface Depth {
  /** How many entries a pin stands for: they are held against their place and leaf hash, and not judged again. */
  readonly trusted: number
  /** Whether the signature of every stored checkpoint beyond them is verified, not only that of the newest. */
  readonly deep: boolean
  /** Told from time to time how many entries have been looked at. */
  readonly onProgress?: ((entries: number) => void) | undefined
}

/**
 * Replays what the store holds beyond `replay`, and checks the checkpoints over it. Yields each problem as it is met.
 * Whoever trusts a number of entries must find `replay.rootAt` that number to be the root that was pinned.
 */
export function* continueReplay(
  store: Store,
  replay: Replay,
  {trusted, deep, onProgress}: Depth = {trusted: 0, deep: false},
): Generator<Problem> {
  const from = replay.size
  // At least the newest is looked at, whatever is trusted.
  const checked = Math.max(from, trusted === 0 ? 0 : Math.min(trusted, sizeOfNewest(store) - 1))
  const checkpoints = new StoredCheckpoints(store, replay, checked === 0 ? startAt(0) : checked + 1, deep)
  // By row, not by what the entries say of themselves: rows that repeat an entry must not be read for ever.
  let next = startAt(from)
  for (;;) {
    const rows = store.hashed(next, chunk)
    for (const row of rows) {
      const {seq} = row
      next = seq + 1
      if (seq !== replay.size)
        yield {rule: 'seq', seq, message: `expected entry ${replay.size}, got row ${seq}`}
      const {entry, problems} = replay.step(row, seq >= trusted)
      if (row.leaf !== (entry?.leaf ?? leafHash(row.hashed.subarray(1))))
        yield {rule: 'leaf', seq, message: 'the stored leaf hash is not that of the entry'}
      for (const one of problems) yield {...one, seq}
      if (entry === undefined) return // an entry that cannot be read has no successor that could be judged
      checkpoints.catchUp()
    }
    if (replay.size % 1_024 < chunk) onProgress?.(replay.size)
    if (rows.length < chunk) break
  }
  yield* replay.unexplained()
  yield* checkpoints.problems()
  if (checkpoints.newest < replay.size && replay.size > checked)
    yield {
      rule: 'checkpoint',
      seq: replay.size - 1,
      message: `the newest checkpoint covers ${checkpoints.newest} entries, the ledger has ${replay.size}`,
    }
}

function sizeOfNewest(store: Store): number {
  try {
    return parseCheckpoint(store.lastCheckpoint() ?? '').size
  } catch {
    return 1
  }
}

/** The signature of the newest checkpoint, and what it covers. */
export function* signatureProblems(store: Store, replay: Replay): Generator<Problem> {
  const note = store.lastCheckpoint()
  if (note === undefined || !replay.opened) {
    yield {rule: 'checkpoint', seq: null, message: 'there is no checkpoint'}
    return
  }
  const found = badSignature(note, keyAt(replay.facts, replay.size))
  if (found !== undefined) yield {...found, seq: replay.size - 1}
}

/** Side tables decide nothing, but they must equal their rebuild. Row by row: of a big ledger they are as big as it is. */
export function* sideProblems(store: Store, replay: Replay): Generator<Problem> {
  const wrong = (message: string): Problem => ({rule: 'side-table', seq: null, message})
  const wanted = new Set<string>()
  let lacking = 0
  for (const {fold, id, row} of replay.table()) {
    wanted.add(`${fold}\0${id}`)
    const found = store.sideRow(fold, id)
    if (found === undefined) {
      lacking += 1
      yield wrong(`side table "${fold}" lacks the row "${id}"`)
    } else if (!sameBytes(row, found))
      yield wrong(`side table "${fold}" row "${id}" is not what follows from the entries`)
  }
  if (store.count('side') === wanted.size - lacking) return
  for (const {fold, id} of store.side())
    if (!wanted.has(`${fold}\0${id}`))
      yield wrong(`side table "${fold}" has a row "${id}" that follows from no entry`)
}

/** @throws KeyriteError `LEDGER_TAMPERED` at the first problem: nothing goes on from there. */
export function refuse(problems: Iterable<Problem>): void {
  for (const found of problems) {
    const where = found.seq === null ? '' : ` at entry ${found.seq}`
    throw new KeyriteError(
      'LEDGER_TAMPERED',
      `cannot use the ledger: ${found.message} (${found.rule}${where})`,
      {hints: ['keyrite ledger verify']},
    )
  }
}
