import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import {randomBytes} from 'node:crypto'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from '@jest/globals'
import {testWith} from '../../support/needs.ts'
import Database from 'better-sqlite3'
import {connect} from '../../../src/providers/local/database.ts'
import {createToken, tokenIdentity} from '../../../src/providers/local/index.ts'
import {all, described, enabled, intent, outcome, random, secretOf, specOf} from '../support.ts'
import {LocalBench, pin} from './bench.ts'

let bench: LocalBench
beforeAll(async () => {
  bench = await new LocalBench().create()
})
afterAll(async () => bench.close())

async function creating(path: string, over: {name?: string; pin?: string} = {}): Promise<string> {
  return outcome(async () => {
    const {name = 'new', pin: given = pin} = over
    await (await createToken({path, name, pin: secretOf(given), random, clock: bench.clock})).close()
  })
}

describe('the file', () => {
  test('is 0600 whatever the umask, and its new folder 0700', async () => {
    const path = join(bench.folder, 'tokens', 'open.token')
    const before = process.umask(0)
    try {
      expect(await creating(path)).toBe('ok')
    } finally {
      process.umask(before)
    }
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(bench.folder, 'tokens')).mode & 0o777).toBe(0o700)
  })

  test('is never written over: an existing token, an empty file and a dangling link stay as they are', async () => {
    const bytes = readFileSync(bench.path)
    expect(await creating(bench.path)).toBe('EXISTS')
    expect(readFileSync(bench.path)).toEqual(bytes)
    const [empty, link, target] = ['empty', 'link', 'target'].map((name) => join(bench.folder, name)) as [
      string,
      string,
      string,
    ]
    writeFileSync(empty, '', {mode: 0o600})
    symlinkSync(target, link)
    expect(await creating(empty)).toBe('EXISTS')
    expect(await creating(link)).toBe('EXISTS')
    expect(existsSync(target)).toBe(false)
  })

  test.each([
    ['an empty PIN', {pin: ''}],
    ['a PIN of 7 bytes', {pin: '1234567'}],
    ['a PIN of 1025 bytes', {pin: 'x'.repeat(1025)}],
    ['an empty name', {name: ''}],
    ['a name with a control character', {name: 'a\u001b[31mb'}],
    ['a name with a bidi override', {name: 'a\u202eb'}],
    ['a name of 65 characters', {name: 'a'.repeat(65)}],
  ])('is not made with %s', async (_name, over) => {
    const path = join(bench.folder, 'refused.token')
    expect(await creating(path, over)).toBe('USAGE')
    expect(existsSync(path)).toBe(false)
  })

  test('names its token without a PIN', async () => {
    const {token} = await bench.open.evidence.identity()
    expect(tokenIdentity(bench.path)).toEqual({token, name: 'main'})
    expect(await bench.open.evidence.identity()).toEqual({
      kind: 'local',
      model: 'keyrite software token',
      token,
    })
    expect(token).toMatch(/^[0-9a-f]{32}$/)
  })

  test('a PIN that is not the one is refused, also one with a line end', async () => {
    for (const wrong of ['correct horse 43', `${pin}\n`, '', pin.toUpperCase()])
      expect(await outcome(bench.another(null, wrong))).toBe('CREDENTIALS_REFUSED')
  })

  test('SQLite keeps every setting', () => {
    const db = connect(bench.path)
    const held = [
      'journal_mode',
      'synchronous',
      'secure_delete',
      'trusted_schema',
      'cell_size_check',
      'temp_store',
      'fullfsync',
      'busy_timeout',
    ]
    const answers = held.map((name): unknown => db.pragma(name, {simple: true}))
    db.close()
    expect(answers).toEqual(['delete', 3, 1, 0, 1, 2, 1, 5000])
  })
})

