import {copyFileSync, readFileSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from '@jest/globals'
import Database from 'better-sqlite3'
import {tokenIdentity} from '../../../src/providers/local/index.ts'
import {lockDigest} from '../../../src/providers/local/pin.ts'
import {readLock} from '../../../src/providers/local/rows.ts'
import type {VersionRef} from '../../../src/providers/ports.ts'
import {all, bytesOf, enabled, flipped, intent, none, outcome, specOf} from '../support.ts'
import {LocalBench, pin} from './bench.ts'

const slow = process.env['SLOW'] === '1'
let bench: LocalBench
let older: string
let fresh: string
let ref: VersionRef
let ciphertext: Uint8Array
let generation: number

// A token with two keys, closed; and a copy of the file from before the last change.
beforeAll(async () => {
  bench = await new LocalBench().create()
  older = join(bench.folder, 'older')
  fresh = join(bench.folder, 'fresh')
  const {open} = bench
  ref = await enabled(open, specOf('aes-256'))
  await open.store.create(specOf('ed25519'), intent())
  ciphertext = await open.use.encrypt(ref, Buffer.from('answer'), none)
  copyFileSync(bench.path, older)
  await open.life.setAvailability(ref, 'historic')
  generation = (await open.evidence.generation()) ?? 0
  await open.close()
  copyFileSync(bench.path, fresh)
})
beforeEach(() => {
  copyFileSync(fresh, bench.path)
})
afterEach(async () => bench.open.close())
afterAll(async () => bench.close())

/** Changes the file behind the token's back. */
function behind(change: (db: Database.Database) => void): void {
  const db = new Database(bench.path)
  db.pragma('ignore_check_constraints = ON')
  change(db)
  db.close()
}

async function opening(least: number | null = null, given = pin): Promise<string> {
  return outcome(async () => {
    const opened = await bench.another(least, given)
    await opened.close()
  })
}

function column(table: string, name: string, db: Database.Database): unknown {
  return db.prepare(`SELECT ${name} FROM ${table} ORDER BY rowid LIMIT 1`).pluck().get()
}

/** One bit of the value changed, whatever its type. */
function altered(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return flipped(value, value.length >> 1)
  if (typeof value === 'number') return value ^ 1
  return flipped(Buffer.from(String(value)), 0).toString()
}

describe('a file that was touched', () => {
  test.each([
    ...[
      'one',
      'id',
      'name',
      'scrypt_n',
      'scrypt_r',
      'scrypt_p',
      'salt',
      'nonce',
      'wrapped',
      'tag',
      'digest',
    ].map((name) => ['token', name, 'TOKEN_TAMPERED'] as const),
    ...['one', 'nonce', 'ciphertext', 'tag'].map((name) => ['header', name, 'TOKEN_TAMPERED'] as const),
    ...['key', 'version', 'state', 'tag'].map((name) => ['objects', name, 'TOKEN_ROLLED_BACK'] as const),
    ...['nonce', 'ciphertext'].map((name) => ['objects', name, 'TOKEN_TAMPERED'] as const),
  ])('one bit of %s.%s: %s', async (table, name, code) => {
    behind((db) => {
      const value = altered(column(table, name, db))
      db.prepare(`UPDATE ${table} SET ${name} = ? WHERE rowid = (SELECT min(rowid) FROM ${table})`).run(value)
    })
    expect(await opening()).toBe(code)
  })

  test('bytes flipped anywhere in the file are refused, or change nothing at all', async () => {
    const whole = readFileSync(bench.path)
    const step = Math.ceil(whole.length / (slow ? 400 : 12))
    const seen: string[] = []
    for (let at = 18; at < whole.length; at += step) {
      writeFileSync(bench.path, flipped(whole, at))
      const answer = await outcome(async () => {
        const opened = await bench.another()
        try {
          expect(await all(opened.store)).toHaveLength(2)
          expect(bytesOf(await opened.use.decrypt(ref, ciphertext, none)).toString()).toBe('answer')
        } finally {
          await opened.close()
        }
      })
      seen.push(answer)
    }
    for (const code of new Set(seen)) expect(['ok', 'TOKEN_TAMPERED', 'TOKEN_ROLLED_BACK']).toContain(code)
    writeFileSync(bench.path, whole)
    expect(await opening(generation)).toBe('ok')
  })

  test.each([0, 1, 100, 4096, -4096, -1])('a file cut to %d bytes is refused', async (length) => {
    const size = readFileSync(bench.path).length
    truncateSync(bench.path, length < 0 ? size + length : length)
    expect(await opening()).toBe('TOKEN_TAMPERED')
    expect(await outcome(async () => tokenIdentity(bench.path))).toBe('TOKEN_TAMPERED')
  })

  test('weaker scrypt parameters are refused before the PIN is touched, even with a digest that fits', async () => {
    behind((db) => {
      const weak = {...readLock(db, bench.path), n: 1024}
      db.prepare('UPDATE token SET scrypt_n = ?, digest = ?').run(weak.n, lockDigest(weak))
      expect(readLock(db, bench.path).n).toBe(1024)
    })
    expect(await opening()).toBe('TOKEN_TAMPERED')
  })

  test.each([
    ['a trigger', 'CREATE TRIGGER t AFTER UPDATE ON objects BEGIN SELECT 1; END', 'TOKEN_TAMPERED'],
    ['a table', 'CREATE TABLE kept (x)', 'TOKEN_TAMPERED'],
    ['a missing table', 'DROP TABLE objects', 'TOKEN_TAMPERED'],
    ['no header', 'DELETE FROM header', 'TOKEN_TAMPERED'],
    ['two headers', 'INSERT INTO header SELECT 2, nonce, ciphertext, tag FROM header', 'TOKEN_TAMPERED'],
    ['another application', 'PRAGMA application_id = 7', 'TOKEN_TAMPERED'],
    ['no format', 'PRAGMA user_version = 0', 'TOKEN_TAMPERED'],
    ['a newer format', 'PRAGMA user_version = 2', 'UNSUPPORTED'],
  ])('%s: refused', async (_name, sql, code) => {
    behind((db) => db.exec(sql))
    expect(await opening()).toBe(code)
  })
})

describe('a file, or a part of it, from before', () => {
  test('yesterday’s file is whole, and known for what it is by its generation', async () => {
    copyFileSync(older, bench.path)
    expect(await opening(generation)).toBe('TOKEN_ROLLED_BACK')
    expect(await opening(generation - 1)).toBe('ok')
  })

  test('a destruction that is due does not lift an old file over the mark', async () => {
    await bench.reopen()
    await bench.open.life.scheduleDestruction(ref, 1)
    const yesterday = join(bench.folder, 'yesterday')
    copyFileSync(bench.path, yesterday)
    const least = ((await bench.open.evidence.generation()) ?? 0) + 1
    await bench.open.life.cancelDestruction(ref)
    await bench.open.close()
    copyFileSync(yesterday, bench.path)
    bench.forward(2)
    expect(await opening(least)).toBe('TOKEN_ROLLED_BACK')
  })

  test.each([
    ['a row of an older copy', 'INSERT OR REPLACE INTO objects SELECT * FROM old.objects'],
    ['the header of an older copy', 'DELETE FROM header; INSERT INTO header SELECT * FROM old.header'],
    ['a row removed', 'DELETE FROM objects WHERE rowid = 1'],
    ['all rows removed', 'DELETE FROM objects'],
    [
      'a row added',
      'INSERT INTO objects SELECT key, 2, state, nonce, ciphertext, tag FROM objects WHERE rowid = 1',
    ],
    [
      'two rows exchanged',
      'UPDATE objects SET (nonce, ciphertext, tag) = (SELECT nonce, ciphertext, tag FROM objects o WHERE o.key <> objects.key)',
    ],
  ])('%s: TOKEN_ROLLED_BACK', async (_name, sql) => {
    behind((db) => {
      db.exec(`ATTACH '${older}' AS old`)
      db.exec(sql)
    })
    expect(await opening()).toBe('TOKEN_ROLLED_BACK')
  })

  test('an open token notices an older header that is put under it, a fork, and a lost row', async () => {
    await bench.reopen()
    const second = await bench.another()
    behind((db) => {
      db.exec(`ATTACH '${older}' AS old`)
      db.exec('DELETE FROM header; INSERT INTO header SELECT * FROM old.header')
      db.exec('DELETE FROM objects; INSERT INTO objects SELECT * FROM old.objects')
    })
    expect(await outcome(bench.open.evidence.generation())).toBe('TOKEN_ROLLED_BACK')
    const fork = await bench.another()
    await fork.life.setAvailability(ref, 'disabled') // the same generation, another story
    await fork.close()
    expect(await outcome(second.evidence.generation())).toBe('TOKEN_ROLLED_BACK')
    await second.close()
    const third = await bench.another()
    behind((db) => db.exec('DELETE FROM objects'))
    expect(await outcome(third.life.setAvailability(ref, 'enabled'))).toBe('TOKEN_ROLLED_BACK')
    expect((await third.evidence.check()).map(({ok}) => ok)).toEqual([true, false, true])
    await third.close()
  })

  test('the header of another token does not open', async () => {
    const other = await new LocalBench().create('other')
    await other.open.close()
    behind((db) => {
      db.exec(`ATTACH '${other.path}' AS other`)
      db.exec('DELETE FROM header; INSERT INTO header SELECT * FROM other.header; DELETE FROM objects')
    })
    expect(await opening()).toBe('TOKEN_TAMPERED')
    await other.close()
  })
})
