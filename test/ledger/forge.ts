/** What a thief of the writer key does: entries put straight into the store, well chained, under a checkpoint of the real key. */
import {randomBytes} from 'node:crypto'
import {join} from 'node:path'
import {folds} from '../../src/app.ts'
import {build} from '../../src/ledger/build.ts'
import type {Draft} from '../../src/ledger/index.ts'
import {replayOf} from '../../src/ledger/inspect.ts'
import {rootOf} from '../../src/ledger/merkle.ts'
import {parseVkey, signCheckpoint} from '../../src/ledger/note.ts'
import type {Replay} from '../../src/ledger/replay.ts'
import {SqliteStore} from '../../src/ledger/sqlite/store.ts'
import {loadWriter} from '../../src/ledger/writer.ts'
import type {World} from '../support/run.ts'

/** The state that the entries of a world lead to, and the problems met on the way. */
export function replayed<T>(world: World, use: (replay: Replay, store: SqliteStore) => T): T {
  const store = SqliteStore.open(join(world.home, 'ledger.db'), 'read')
  try {
    const replay = replayOf(store, folds)
    for (const {bytes} of store.rows(0, 10_000)) replay.step(bytes)
    return use(replay, store)
  } finally {
    store.close()
  }
}

/** Adds entries that nobody judged. @param time - what they are dated; now unless told. */
export async function forge(world: World, drafts: readonly Draft[], time = new Date()): Promise<void> {
  const [facts, last, leaves] = replayed(world, (replay, store) => [
    replay.facts,
    replay.last,
    store.rows(0, 10_000).map(({leaf}) => leaf),
  ])
  const key = parseVkey(facts.vkey)
  const writer = loadWriter({path: world.state}, facts.fingerprint, facts.name)
  if (writer === undefined) throw new Error('the thief has the key')
  const built = build(drafts, {
    random: {bytes: (count) => randomBytes(count)},
    tool: {version: '0.0.0', sha256: '0'.repeat(64)},
    host: 'thief',
    last,
    time,
    ledger: () => facts.name,
  })
  const all = [...leaves, ...built.rows.map(({leaf}) => leaf)]
  const note = signCheckpoint(
    {origin: facts.name, size: all.length, root: rootOf(all)},
    key,
    writer.privateKey,
  )
  const store = SqliteStore.open(join(world.home, 'ledger.db'), 'write')
  await store.append({...built, checkpoint: note, side: {put: [], removed: []}}, leaves.length)
  store.close()
}