describe('a file that is not safe', () => {
  let path: string
  beforeEach(() => {
    path = join(bench.folder, `${random.bytes(4).toString('hex')}.token`)
    copyFileSync(bench.path, path)
  })

  test.each<[string, (path: string) => void]>([
    [
      'a symbolic link',
      (at) => {
        renameSync(at, `${at}.real`)
        symlinkSync(`${at}.real`, at)
      },
    ],
    [
      'a second hard link',
      (at) => {
        linkSync(at, `${at}.link`)
      },
    ],
    [
      'readable by the group',
      (at) => {
        chmodSync(at, 0o640)
      },
    ],
    [
      'readable by others',
      (at) => {
        chmodSync(at, 0o604)
      },
    ],
    [
      'a folder',
      (at) => {
        unlinkSync(at)
        mkdirSync(at)
      },
    ],
    [
      'a stray -wal beside it',
      (at) => {
        writeFileSync(`${at}-wal`, '')
      },
    ],
    [
      'a linked journal beside it',
      (at) => {
        symlinkSync('/etc/passwd', `${at}-journal`)
      },
    ],
  ])('%s: refused', async (_name, spoil) => {
    spoil(path)
    expect(await outcome(async () => tokenIdentity(path))).toBe('UNSAFE_FILE')
  })

  test('in a folder that others may write: refused', async () => {
    const folder = join(bench.folder, 'shared')
    mkdirSync(folder)
    chmodSync(folder, 0o777)
    copyFileSync(path, join(folder, 'a.token'))
    expect(await outcome(async () => tokenIdentity(join(folder, 'a.token')))).toBe('UNSAFE_FILE')
    expect(await creating(join(folder, 'b.token'))).toBe('UNSAFE_FILE')
    expect(existsSync(join(folder, 'b.token'))).toBe(false)
  })

  // Only root can give a file away.
  testWith('root', 'somebody else’s: refused', async () => {
    chownSync(path, 12_345, 12_345)
    expect(await outcome(async () => tokenIdentity(path))).toBe('UNSAFE_FILE')
  })

  test('missing: not found', async () => {
    expect(await outcome(async () => tokenIdentity(`${path}.none`))).toBe('FILE_NOT_FOUND')
    expect(await outcome(async () => tokenIdentity('/nonexistent/a.token'))).toBe('FILE_NOT_FOUND')
  })

  test('replaced while it is open: nothing is written', async () => {
    const {path: place} = bench
    copyFileSync(place, `${place}.copy`)
    renameSync(place, `${place}.first`)
    renameSync(`${place}.copy`, place)
    const bytes = readFileSync(`${place}.first`)
    expect(await outcome(bench.open.store.create(specOf('aes-256'), intent()))).toBe('UNSAFE_FILE')
    expect(readFileSync(place)).toEqual(bytes)
    expect((await bench.open.evidence.check()).at(-1)).toMatchObject({name: 'writable', ok: false})
    renameSync(`${place}.first`, place)
    expect(await outcome(bench.open.store.create(specOf('aes-256'), intent()))).toBe('ok')
  })
})

describe('what lies in the file', () => {
  test('a key from outside is nowhere in it, nor in a backup, in any spelling', async () => {
    const canary = Buffer.from('CANARY-7f3a-never-at-rest-in-clr')
    await bench.open.move.import(specOf('aes-256', {label: 'planted-name'}), secretOf(canary), intent())
    for (const bytes of [readFileSync(bench.path), Buffer.from(await bench.open.move.backup())]) {
      const text = bytes.toString('latin1')
      expect(bytes.includes(canary.subarray(0, 12))).toBe(false)
      expect(text.toLowerCase()).not.toContain(canary.toString('hex').slice(0, 24))
      for (const shift of [0, 1, 2])
        expect(text).not.toContain(canary.subarray(shift).toString('base64').slice(0, 16))
      expect(text).not.toContain('planted-name')
      expect(text).not.toContain(pin)
    }
  })

  test('what is destroyed is overwritten, at once or when its time has come', async () => {
    for (const days of [0, 7]) {
      const ref = await enabled(bench.open, specOf('rsa-2048'))
      await bench.open.life.scheduleDestruction(ref, 7)
      const db = new Database(bench.path, {readonly: true})
      const blob = db.prepare('SELECT ciphertext FROM objects WHERE key = ?').pluck().get(ref.key) as Buffer
      db.close()
      const parts = [blob.subarray(0, 24), blob.subarray(600, 624), blob.subarray(-24)]
      const found = (): boolean[] => parts.map((part) => readFileSync(bench.path).includes(part))
      expect(found()).toEqual([true, true, true])
      if (days === 0) {
        await bench.open.life.cancelDestruction(ref)
        await bench.open.life.scheduleDestruction(ref, 0)
      } else bench.forward(days)
      expect((await described(bench.open.store, ref)).availability).toBe('destroyed')
      expect(found()).toEqual([false, false, false])
    }
  })
})

describe('two processes on one token', () => {
  test('see each other’s changes, and lose none', async () => {
    const other = await bench.another()
    const [a, b] = [await enabled(bench.open, specOf('aes-256')), await enabled(other, specOf('aes-256'))]
    await other.life.setAvailability(a, 'disabled')
    expect(await outcome(bench.open.use.encrypt(a, randomBytes(3), randomBytes(3)))).toBe('KEY_STATE')
    expect(await outcome(bench.open.use.encrypt(b, randomBytes(3), randomBytes(3)))).toBe('ok')
    expect(await all(bench.open.store)).toEqual(expect.arrayContaining(await all(other.store)))
    expect(await other.evidence.generation()).toBe(await bench.open.evidence.generation())
    await other.close()
  })

  test('one that holds the lock makes the other wait, then give up and stay usable', async () => {
    const db = new Database(bench.path)
    db.exec('BEGIN IMMEDIATE')
    const made = intent()
    expect(await outcome(bench.open.store.create(specOf('aes-256'), made))).toBe('LOCKED')
    db.exec('ROLLBACK')
    db.close()
    expect(await bench.open.store.find(made, [])).toEqual({kind: 'none'})
    expect(await outcome(bench.open.store.create(specOf('aes-256'), made))).toBe('ok')
  })
})
