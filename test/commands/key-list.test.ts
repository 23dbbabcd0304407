import {chmodSync, cpSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from '@jest/globals'
import Database from 'better-sqlite3'
import KeyActivate from '../../src/commands/key/activate.ts'
import KeyList from '../../src/commands/key/list.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {keyDocument, keysFold} from '../../src/keys/index.ts'
import {emptyWorld, makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {runCommand, runJson} from '../support/run.ts'

interface Listed {
  readonly code?: string
  readonly message?: string
  readonly keys: readonly Record<string, unknown>[]
}

const act = {person: null, evidence: 'stated'} as const

let made: TestLedger
let saved: string

beforeAll(async () => {
  made = await makeLedger({people: 4})
  const pinFile = join(dirname(made.world.home), 'pin')
  writeFileSync(pinFile, 'twelve bytes\n', {mode: 0o600})
  for (const name of ['main', 'other']) {
    const argv = [name, '--kind', 'local', '--environment', 'test', '--as', 'alice', '--pin-file', pinFile]
    expect((await runJson(ProfileAdd, 'profile add', argv, made.world)).exit).toBe(0)
  }
  await makeSome()
  saved = join(dirname(made.world.home), 'saved')
  cpSync(made.world.home, join(saved, 'home'), {recursive: true})
  cpSync(made.world.state, join(saved, 'state'), {recursive: true})
}, 60_000)
beforeEach(() => {
  restore('home')
  restore('state')
})
afterAll(() => {
  made.remove()
})

/** Puts what was made back in its place. */
function restore(which: 'home' | 'state'): void {
  rmSync(made.world[which], {recursive: true})
  cpSync(join(saved, which), made.world[which], {recursive: true})
  chmodSync(made.world[which], 0o700)
}

/** Keys that are active, made only, and indeterminate; with parties by name, people of the roster, and both. */
async function makeSome(): Promise<void> {
  const [alice, bob] = made.founders.map(({person}) => person)
  await made.using(async (app) => {
    await makeKey(app, made.founders, {
      name: 'payments',
      profile: 'main',
      owner: 'Pay\u202eTeam',
      consumers: ['Shop', bob?.id ?? ''],
    })
    await makeKey(app, made.founders, {
      name: 'tokens',
      profile: 'other',
      owner: alice?.id ?? '',
      activate: false,
    })
    await makeKey(app, made.founders, {
      name: 'asked',
      profile: 'main',
      algorithm: 'hmac-sha256',
      purpose: 'mac',
      class: 'mac',
      expires: new Date('2040-01-01T00:00:00Z'),
    })
    const about = {key: 'asked', version: 1, profile: 'main', intent: 'ab'.repeat(16), probes: []}
    await app.ledger.append([{type: 'key.try.intended', data: about, actor: act}])
  })
}

/** Changes a row of a side table, as another program could. */
function touch(change: (row: Record<string, unknown>) => unknown, fold = 'keys', id = 'payments'): void {
  const db = new Database(join(made.world.home, 'ledger.db'))
  const {row} = db.prepare('SELECT row FROM side WHERE fold = ? AND id = ?').get(fold, id) as {row: Buffer}
  const value = change(JSON.parse(row.toString('utf8')) as Record<string, unknown>)
  db.prepare('UPDATE side SET row = ? WHERE fold = ? AND id = ?').run(
    Buffer.from(JSON.stringify(value)),
    fold,
    id,
  )
  db.close()
}

const list = (world = made.world, ...argv: readonly string[]): Promise<Listed & {readonly exit: number}> =>
  runJson<Listed>(KeyList, 'key list', argv, world)

describe('key list', () => {
  test('has exactly what a replay would have, member by member and in the same order', async () => {
    const replayed = await made.using(({ledger}) =>
      [...ledger.of(keysFold).keys.values()]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((key) => keyDocument(ledger, key)),
    )
    const {keys} = await list()
    expect(JSON.stringify(keys)).toBe(JSON.stringify(replayed))
    expect(keys.map((key) => [key['name'], key['state'], key['indeterminate']])).toEqual([
      ['asked', 'active', [expect.stringMatching(/^try \(entry \d+\)$/)]],
      ['payments', 'active', []],
      ['tokens', 'pre-active', []],
    ])
    expect(keys[1]).toMatchObject({
      owner: {id: 'owner', name: 'Pay\u202eTeam'},
      consumers: expect.arrayContaining([
        expect.objectContaining({name: 'Shop'}),
        expect.objectContaining({name: 'Bob'}),
      ]),
    })
    expect(keys[2]).toMatchObject({owner: {name: 'Alice'}})
    expect((await list(made.world, '--profile', 'other')).keys.map((key) => key['name'])).toEqual(['tokens'])
    expect((await list(made.world, '--profile', 'none')).code).toBe('PROFILE_NOT_FOUND')
  })

  test('rests on rows without a private value', async () => {
    const db = new Database(join(made.world.home, 'ledger.db'), {readonly: true})
    const rows = db.prepare('SELECT row FROM side').all() as {row: Buffer}[]
    db.close()
    const text = rows.map(({row}) => row.toString('utf8')).join('\n')
    for (const name of ['Team', 'Shop', 'Alice', 'Bob', 'example.com']) expect(text).not.toContain(name)
    expect(text).toContain('"hidden":{"consumer-1":{"$":"')
  })

  test('shows a name that was erased as unknown, and refuses one that was exchanged', async () => {
    const db = new Database(join(made.world.home, 'ledger.db'))
    const team = db
      .prepare("SELECT commitment FROM openings WHERE CAST(value AS TEXT) LIKE '%Team%'")
      .get() as {commitment: Buffer}
    db.prepare('UPDATE openings SET value = ? WHERE commitment = ?').run(
      Buffer.from('"Thief"'),
      team.commitment,
    )
    expect(await list()).toMatchObject({code: 'LEDGER_TAMPERED', exit: 6})
    db.prepare('DELETE FROM openings WHERE commitment = ?').run(team.commitment)
    db.close()
    expect((await list()).keys[1]).toMatchObject({owner: {id: 'owner', name: null}})
  })
})

describe('a row that was touched', () => {
  test('is found by ledger verify, and stops every command that acts', async () => {
    touch((row) => ({...row, profile: 'other'}))
    const verified = await runJson<{problems: object[]}>(LedgerVerify, 'ledger verify', [], made.world)
    expect(verified.exit).toBe(6)
    expect(verified.problems).toMatchObject([
      {rule: 'side-table', message: expect.stringContaining('"payments"')},
    ])
    expect(await runJson(KeyActivate, 'key activate', ['tokens', '--as', 'alice'], made.world)).toMatchObject(
      {
        code: 'LEDGER_TAMPERED',
        exit: 6,
      },
    )
  })

  test.each([
    {name: 'is no object', change: () => []},
    {name: 'lacks its spec', change: (row: object) => ({...row, spec: null})},
    {name: 'has a state that is no text', change: (row: object) => ({...row, versions: [{state: 1}]})},
    {name: 'has versions that are no list', change: (row: object) => ({...row, versions: 3})},
  ])('and $name is refused, not a bug', async ({change}) => {
    touch(change)
    expect(await list()).toMatchObject({code: 'LEDGER_TAMPERED', exit: 6})
  })

  test('of a profile is refused too', async () => {
    touch((row) => ({...row, identity: {serial: 7}}), 'profiles', 'main')
    expect(await list()).toMatchObject({code: 'LEDGER_TAMPERED', exit: 6})
  })
})

describe('a ledger that cannot be listed', () => {
  const db = (): string => join(made.world.home, 'ledger.db')

  test.each([
    {
      name: 'that is not there',
      code: 'LEDGER_NOT_FOUND',
      spoil: () => {
        rmSync(db())
      },
    },
    {
      name: 'that is another file',
      code: 'LEDGER_TAMPERED',
      spoil: () => {
        writeFileSync(db(), 'nothing of a ledger')
      },
    },
    {
      name: 'of another program',
      code: 'LEDGER_TAMPERED',
      spoil: () => {
        rmSync(db())
        new Database(db()).exec('CREATE TABLE t (a)').close()
        chmodSync(db(), 0o600)
      },
    },
    {
      name: 'behind a symbolic link',
      code: 'UNSAFE_FILE',
      spoil: () => {
        renameSync(db(), `${db()}.real`)
        symlinkSync(`${db()}.real`, db())
      },
    },
    {
      name: 'with a second name',
      code: 'UNSAFE_FILE',
      spoil: () => {
        linkSync(db(), `${db()}.too`)
      },
    },
    {
      name: 'that others may write',
      code: 'UNSAFE_FILE',
      spoil: () => {
        chmodSync(db(), 0o666)
      },
    },
    {
      name: 'that is a folder',
      code: 'UNSAFE_FILE',
      spoil: () => {
        rmSync(db())
        mkdirSync(db())
      },
    },
  ])('$name is refused as a replay refuses it', async ({code, spoil}) => {
    spoil()
    const listed = await list()
    expect(listed.code).toBe(code)
    const opened = await made.using(({ledger}) => ledger.size).catch((error: unknown) => error)
    expect(opened).toMatchObject({code, message: listed.message})
  })

  test('a home behind what this machine signed last is refused; elsewhere the same copy is listed', async () => {
    const before = await made.using(async ({ledger}) => {
      const data = {operation: 'x', key: null, code: 'USAGE'}
      await ledger.append([{type: 'attempt.refused', data, actor: act}])
      return ledger.size
    })
    expect((await list()).keys).toHaveLength(3)
    restore('home')
    const listed = await list()
    expect(listed).toMatchObject({
      code: 'LEDGER_BEHIND',
      exit: 6,
      message: expect.stringContaining(`the ${before} that`),
    })
    expect(await made.using(({ledger}) => ledger.size).catch((error: unknown) => error)).toMatchObject({
      message: listed.message,
    })
    expect((await list({...made.world, state: `${made.world.state}-of-another`})).keys).toHaveLength(3)
  })

  test('a home that was never founded gives the error that it always gave', async () => {
    const world = emptyWorld()
    const ran = await runCommand(KeyList, 'key list', [], world)
    world.remove()
    expect(ran).toMatchObject({
      exit: 4,
      stdout: '',
      stderr: expect.stringContaining('Try this: keyrite init'),
    })
  })
})
