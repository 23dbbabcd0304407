import {execFile, spawn} from 'node:child_process'
import {once} from 'node:events'
import {randomInt} from 'node:crypto'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import Database from 'better-sqlite3'
import {withLock} from '../../src/ledger/lock.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {outcome, refused, slow, verified} from './support.ts'

const script = join(import.meta.dirname, 'appender.ts')
let made: TestLedger
beforeEach(async () => {
  made = await makeLedger({people: 1})
})
afterEach(() => {
  made.remove()
})

interface Ended {
  /** The entries that were acknowledged. */
  readonly seqs: readonly number[]
  readonly stderr: string
  readonly ok: boolean
}

const argsOf = (count: number, name = 'appender'): string[] => [
  '--no-warnings',
  script,
  made.world.home,
  made.world.state,
  String(count),
  name,
]

function appender(count: number, name?: string): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, argsOf(count, name), (error, stdout, stderr) => {
      resolve({seqs: stdout.split('\n').filter(Boolean).map(Number), stderr, ok: error === null})
    })
  })
}

describe('processes that write one ledger', () => {
  test('at once lose nothing, and make no fork', async () => {
    const [processes, each] = slow ? [8, 50] : [4, 10]
    const ended = await Promise.all(Array.from({length: processes}, () => appender(each)))
    expect(ended.map(({ok, stderr}) => [ok, stderr.replace(/^Waiting for.*\n/gm, '')])).toEqual(
      Array(processes).fill([true, '']),
    )
    const seqs = ended.flatMap((one) => one.seqs).sort((a, b) => a - b)
    expect(seqs).toEqual(Array.from({length: processes * each}, (_, at) => at + 2))
    expect(verified(made.world, [], true)).toMatchObject({problems: [], entries: 2 + processes * each})
  }, 300_000)

  test('that end in the middle of an act leave no name behind, as if they still held the lock', async () => {
    const {home} = made.world
    const source = `
      import {existsSync} from 'node:fs'
      import {withLock} from ${JSON.stringify(join(import.meta.dirname, '../../src/ledger/lock.ts'))}
      const [home] = process.argv.slice(1)
      const held = (file, work) => withLock(home, {command: 'keyrite key create', file, onWait: () => undefined}, work)
      await held('acts.lock', () => held('ledger.lock', async () => {
        console.log(['acts.lock', 'ledger.lock'].map((name) => existsSync(home + '/' + name + '.info')).join())
        process.exit(130)
      }))`
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', source, home])
    const told: Buffer[] = []
    child.stdout.on('data', (data: Buffer) => told.push(data))
    expect(await once(child, 'close')).toEqual([130, null])
    expect(Buffer.concat(told).toString()).toBe('true,true\n')
    for (const name of ['acts.lock', 'ledger.lock'])
      expect(existsSync(join(home, `${name}.info`))).toBe(false)
  })

  test('wait for each other, and say for whom', async () => {
    let waiting: Promise<Ended> | undefined
    await withLock(made.world.home, {command: 'keyrite ceremony run', onWait: () => undefined}, async () => {
      const child = spawn(process.execPath, argsOf(1), {stdio: ['ignore', 'pipe', 'pipe']})
      let said = ''
      child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()))
      await once(child.stderr, 'data')
      expect(said).toMatch(
        new RegExp(
          `^Waiting for the ledger: it is held by keyrite ceremony run \\(pid ${process.pid}, since `,
        ),
      )
      waiting = once(child, 'close').then(([code]) => ({seqs: [], stderr: said, ok: code === 0}))
    })
    expect((await waiting)?.ok).toBe(true)
    expect(existsSync(join(made.world.home, 'ledger.lock.info'))).toBe(false)
    expect(verified(made.world)).toMatchObject({problems: [], entries: 3})
  })

  test('that wait too long are told by whom it is held, and leave that one’s name standing', async () => {
    const {home} = made.world
    const quiet = {onWait: () => undefined, waitMs: 50}
    await withLock(home, {...quiet, command: 'the first'}, async () => {
      expect(
        await outcome(() => withLock(home, {...quiet, command: 'the second'}, async () => undefined)),
      ).toBe('LOCKED')
      expect(existsSync(join(home, 'ledger.lock.info'))).toBe(true)
    })
  })

  test('that are killed at any moment lose nothing that was acknowledged', async () => {
    let least = 2
    for (let round = 0; round < (slow ? 300 : 2); round += 1) {
      const child = spawn(process.execPath, argsOf(10_000), {stdio: ['ignore', 'pipe', 'ignore']})
      let said = ''
      const wanted = randomInt(1, 12)
      const enough = new Promise<void>((resolve) => {
        child.stdout.on('data', (bytes: Buffer) => {
          said += bytes.toString()
          if (said.split('\n').length > wanted) resolve()
        })
      })
      await enough
      child.kill('SIGKILL')
      await once(child, 'close')
      const acknowledged = said.split('\n').slice(0, -1).map(Number)
      expect(acknowledged.length).toBeGreaterThanOrEqual(wanted)
      const {problems, entries} = verified(made.world, [], true)
      expect(problems).toEqual([])
      expect(entries).toBeGreaterThan(acknowledged.at(-1) ?? 0)
      expect(entries).toBeGreaterThanOrEqual(least + acknowledged.length)
      least = entries
    }
    process.stderr.write(
      `kills of an appending process: ${slow ? 300 : 2}, 0 acknowledged entries lost of ${least}\n`,
    )
    await made.using((app) => app.ledger.append([refused()]))
    expect(verified(made.world, [], true)).toMatchObject({problems: [], entries: least + 1})
  }, 1_800_000)

  test('that are killed in the middle of a commit leave a journal, which the next read rolls back', async () => {
    // A transaction that has spilled to the file, and a process that dies with it open.
    const dies = `
      const {createRequire} = require('node:module')
      const Database = createRequire(${JSON.stringify(import.meta.filename)})('better-sqlite3')
      const db = new Database(process.argv[1])
      db.pragma('cache_size = 1')
      db.pragma('cache_spill = 1')
      db.exec('BEGIN IMMEDIATE')
      for (let at = 100; at < 400; at += 1)
        db.prepare('INSERT INTO entries VALUES (?, ?, ?)').run(at, Buffer.alloc(32), Buffer.alloc(2000))
      process.kill(process.pid, 'SIGKILL')`
    const child = spawn(process.execPath, ['-e', dies, join(made.world.home, 'ledger.db')], {stdio: 'ignore'})
    const [, signal] = (await once(child, 'close')) as [number | null, string | null]
    expect(signal).toBe('SIGKILL')
    expect(existsSync(join(made.world.home, 'ledger.db-journal'))).toBe(true)
    expect(verified(made.world)).toMatchObject({problems: [], entries: 2})
    expect(existsSync(join(made.world.home, 'ledger.db-journal'))).toBe(false)
    await made.using((app) => app.ledger.append([refused()]))
  })
})

describe('a disk that is full', () => {
  test('gives STORAGE, claims nothing, and the ledger goes on when there is room', async () => {
    const db = new Database(join(made.world.home, 'ledger.db'), {readonly: true})
    const pages = Number(db.pragma('page_count', {simple: true}))
    db.close()
    // The file may grow by two pages and no more: what a quota or a full disk does.
    const blocks = ((pages + 2) * 4096) / 512
    const child = spawn('sh', ['-c', `ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, ...argsOf(100)])
    const said = {out: '', err: ''}
    child.stdout.on('data', (bytes: Buffer) => (said.out += bytes.toString()))
    child.stderr.on('data', (bytes: Buffer) => (said.err += bytes.toString()))
    const [code] = (await once(child, 'close')) as [number | null]
    expect(code).not.toBe(0)
    expect(said.err).toContain('cannot write the ledger')
    expect(said.err).toContain("code: 'STORAGE'")
    const acknowledged = said.out.split('\n').filter(Boolean).map(Number)
    const {problems, entries} = verified(made.world, [], true)
    expect(problems).toEqual([])
    expect(entries).toBe(2 + acknowledged.length)
    const [entry] = await made.using((app) => app.ledger.append([refused()]))
    expect(entry?.seq).toBe(entries)
  })
})
