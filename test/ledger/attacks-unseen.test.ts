/** What lies in the file where no entry asks for it: found and named, and no false alarm where rows merely lie otherwise. */
import {appendFileSync, readFileSync, truncateSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from '@jest/globals'
import type Database from 'better-sqlite3'
import {fromHex, sha256Hex} from '../../src/base/bytes.ts'
import {commitment} from '../../src/ledger/draft.ts'
import type {TestLedger} from '../support/ledger.ts'
import type {World} from '../support/run.ts'
import {behind, copyOf, verified} from './support.ts'
import {makeVictim, opening} from './victim.ts'

let made: TestLedger
let world: World
let count = 0

beforeAll(async () => {
  ;({made} = await makeVictim())
})
afterAll(() => {
  made.remove()
})
beforeEach(() => {
  world = copyOf(made.world, `unseen-${(count += 1)}`)
})

const db = (): string => join(world.home, 'ledger.db')
const problems = (): readonly string[] =>
  verified(world).problems.map(({rule, message}) => `${rule}: ${message}`)
const copied = (table: string, column: string, at: string) => (open: Database.Database) => {
  const other = table === 'entries' ? 'leaf, bytes' : 'note'
  open.exec(`INSERT INTO ${table} SELECT ${at}, ${other} FROM ${table} WHERE ${column} = 3`)
}

describe('in the file, and of no entry', () => {
  test.each<[string, number, string]>([
    ['a byte', 1, 'integrity: the file: 1 bytes lie after its last page'],
    ['a page', 4096, 'integrity: the file: 4096 bytes lie after its last page'],
  ])('%s after the last page is named, and nobody acts on it', async (_name, size, expected) => {
    appendFileSync(db(), Buffer.alloc(size, 'x'))
    expect(problems()).toEqual([expected])
    expect(await opening(world)).toBe('LEDGER_TAMPERED')
  })

  test.each<[string, (open: Database.Database) => void]>([
    ['-9223372036854775808', copied('entries', 'seq', '(-9223372036854775807 - 1)')],
    ['-9007199254740992', copied('entries', 'seq', '-9007199254740992')],
    ['9007199254740991', copied('entries', 'seq', '9007199254740991')],
    ['9223372036854775807', copied('entries', 'seq', '9223372036854775807')],
    ['-9223372036854775808', copied('checkpoints', 'size', '(-9223372036854775807 - 1)')],
    ['0', copied('checkpoints', 'size', '0')],
    ['9223372036854775807', copied('checkpoints', 'size', '9223372036854775807')],
  ])('a row at %s is named (%#), and nobody acts on it', async (at, attack) => {
    behind(world.home, attack)
    expect(problems().some((one) => one.includes(`has a row at ${at}, where none can be`))).toBe(true)
    expect(await opening(world)).toBe('LEDGER_TAMPERED')
  })

  test('a blob that is not called by its SHA-256 is named', () => {
    behind(world.home, (open) => {
      open.prepare('INSERT INTO blobs VALUES (?, ?)').run(fromHex('ab'.repeat(32)), Buffer.from('hidden'))
    })
    expect(problems()).toEqual([
      'integrity: table "blobs" has a row called abababababab… whose bytes have another SHA-256',
    ])
  })

  test('an opening that no entry holds is named', () => {
    const [salt, value] = [Buffer.alloc(32, 7), Buffer.from('"hidden"')]
    const name = commitment(salt, value)
    behind(world.home, (open) => {
      open.prepare('INSERT INTO openings VALUES (?, ?, ?)').run(fromHex(name), salt, value)
    })
    expect(problems()).toEqual([`opening: opening ${name.slice(0, 12)}… is of no entry here`])
  })
})

test('the tail that was cut off with its checkpoint, and not with what it refers to, is named without a pin', () => {
  behind(world.home, (open) => {
    open.exec('DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries)')
    open.exec('DELETE FROM checkpoints WHERE size = (SELECT max(size) FROM checkpoints)')
  })
  const elsewhere = {...world, state: `${world.state}-elsewhere`}
  expect(verified(elsewhere)).toMatchObject({problems: [{rule: 'opening'}], pins: 0})
})

describe('no problem is', () => {
  test('a ledger whose openings and blobs lie in another order', () => {
    behind(world.home, (open) => {
      for (const table of ['openings', 'blobs'])
        open.exec(`UPDATE ${table} SET rowid = -rowid; UPDATE ${table} SET rowid = rowid + 100000`)
    })
    expect(problems()).toEqual([])
  })

  test('one that was written anew by VACUUM, and one that has free pages', () => {
    behind(world.home, (open) => {
      open.exec('VACUUM')
    })
    expect(problems()).toEqual([])
    behind(world.home, (open) => {
      open.exec('CREATE TABLE more (x); INSERT INTO more VALUES (zeroblob(100000)); DROP TABLE more')
    })
    expect(problems()).toEqual([])
  })

  test('a blob of the right name that no entry asks for any more', () => {
    const bytes = Buffer.from('{}')
    behind(world.home, (open) => {
      open.prepare('INSERT INTO blobs VALUES (?, ?)').run(fromHex(sha256Hex(bytes)), bytes)
    })
    expect(problems()).toEqual([])
  })

  test('a file that lost its last page is one still', async () => {
    truncateSync(db(), readFileSync(db()).length - 4096)
    expect(problems()).not.toEqual([])
    expect(await opening(world)).toBe('LEDGER_TAMPERED')
  })
})
