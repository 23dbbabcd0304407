import {createHash} from 'node:crypto'
import {chmodSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import Database from 'better-sqlite3'
import LedgerExport from '../../src/commands/ledger/export.ts'
import LedgerShow from '../../src/commands/ledger/show.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import {emptyWorld, makeLedger, type TestLedger} from '../support/ledger.ts'
import {runCommand, runJson} from '../support/run.ts'

let made: TestLedger
beforeEach(async () => {
  made = await makeLedger({people: 3})
})
afterEach(() => {
  made.remove()
})

interface Verified {
  readonly ok: boolean
  readonly fingerprint: string
  readonly problems: {readonly rule: string; readonly seq: number | null; readonly message: string}[]
}

describe('ledger verify', () => {
  test('says beside the result how far it has come when it takes long, and nothing when it does not', async () => {
    const quick = await runCommand(LedgerVerify, 'ledger verify', [], made.world)
    expect(quick.stderr).not.toContain('verified so far')
    let looks = 0
    const now = (): Date => new Date(Date.now() + (looks += 1) * 6_000)
    const slow = await runCommand(LedgerVerify, 'ledger verify', ['--json'], {...made.world, now})
    expect(slow.stderr).toContain('4 of 4 entries verified so far.\n')
    expect(JSON.parse(slow.stdout)).toMatchObject({ok: true, entries: 4})
  })

  test('finds a good ledger good, and pins it for this user', async () => {
    const verified = await runJson<Verified>(LedgerVerify, 'ledger verify', [], made.world)
    expect(verified).toMatchObject({
      schema: 'keyrite.verification/1',
      exit: 0,
      ok: true,
      entries: 4,
      size: 4,
      problems: [],
    })
    expect(verified).toMatchObject({root: expect.stringMatching(/^[0-9a-f]{64}$/), words: expect.any(Array)})
    expect(existsSync(join(made.world.state, 'pins', verified.fingerprint))).toBe(true)
    const {stdout, exit} = await runCommand(LedgerVerify, 'ledger verify', [], made.world)
    expect(stdout).toMatch(/^The ledger is good: 4 entries, continues 2 pins\.\n/)
    expect(exit).toBe(0)
  })

  test('says where there is no pin that a rollback cannot be seen', async () => {
    const {stdout} = await runCommand(LedgerVerify, 'ledger verify', [], {
      ...made.world,
      state: `${made.world.state}-2`,
    })
    expect(stdout).toContain('4 entries, 0 pins: a rollback cannot be seen.')
  })

  test('says that it could not pin, and still finds the ledger good', async () => {
    const state = `${made.world.state}-3`
    writeFileSync(state, 'a file where a folder should be')
    const {stdout, stderr, exit} = await runCommand(LedgerVerify, 'ledger verify', [], {...made.world, state})
    expect(stdout).toContain('The ledger is good')
    expect(stderr).toContain('could not be pinned')
    expect(exit).toBe(0)
  })

  test('names a changed entry with exit 6, and pins nothing', async () => {
    const db = new Database(join(made.world.home, 'ledger.db'))
    const {name} = db
      .prepare("SELECT name FROM sqlite_master WHERE sql LIKE '%leaf%' AND type = 'table'")
      .get() as {name: string}
    const {bytes} = db.prepare(`SELECT bytes FROM ${name} WHERE seq = 1`).get() as {bytes: Buffer}
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1
    for (const {name: trigger} of db
      .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'")
      .all() as {name: string}[])
      db.exec(`DROP TRIGGER ${trigger}`)
    db.prepare(`UPDATE ${name} SET bytes = ? WHERE seq = 1`).run(bytes)
    db.close()
    const verified = await runJson<Verified>(LedgerVerify, 'ledger verify', [], made.world)
    expect(verified).toMatchObject({schema: 'keyrite.verification/1', exit: 6, ok: false})
    expect(verified.problems.some(({seq}) => seq === 1)).toBe(true)
    expect(existsSync(join(made.world.state, 'pins'))).toBe(false)
    const ran = await runCommand(LedgerVerify, 'ledger verify', [], made.world)
    expect(ran.stdout).toMatch(/^The ledger is NOT good: /)
    expect(ran.exit).toBe(6)
  })

  test('sees a rollback by the pin', async () => {
    const copy = join(dirname(made.world.home), 'copy')
    cpSync(made.world.home, copy, {recursive: true})
    await made.using((app) =>
      app.ledger.append([
        {
          type: 'attempt.refused',
          data: {operation: 'x', key: null, code: 'USAGE'},
          actor: {person: null, evidence: 'stated'},
        },
      ]),
    )
    expect(await runJson(LedgerVerify, 'ledger verify', [], made.world)).toMatchObject({ok: true, entries: 5})
    rmSync(made.world.home, {recursive: true})
    cpSync(copy, made.world.home, {recursive: true})
    chmodSync(made.world.home, 0o700)
    const verified = await runJson<Verified>(LedgerVerify, 'ledger verify', [], made.world)
    expect(verified.exit).toBe(6)
    expect(verified.problems.map(({rule}) => rule)).toContain('pin')
  })

  test('takes pins by hand: its own is continued, another ledger’s is a problem', async () => {
    const own = join(dirname(made.world.home), 'own.pin')
    writeFileSync(own, await made.using((app) => app.ledger.note))
    const state = `${made.world.state}-4`
    expect(
      await runJson(LedgerVerify, 'ledger verify', ['--pin', own, '--pin', own], {...made.world, state}),
    ).toMatchObject({ok: true, pins: 2})
    const other = await makeLedger({people: 1})
    const foreign = join(dirname(made.world.home), 'foreign.pin')
    writeFileSync(foreign, await other.using((app) => app.ledger.note))
    other.remove()
    const verified = await runJson<Verified>(LedgerVerify, 'ledger verify', ['--pin', foreign], made.world)
    expect(verified).toMatchObject({exit: 6, problems: [{rule: 'pin', seq: null}]})
  })

  test('refuses where there is no ledger, or no such pin', async () => {
    const {remove, ...world} = emptyWorld()
    expect(await runJson(LedgerVerify, 'ledger verify', [], world)).toMatchObject({
      code: 'LEDGER_NOT_FOUND',
      exit: 4,
    })
    remove()
    expect(await runJson(LedgerVerify, 'ledger verify', ['--pin', '/nowhere/pin'], made.world)).toMatchObject(
      {code: 'FILE_NOT_FOUND', exit: 4},
    )
  })
})

describe('ledger show', () => {
  test('shows one entry in words, with the names that are known here', async () => {
    const {stdout} = await runCommand(LedgerShow, 'ledger show', ['0'], made.world)
    expect(stdout).toContain('In words: The ledger of example.com was opened.\n')
    expect(stdout).toContain('address: alice@example.com\n')
    expect(stdout).toContain('on test-host\n')
    const {entries} = await runJson<{entries: {actor: {name: string}; inWords: string}[]}>(
      LedgerShow,
      'ledger show',
      ['--last', '2'],
      made.world,
    )
    expect(entries.map(({actor, inWords}) => [actor.name, inWords])).toEqual([
      ['Bob', 'A founder signed the founding.'],
      ['Carol', 'A founder signed the founding.'],
    ])
  })

  test('shows the exact bytes with --raw, which hold no names', async () => {
    const {stdout} = await runCommand(LedgerShow, 'ledger show', ['0', '--raw'], made.world)
    const bytes = await made.using((app) => Buffer.from(app.ledger.store.row(0)?.bytes ?? []).toString())
    expect(stdout).toBe(`${bytes}\n`)
    expect(stdout).not.toContain('Alice')
    const raw = await runJson<{entries: object[]}>(LedgerShow, 'ledger show', ['0', '--raw'], made.world)
    expect(raw).toMatchObject({schema: 'keyrite.entries/1', entries: [{seq: 0, type: 'ledger.opened'}]})
  })

  test.each([
    ['an entry that is not there', ['4'], 'NOT_FOUND', 4],
    ['what is no entry', ['first'], 'USAGE', 2],
    ['none at all', ['--last', '0'], 'USAGE', 2],
    ['both one and the last', ['1', '--last', '2'], 'USAGE', 2],
  ])('refuses %s', async (_name, argv, code, exit) => {
    expect(await runJson(LedgerShow, 'ledger show', argv, made.world)).toMatchObject({code, exit})
  })
})

describe('ledger export', () => {
  test('writes the exact bytes, one entry a line', async () => {
    const {stdout} = await runCommand(LedgerExport, 'ledger export', [], made.world)
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(4)
    const leaves = await made.using((app) => [0, 1, 2, 3].map((seq) => app.ledger.view.entry(seq)?.leaf))
    expect(
      lines.map((line) =>
        createHash('sha256')
          .update(Buffer.from([0]))
          .update(line)
          .digest('hex'),
      ),
    ).toEqual(leaves)
  })

  test('writes a new file, and says its digest', async () => {
    const out = join(dirname(made.world.home), 'ledger.jsonl')
    const done = await runJson(LedgerExport, 'ledger export', ['--format', 'jsonl', '--out', out], made.world)
    const bytes = readFileSync(out)
    expect(done).toMatchObject({
      schema: 'keyrite.export/1',
      exit: 0,
      entries: 4,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })
    expect(bytes.toString()).toBe((await runCommand(LedgerExport, 'ledger export', [], made.world)).stdout)
    expect(await runJson(LedgerExport, 'ledger export', ['--out', out], made.world)).toMatchObject({
      code: 'EXISTS',
      exit: 5,
    })
  })

  test('refuses two things on one stdout, and a form that is not there', async () => {
    expect(await runJson(LedgerExport, 'ledger export', [], made.world)).toMatchObject({
      code: 'USAGE',
      exit: 2,
    })
    expect(await runJson(LedgerExport, 'ledger export', ['--format', 'tiles'], made.world)).toMatchObject({
      code: 'USAGE',
      exit: 2,
    })
  })
})
