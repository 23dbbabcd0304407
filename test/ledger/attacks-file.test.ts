import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from '@jest/globals'
import Database from 'better-sqlite3'
import {schema} from '../../src/ledger/sqlite/schema.ts'
import type {TestLedger} from '../support/ledger.ts'
import type {World} from '../support/run.ts'
import {copyOf, flipped, slow, verified} from './support.ts'
import {makeVictim, opening, rowsOf} from './victim.ts'

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
  world = copyOf(made.world, `attack-${(count += 1)}`)
})

describe('what was done to the file', () => {
  const db = (): string => join(world.home, 'ledger.db')
  const inHome = (name: string): string => join(world.home, name)

  test.each<[string, string, string, () => void]>([
    [
      'a -wal symlink that leads nowhere',
      'LEDGER_TAMPERED',
      'file',
      () => {
        symlinkSync('nowhere', `${db()}-wal`)
      },
    ],
    [
      'a trigger whose name looks like one of SQLite’s own',
      'LEDGER_TAMPERED',
      'schema',
      () => {
        write('CREATE TRIGGER sqlitex AFTER INSERT ON entries BEGIN DELETE FROM openings; END')
      },
    ],
    [
      'a -wal file beside it',
      'LEDGER_TAMPERED',
      'file',
      () => {
        writeFileSync(`${db()}-wal`, '')
      },
    ],
    [
      'set to write-ahead logging',
      'LEDGER_TAMPERED',
      'file',
      () => {
        const bytes = readFileSync(db())
        bytes.fill(2, 18, 20)
        writeFileSync(db(), bytes)
      },
    ],
    [
      'a symlink in its place',
      'UNSAFE_FILE',
      'file',
      () => {
        renameSync(db(), inHome('elsewhere.db'))
        symlinkSync('elsewhere.db', db())
      },
    ],
    [
      'a second name',
      'UNSAFE_FILE',
      'file',
      () => {
        linkSync(db(), inHome('second.db'))
      },
    ],
    [
      'writable by the group',
      'UNSAFE_FILE',
      'file',
      () => {
        chmodSync(db(), 0o660)
      },
    ],
    [
      'writable by all',
      'UNSAFE_FILE',
      'file',
      () => {
        chmodSync(db(), 0o606)
      },
    ],
    [
      'a journal that is a symlink',
      'UNSAFE_FILE',
      'file',
      () => {
        symlinkSync('elsewhere', `${db()}-journal`)
      },
    ],
    [
      'a folder that others write',
      'UNSAFE_FILE',
      'file',
      () => {
        chmodSync(world.home, 0o777)
      },
    ],
    [
      'cut in half',
      'LEDGER_TAMPERED',
      'file',
      () => {
        truncateSync(db(), Math.floor(readFileSync(db()).length / 8192) * 4096)
      },
    ],
    [
      'cut to nothing',
      'LEDGER_TAMPERED',
      'file',
      () => {
        truncateSync(db(), 0)
      },
    ],
    [
      'the same tables in UTF-16, which would make other text of the same bytes',
      'LEDGER_TAMPERED',
      'file',
      () => {
        inUtf16(db())
      },
    ],
    [
      'something else',
      'LEDGER_TAMPERED',
      'file',
      () => {
        writeFileSync(db(), 'not a database, but long enough to be taken for one'.repeat(50))
      },
    ],
  ])('%s: %s', async (_name, code, rule, attack) => {
    attack()
    expect(verified(world).problems.map((one) => one.rule)).toContain(rule)
    expect(await opening(world)).toBe(code)
  })

  test.each<[string, string]>([
    ['nothing', ''],
    ['a torn one', 'example.com/ledger/0123\n4'],
    ['something else', 'x'.repeat(1000)],
  ])('a pin of this user that holds %s: nobody acts on it, and it is named', async (_name, text) => {
    const fingerprint = readdirSync(join(world.state, 'writers'))[0]?.slice(0, 64) ?? ''
    mkdirSync(join(world.state, 'pins'), {mode: 0o700, recursive: true})
    writeFileSync(join(world.state, 'pins', fingerprint), text, {mode: 0o600})
    expect(await opening(world)).toBe('UNSAFE_FILE')
  })

  test('a byte flipped in each page is found, or lies in space that holds nothing', async () => {
    const whole = readFileSync(db())
    const good = read(rowsOf)
    const missed: number[] = []
    const offsets = slow ? [30, 100, 400, 1000, 1500, 2000, 3000, 4000] : [1500, 4000]
    const places = Array.from({length: whole.length / 4096}, (_, page) =>
      offsets.map((at) => page * 4096 + at),
    ).flat()
    for (const at of places) {
      writeFileSync(db(), flipped(whole, at))
      const found = verified(world, [], true).problems.length > 0
      const opened = await opening(world)
      expect(['ok', 'LEDGER_TAMPERED']).toContain(opened)
      if (found) continue
      // Unused space of a page: nothing that any command reads is another than before.
      missed.push(at)
      expect(opened).toBe('ok')
      expect(read(rowsOf)).toEqual(good)
    }
    expect(missed.filter((at) => !isUnused(whole, at))).toEqual([])
  })

  /** Between the pointers of a B-tree page and its cells (SQLite's file format, section 1.6). */
  function isUnused(whole: Buffer, at: number): boolean {
    const page = at - (at % 4096)
    const header = page === 0 ? 100 : page
    const pointers = header + ([2, 5].includes(whole[header] ?? 0) ? 12 : 8)
    return at >= pointers + 2 * whole.readUInt16BE(header + 3) && at < page + whole.readUInt16BE(header + 5)
  }

  function write(sql: string): void {
    const open = new Database(db())
    try {
      open.exec(sql)
    } finally {
      open.close()
    }
  }

  function read<T>(of: (db: Database.Database) => T): T {
    const open = new Database(db(), {readonly: true})
    try {
      return of(open)
    } finally {
      open.close()
    }
  }
})

afterEach(() => {
  chmodSync(world.home, 0o700)
})

/** Writes the ledger anew, row by row, as a database of another encoding. */
function inUtf16(path: string): void {
  const [from, to] = [new Database(path), new Database(`${path}.new`)]
  to.pragma('encoding = "UTF-16le"')
  for (const name of ['application_id', 'user_version'])
    to.pragma(`${name} = ${String(from.pragma(name, {simple: true}))}`)
  for (const statement of schema) to.exec(statement)
  for (const table of ['entries', 'checkpoints', 'openings', 'blobs', 'side']) {
    const rows = from.prepare(`SELECT * FROM ${table}`).raw().all() as unknown[][]
    for (const row of rows)
      to.prepare(`INSERT INTO ${table} VALUES (${row.map(() => '?').join()})`).run(...row)
  }
  for (const db of [from, to]) db.close()
  chmodSync(`${path}.new`, 0o600)
  renameSync(`${path}.new`, path)
}
