import {afterAll, beforeAll, beforeEach, describe, expect, test} from '@jest/globals'
import type Database from 'better-sqlite3'
import {leafHash} from '../../src/ledger/index.ts'
import type {TestLedger} from '../support/ledger.ts'
import type {World} from '../support/run.ts'
import {behind, copyOf, flipped, slow, verified} from './support.ts'
import {makeVictim, opening} from './victim.ts'

let made: TestLedger
let size = 0
let world: World
let count = 0

beforeAll(async () => {
  ;({made, size} = await makeVictim())
})
afterAll(() => {
  made.remove()
})
beforeEach(() => {
  world = copyOf(made.world, `attack-${(count += 1)}`)
})

type Attack = (db: Database.Database) => void
const sql =
  (...statements: readonly string[]): Attack =>
  (db) => {
    for (const statement of statements) db.exec(statement)
  }

/** Changes one value of one row by a function of its bytes. */
function edit(table: string, column: string, where: string, change: (bytes: Buffer) => Uint8Array): Attack {
  return (db) => {
    const old = db.prepare(`SELECT ${column} FROM ${table} WHERE ${where}`).pluck().get() as Buffer
    const done = db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`).run(change(old))
    expect(done.changes).toBe(1)
  }
}

const text =
  (from: string | RegExp, to: string) =>
  (bytes: Buffer): Buffer => {
    const before = bytes.toString()
    const after = before.replace(from, to)
    expect(after).not.toBe(before)
    return Buffer.from(after)
  }

test('the ledger that is attacked is good before', async () => {
  expect(verified(world)).toMatchObject({problems: [], entries: size})
  expect(await opening(world)).toBe('ok')
})

const last = (): string => `seq = ${size - 1}`
const newestOpening = 'rowid = (SELECT max(rowid) FROM openings)'
const newest = 'size = (SELECT max(size) FROM checkpoints)'
const middle = 'size = (SELECT min(size) FROM checkpoints WHERE size > 3)'

describe('what was changed in the database, and the rule that it breaks', () => {
  test.each<[string, string, () => Attack]>([
    ['the version of an entry', 'entry', () => edit('entries', 'bytes', 'seq = 3', text('"v":1', '"v":2'))],
    [
      'the name of the ledger',
      'ledger',
      () => edit('entries', 'bytes', 'seq = 3', text('"ledger":"example.com', '"ledger":"example.org')),
    ],
    ['the seq', 'seq', () => edit('entries', 'bytes', 'seq = 3', text('"seq":3', '"seq":4'))],
    ['prev', 'prev', () => edit('entries', 'bytes', 'seq = 3', text(/"prev":"...../, '"prev":"00000'))],
    ['the time, later', 'time', () => edit('entries', 'bytes', 'seq = 3', text(/"time":"20/, '"time":"21'))],
    [
      'the time, earlier',
      'time',
      () => edit('entries', 'bytes', 'seq = 3', text(/"time":"20/, '"time":"19')),
    ],
    ['the type', 'type', () => edit('entries', 'bytes', last(), text('attempt.refused', 'attempt.accepted'))],
    [
      'the first entry’s type',
      'type',
      () => edit('entries', 'bytes', 'seq = 0', text('ledger.opened', 'attempt.refused')),
    ],
    [
      'the actor',
      'leaf',
      () => edit('entries', 'bytes', 'seq = 2', text(/"person":"p-...../, '"person":"p-00000')),
    ],
    ['the actor’s evidence', 'leaf', () => edit('entries', 'bytes', 'seq = 2', text('"signed"', '"stated"'))],
    [
      'the host',
      'opening',
      () => edit('entries', 'bytes', last(), text(/"host":\{"\$":".{8}/, '"host":{"$":"00000000')),
    ],
    [
      'what it was approved by',
      'leaf',
      () => edit('entries', 'bytes', last(), text('"approved":null', '"approved":1')),
    ],
    [
      'the ceremony',
      'leaf',
      () => edit('entries', 'bytes', last(), text('"ceremony":null', `"ceremony":"${'0'.repeat(32)}"`)),
    ],
    [
      'the tool',
      'leaf',
      () => edit('entries', 'bytes', last(), text('"version":"0.0.0"', '"version":"0.0.1"')),
    ],
    ['the data', 'leaf', () => edit('entries', 'bytes', last(), text('"last"', '"lost"'))],
    ['a space in it', 'entry', () => edit('entries', 'bytes', last(), text('"v":1', '"v": 1'))],
    ['bytes that are no JSON', 'entry', () => edit('entries', 'bytes', last(), (bytes) => bytes.subarray(1))],
    ['a leaf', 'leaf', () => edit('entries', 'leaf', 'seq = 3', (bytes) => flipped(bytes, 5))],
    [
      'a leaf of another length',
      'leaf',
      () => edit('entries', 'leaf', 'seq = 3', (bytes) => bytes.subarray(1)),
    ],
    [
      'data, with its leaf made to fit',
      'root',
      () => (db) => {
        edit('entries', 'bytes', last(), text('"last"', '"lost"'))(db)
        edit('entries', 'leaf', last(), () => leafOf(db, size - 1))(db)
      },
    ],
    [
      'two entries, swapped',
      'seq',
      () =>
        sql(
          `UPDATE entries SET seq = -1 WHERE seq = ${size - 2}`,
          `UPDATE entries SET seq = ${size - 2} WHERE seq = ${size - 1}`,
          `UPDATE entries SET seq = ${size - 1} WHERE seq = -1`,
        ),
    ],
    ['an entry in the middle, removed', 'seq', () => sql('DELETE FROM entries WHERE seq = 4')],
    ['the first entry, removed', 'seq', () => sql('DELETE FROM entries WHERE seq = 0')],
    ['the last entry, removed', 'checkpoint', () => sql(`DELETE FROM entries WHERE seq = ${size - 1}`)],
    [
      'an entry, doubled at the end',
      'seq',
      () => sql(`INSERT INTO entries SELECT ${size}, leaf, bytes FROM entries WHERE seq = ${size - 1}`),
    ],
    [
      'an entry before the first',
      'seq',
      () => sql('INSERT INTO entries SELECT -5, leaf, bytes FROM entries WHERE seq = 0'),
    ],
    ['all entries, removed', 'checkpoint', () => sql('DELETE FROM entries')],
    ['the newest checkpoint, removed', 'checkpoint', () => sql(`DELETE FROM checkpoints WHERE ${newest}`)],
    ['all checkpoints, removed', 'checkpoint', () => sql('DELETE FROM checkpoints')],
    [
      'the newest checkpoint’s signature',
      'checkpoint-signature',
      () => edit('checkpoints', 'note', newest, signatureChanged),
    ],
    [
      'the newest checkpoint’s size in its text',
      'checkpoint',
      () => edit('checkpoints', 'note', newest, text(`\n${size}\n`, `\n${size - 1}\n`)),
    ],
    [
      'the newest checkpoint’s root',
      'root',
      () => edit('checkpoints', 'note', newest, text(/\n[A-Za-z0-9+/]{8}/, '\nAAAAAAAA')),
    ],
    [
      'an older checkpoint’s root',
      'root',
      () => edit('checkpoints', 'note', middle, text(/\n[A-Za-z0-9+/]{8}/, '\nAAAAAAAA')),
    ],
    [
      'a checkpoint that is no note',
      'checkpoint',
      () => edit('checkpoints', 'note', middle, () => Buffer.from('note')),
    ],
    [
      'a checkpoint stored for another size',
      'checkpoint',
      () => sql(`UPDATE checkpoints SET size = size + 100 WHERE ${newest}`),
    ],
    [
      'a checkpoint for no entries',
      'checkpoint',
      () => sql('INSERT INTO checkpoints SELECT 0, note FROM checkpoints WHERE size = 1'),
    ],
    [
      'the value of an opening',
      'opening',
      () => edit('openings', 'value', 'rowid = 1', () => Buffer.from('"Mallory"')),
    ],
    [
      'the salt of an opening',
      'opening',
      () => edit('openings', 'salt', 'rowid = 1', (bytes) => flipped(bytes, 0)),
    ],
    [
      'an opening under another commitment',
      'opening',
      () => edit('openings', 'commitment', 'rowid = 1', (bytes) => flipped(bytes, 0)),
    ],
    [
      'an opening that is no JSON',
      'opening',
      () => edit('openings', 'value', 'rowid = 1', () => Buffer.from('nobody')),
    ],
    ['an opening, removed', 'opening', () => sql('DELETE FROM openings WHERE rowid = 1')],
    ['a blob', 'blob', () => edit('blobs', 'bytes', 'rowid = 1', (bytes) => flipped(bytes, 1))],
    [
      'the roster, someone’s role',
      'blob',
      () =>
        edit(
          'blobs',
          'bytes',
          "CAST(bytes AS TEXT) LIKE '%keyrite.roster%' LIMIT 1",
          text('"custodian"', '"security-officer"'),
        ),
    ],
    [
      'a blob under another digest',
      'blob',
      () => edit('blobs', 'sha256', 'rowid = 1', (bytes) => flipped(bytes, 0)),
    ],
    ['a blob, removed', 'blob', () => sql('DELETE FROM blobs WHERE rowid = 1')],
    ['a row of a side table', 'side-table', () => edit('side', 'row', 'rowid = 1', () => Buffer.from('{}'))],
    [
      'a row of a side table, added',
      'side-table',
      () => sql("INSERT INTO side VALUES ('custody', 'p-0', x'7b7d')"),
    ],
    [
      'a row of a fold that is not there',
      'side-table',
      () => sql("INSERT INTO side VALUES ('nobody', 'x', x'7b7d')"),
    ],
    ['a row of a side table, removed', 'side-table', () => sql('DELETE FROM side WHERE rowid = 1')],
    ['user_version', 'file', () => sql('PRAGMA user_version = 2')],
    ['application_id', 'file', () => sql('PRAGMA application_id = 1')],
    ['a table of its own', 'schema', () => sql('CREATE TABLE mine (x)')],
    ['a view', 'schema', () => sql('CREATE VIEW mine AS SELECT * FROM entries')],
    [
      'a trigger that writes',
      'schema',
      () => sql('CREATE TRIGGER mine AFTER INSERT ON entries BEGIN DELETE FROM openings; END'),
    ],
    ['an index', 'schema', () => sql('CREATE INDEX mine ON entries (leaf)')],
  ])('%s: %s', async (_name, rule, attack) => {
    behind(world.home, attack())
    const {problems} = verified(world)
    expect(problems.map((one) => one.rule)).toContain(rule)
    expect(await opening(world)).toBe('LEDGER_TAMPERED')
  })

  test('triggers that are not there: schema', async () => {
    behind(world.home, () => undefined, true)
    expect(verified(world).problems.map(({rule}) => rule)).toEqual(Array(6).fill('schema'))
    expect(await opening(world)).toBe('LEDGER_TAMPERED')
  })

  test('the tail with its checkpoint is missed by nothing inside the file: only by what this machine signed last', async () => {
    behind(world.home, (db) => {
      db.exec(`DELETE FROM entries WHERE seq = ${size - 1}`)
      db.exec(`DELETE FROM checkpoints WHERE ${newest}`)
      db.exec(`DELETE FROM openings WHERE ${newestOpening}`) // else it is of no entry
    })
    expect(verified(world).problems.map(({rule}) => rule)).toEqual(['pin'])
    expect(await opening(world)).toBe('LEDGER_BEHIND')
    const elsewhere = {...world, state: `${world.state}-elsewhere`}
    expect(verified(elsewhere)).toMatchObject({problems: [], pins: 0})
  })

  test('an older checkpoint that is gone, or whose signature is changed, decides nothing: roots and the newest signature do', async () => {
    behind(world.home, (db) => {
      edit('checkpoints', 'note', middle, signatureChanged)(db)
      db.exec('DELETE FROM checkpoints WHERE size = 2')
    })
    expect(verified(world).problems).toEqual([])
    expect(verified(world, [], true).problems.map(({rule}) => rule)).toEqual(['checkpoint-signature'])
    expect(await opening(world)).toBe('ok')
  })

  test('a byte flipped anywhere in any entry is found, and the entry named', () => {
    const step = slow ? 11 : 397
    behind(world.home, (open) => {
      for (let seq = 0; seq < size; seq += 1) {
        const bytes = open.prepare('SELECT bytes FROM entries WHERE seq = ?').pluck().get(seq) as Buffer
        const put = open.prepare('UPDATE entries SET bytes = ? WHERE seq = ?')
        // Not the same places in each: together they lie anywhere.
        for (let offset = (seq * 61) % step; offset < bytes.length; offset += step) {
          put.run(flipped(bytes, offset), seq)
          expect([seq, offset, verified(world).problems.some((one) => one.seq === seq)]).toEqual([
            seq,
            offset,
            true,
          ])
        }
        put.run(bytes, seq)
      }
    })
    expect(verified(world).problems).toEqual([])
  }, 600_000)
})

function leafOf(db: Database.Database, seq: number): Buffer {
  const bytes = db.prepare('SELECT bytes FROM entries WHERE seq = ?').pluck().get(seq) as Buffer
  return Buffer.from(leafHash(bytes), 'hex')
}

function signatureChanged(note: Buffer): Buffer {
  const lines = note.toString().split('\n')
  const [, name, blob = ''] = (lines[4] ?? '').split(' ')
  const bytes = flipped(Buffer.from(blob, 'base64'), 40).toString('base64')
  return Buffer.from([...lines.slice(0, 4), `— ${name} ${bytes}`, ''].join('\n'))
}
