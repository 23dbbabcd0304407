/** Looks at a whole store: everything that every command checks before it acts, and that `ledger verify` reports. */
import {base64, hex, sameBytes} from '../base/bytes.ts'
import {leafHash} from './entry.ts'
import type {AnyFold, Problem} from './fold.ts'
import {openCheckpoint, parseCheckpoint, parseVkey} from './note.ts'
import {Replay} from './replay.ts'
import type {Store} from './store.ts'

const chunk = 1_000

/** A replay that reads from this store. */
export function replayOf(store: Store, folds: readonly AnyFold[]): Replay {
  return new Replay(folds, {
    bytes: (seq) => store.row(seq)?.bytes,
    blob: (sha256) => store.blob(sha256),
    opening: (commitment) => store.opening(commitment),
  })
}

/** Replays what the store holds beyond `replay`, and checks the checkpoints over it. Yields each problem as it is met. */
export function* continueReplay(store: Store, replay: Replay): Generator<Problem> {
  const from = replay.size
  for (;;) {
    const rows = store.rows(replay.size, chunk)
    for (const row of rows) {
      if (row.seq !== replay.size)
        yield {rule: 'seq', seq: row.seq, message: `expected entry ${replay.size}, got row ${row.seq}`}
      const leaf = leafHash(row.bytes)
      if (leaf !== hex(row.leaf))
        yield {rule: 'leaf', seq: row.seq, message: 'the stored leaf hash is not that of the entry'}
      const {entry, problems} = replay.step(row.bytes)
      yield* problems.map((one) => ({...one, seq: row.seq}))
      if (entry === undefined) return // an entry that cannot be read has no successor that could be judged
    }
    if (rows.length < chunk) break
  }
  yield* checkpointProblems(store, replay, from)
}

function* checkpointProblems(store: Store, replay: Replay, from: number): Generator<Problem> {
  let newest = 0
  for (const {size, note} of store.checkpoints(from + 1)) {
    newest = size
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

/** The signature of the newest checkpoint, and what it covers. */
export function* signatureProblems(store: Store, replay: Replay): Generator<Problem> {
  const note = store.lastCheckpoint()
  if (note === undefined || !replay.opened) {
    yield {rule: 'checkpoint', seq: null, message: 'there is no checkpoint'}
    return
  }
  try {
    openCheckpoint(note, parseVkey(replay.facts.vkey))
  } catch (error) {
    yield {
      rule: 'checkpoint-signature',
      seq: replay.size - 1,
      message: error instanceof Error ? error.message : 'not a checkpoint',
    }
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
