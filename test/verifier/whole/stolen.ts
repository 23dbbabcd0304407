/** Whole ledgers as a thief of the writer's key, and of every signer's, can make them: the same one with other entries, in a home of its own. */
import {cpSync, mkdirSync, mkdtempSync} from 'node:fs'
import {join} from 'node:path'
import type {Signer} from '../../../src/custody/index.ts'
import {folds} from '../../../src/app.ts'
import {leafHash, rootOf, verifyLedger} from '../../../src/ledger/index.ts'
import {parseVkey, signCheckpoint} from '../../../src/ledger/note.ts'
import {loadWriter} from '../../../src/ledger/writer.ts'
import {memory} from '../../ceremony/bench.ts'
import {replayed} from '../../ledger/forge.ts'
import {behind} from '../../ledger/support.ts'
import type {TestLedger} from '../../support/ledger.ts'
import {History} from '../history.ts'

/** What is wrong with a ledger, as keyrite says it: rule and words. No pin of this user is asked. */
export function problemsIn(home: string, pins: readonly string[] = []): readonly string[] {
  const nothing = {path: join(home, 'no-state')}
  const {problems} = verifyLedger({home, state: nothing, folds, pins, deep: true})
  return problems.map(({rule, message}) => `${rule}: ${message}`)
}

/** A copy of the home, alone in a folder that is in memory where that can be. */
export function copied(home: string): string {
  const copy = join(mkdtempSync(join(memory, 'keyrite-stolen-')), 'home')
  mkdirSync(copy, {mode: 0o700})
  cpSync(join(home, 'ledger.db'), join(copy, 'ledger.db'))
  return copy
}

export interface Stolen {
  readonly history: History<string>
  /** Makes the newest checkpoint of these entries, as the real key signs it. */
  readonly note: (entries: readonly Uint8Array[]) => string
  readonly entries: readonly Uint8Array[]
  /** Puts entries into a copy of the home: well chained or not, under a checkpoint of the real key. @returns the home. */
  readonly put: (entries: readonly Uint8Array[], blobs?: ReadonlyMap<string, Uint8Array>) => string
}

/** @param signers - by fingerprint, beside those of the founders. */
export function stolenFrom(
  {world, founders}: Pick<TestLedger, 'world' | 'founders'>,
  signers: ReadonlyMap<string, Signer> = new Map(),
): Stolen {
  const [facts, entries, blobs] = replayed(world, (replay, store) => [
    replay.facts,
    store.rows(0, 10_000).map(({bytes}) => bytes),
    new Map<string, Uint8Array>(),
  ])
  behind(world.home, (db) => {
    for (const {sha256, bytes} of db.prepare('SELECT sha256, bytes FROM blobs').all() as BlobRow[])
      blobs.set(sha256.toString('hex'), bytes)
  })
  const writer = loadWriter({path: world.state}, facts.fingerprint, facts.name)
  if (writer === undefined) throw new Error('the thief has the key')
  const note = (some: readonly Uint8Array[]): string => {
    const leaves = some.map((bytes) => Buffer.from(leafHash(bytes), 'hex'))
    const tree = {origin: facts.name, size: leaves.length, root: rootOf(leaves)}
    return signCheckpoint(tree, parseVkey(facts.vkey), writer.privateKey)
  }
  const put: Stolen['put'] = (some, more = blobs) => {
    const home = copied(world.home)
    behind(home, (db) => {
      db.exec('DELETE FROM entries; DELETE FROM checkpoints; DELETE FROM side')
      const entry = db.prepare('INSERT INTO entries VALUES (?, ?, ?)')
      for (const [seq, bytes] of some.entries()) entry.run(seq, Buffer.from(leafHash(bytes), 'hex'), bytes)
      db.prepare('INSERT INTO checkpoints VALUES (?, ?)').run(some.length, Buffer.from(note(some)))
      // What no entry refers to any more goes with its entry.
      const texts = some.map((bytes) => Buffer.from(bytes).toString('utf8')).join('\n')
      const gone = db.prepare('DELETE FROM openings WHERE commitment = ?')
      for (const {commitment} of db.prepare('SELECT commitment FROM openings').all() as OpeningRow[])
        if (!texts.includes(commitment.toString('hex'))) gone.run(commitment)
      const blob = db.prepare('INSERT OR IGNORE INTO blobs VALUES (?, ?)')
      for (const [sha256, bytes] of more) blob.run(Buffer.from(sha256, 'hex'), bytes)
    })
    sided(home)
    return home
  }
  const made = (some: ReadonlyMap<number, Uint8Array>, more: ReadonlyMap<string, Uint8Array>): string =>
    put([...some.values()], more)
  const own = founders.map(({key}) => [key.publicKey.fingerprint, key.signer] as const)
  return {
    history: new History({entries, blobs, facts, made}, new Map([...signers, ...own])),
    entries,
    note,
    put,
  }
}

interface OpeningRow {
  readonly commitment: Buffer
}

interface BlobRow {
  readonly sha256: Buffer
  readonly bytes: Buffer
}

/** Fills the caches from the entries; where these cannot be read there are none, which is one more thing that is wrong. */
function sided(home: string): void {
  const rows: (readonly [string, string, Uint8Array])[] = []
  try {
    replayed({home, state: home}, (replay) =>
      rows.push(...[...replay.table()].map((one) => [one.fold, one.id, one.row] as const)),
    )
  } catch {
    return
  }
  behind(home, (db) => {
    const side = db.prepare('INSERT INTO side VALUES (?, ?, ?)')
    for (const row of rows) side.run(...row)
  })
}
