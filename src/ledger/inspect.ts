/** Looks at a whole store: everything that every command checks before it acts, and that `ledger verify` reports. */
import {KeyriteError} from '../base/errors.ts'
import {base64, sameBytes} from '../base/bytes.ts'
import {OpeningsAhead} from './ahead.ts'
import {leafHash} from './entry.ts'
import type {AnyFold, LedgerFacts, Problem} from './fold.ts'
import {openCheckpoint, parseCheckpoint, type VerifierKey} from './note.ts'
import {Replay} from './replay.ts'
import type {Store} from './store.ts'
import {keyAt, runAround} from './writers.ts'

const chunk = 1_000

/** A replay that reads from this store. */
export function replayOf(store: Store, folds: readonly AnyFold[]): Replay {
  const ahead = new OpeningsAhead(store)
  return new Replay(folds, {
    bytes: (seq) => store.row(seq)?.bytes,
    blob: (sha256) => store.blob(sha256),
    opening: (commitment) => ahead.opening(commitment),
  })
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
  // By row, not by what the entries say of themselves: rows that repeat an entry must not be read for ever.
  let next = startAt(from)
  for (;;) {
    const rows = store.rows(next, chunk)
    for (const row of rows) {
      next = row.seq + 1
      if (row.seq !== replay.size)
        yield {rule: 'seq', seq: row.seq, message: `expected entry ${replay.size}, got row ${row.seq}`}
      const stored = Buffer.from(row.leaf.buffer, row.leaf.byteOffset, row.leaf.byteLength).toString('hex')
      const {entry, problems} = replay.step(row.bytes, row.seq >= trusted)
      if (stored !== (entry?.leaf ?? leafHash(row.bytes)))
        yield {rule: 'leaf', seq: row.seq, message: 'the stored leaf hash is not that of the entry'}
      for (const one of problems) yield {...one, seq: row.seq}
      if (entry === undefined) return // an entry that cannot be read has no successor that could be judged
    }
    onProgress?.(replay.size)
    if (rows.length < chunk) break
  }
  yield* replay.unexplained()
  yield* checkpointProblems(store, replay, Math.max(from, Math.min(trusted, replay.size - 1)), deep)
}

function* storedCheckpoints(
  store: Store,
  from: number,
): Generator<{readonly size: number; readonly note: string}> {
  for (let next = from; ;) {
    const some = store.checkpoints(next, chunk)
    yield* some
    const last = some.at(-1)
    if (last === undefined || some.length < chunk) return
    next = last.size + 1
  }
}

function* checkpointProblems(store: Store, replay: Replay, from: number, deep: boolean): Generator<Problem> {
  const facts = replay.opened ? replay.facts : undefined
  let newest = 0
  const good = facts === undefined || deep ? undefined : goodNote(facts)
  for (const {size, note} of storedCheckpoints(store, from === 0 ? startAt(0) : from + 1)) {
    newest = size
    if (good?.(note, size, replay.rootAt(size)) === true) continue
    const wrong = (rule: string, message: string): Problem => ({rule, seq: size - 1, message})
    try {
      const checkpoint = parseCheckpoint(note)
      if (checkpoint.size !== size)
        yield wrong('checkpoint', `the checkpoint stored for ${size} entries is one for ${checkpoint.size}`)
      else if (size > replay.size)
        yield wrong(
          'checkpoint',
          `a checkpoint covers ${size} entries, the ledger has ${replay.size}: entries are missing`,
        )
      else if (base64(checkpoint.root) !== replay.rootAt(size))
        yield wrong('root', `the root over ${size} entries is not that of the checkpoint`)
      else if (facts !== undefined && runAround(facts, size) !== undefined)
        yield wrong('writer-run', 'a checkpoint lies within the run in which the writer changed')
      else if (facts !== undefined && deep) yield* badSignature(note, keyAt(facts, size), size)
    } catch (error) {
      yield wrong('checkpoint', error instanceof Error ? error.message : 'not a checkpoint')
    }
  }
  if (newest < replay.size && replay.size > from) {
    yield {
      rule: 'checkpoint',
      seq: replay.size - 1,
      message: `the newest checkpoint covers ${newest} entries, the ledger has ${replay.size}`,
    }
  }
}

/** Whether a note is, letter by letter, a checkpoint of this size and root, where one may be; false says nothing. */
function goodNote(facts: LedgerFacts): (note: string, size: number, root: string | undefined) => boolean {
  const {name} = facts
  const signer = `— ${name} `
  // 68 bytes in their one spelling.
  const signature = /^[A-Za-z0-9+/]{90}[AEIMQUYcgkosw048]=\n$/
  return (note, size, root) => {
    if (root === undefined || runAround(facts, size) !== undefined) return false
    const text = `${name}\n${size}\n${root}\n\n${signer}`
    return note.startsWith(text) && signature.test(note.slice(text.length))
  }
}

/** The signature of the newest checkpoint, and what it covers. */
export function* signatureProblems(store: Store, replay: Replay): Generator<Problem> {
  const note = store.lastCheckpoint()
  if (note === undefined || !replay.opened) {
    yield {rule: 'checkpoint', seq: null, message: 'there is no checkpoint'}
    return
  }
  yield* badSignature(note, keyAt(replay.facts, replay.size), replay.size)
}

function* badSignature(note: string, key: VerifierKey, size: number): Generator<Problem> {
  try {
    openCheckpoint(note, key)
  } catch (error) {
    const message = error instanceof Error ? error.message : 'not a checkpoint'
    yield {rule: 'checkpoint-signature', seq: size - 1, message}
  }
}

/** Side tables decide nothing, but they must equal their rebuild. */
export function* sideProblems(store: Store, replay: Replay): Generator<Problem> {
  const wanted = new Map([...replay.table()].map((one) => [`${one.fold}\0${one.id}`, one]))
  for (const found of store.side()) {
    const key = `${found.fold}\0${found.id}`
    const want = wanted.get(key)
    if (want === undefined)
      yield {
        rule: 'side-table',
        seq: null,
        message: `side table "${found.fold}" has a row "${found.id}" that follows from no entry`,
      }
    else if (!sameBytes(want.row, found.row))
      yield {
        rule: 'side-table',
        seq: null,
        message: `side table "${found.fold}" row "${found.id}" is not what follows from the entries`,
      }
    wanted.delete(key)
  }
  for (const {fold, id} of wanted.values())
    yield {rule: 'side-table', seq: null, message: `side table "${fold}" lacks the row "${id}"`}
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
