import {chmodSync, existsSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import LedgerShow from '../../src/commands/ledger/show.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileCheck from '../../src/commands/profile/check.ts'
import ProfileList from '../../src/commands/profile/list.ts'
import ProfileRemove from '../../src/commands/profile/remove.ts'
import ProfileShow from '../../src/commands/profile/show.ts'
import {soloPolicy} from '../../src/policy/index.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {runCommand, runJson, somebody} from '../support/run.ts'

const pin = 'twelve bytes'
let made: TestLedger
let pinFile: string
beforeAll(async () => {
  made = await makeLedger({people: 3})
  pinFile = join(dirname(made.world.home), 'pin')
  writeFileSync(pinFile, `${pin}\n`, {mode: 0o600})
  const added = await runJson(
    ProfileAdd,
    'profile add',
    ['main', ...local('test'), '--pin-file', pinFile],
    made.world,
  )
  expect(added).toMatchObject({exit: 0, name: 'main', made: true})
})
afterAll(() => {
  made.remove()
})

const local = (environment: string): string[] => [
  '--kind',
  'local',
  '--environment',
  environment,
  '--as',
  'alice',
]
const size = (): Promise<number> => made.using((app) => app.ledger.size)
const tokenOf = (name: string): string => join(made.world.home, 'tokens', `${name}.token`)

describe('profile add', () => {
  test('names the profile of the same place that tries its keys, and refuses one of another place', async () => {
    const on = (name: string, ...more: readonly string[]) =>
      runJson(
        ProfileAdd,
        'profile add',
        [name, ...local('test'), '--token', tokenOf('main'), '--pin-file', pinFile, ...more],
        made.world,
      )
    expect(await on('tried', '--prover', 'main')).toMatchObject({exit: 0, prover: 'main'})
    expect(await on('other', '--prover', 'nowhere')).toMatchObject({exit: 2, code: 'USAGE'})
    const shown = await runCommand(ProfileShow, 'profile show', ['tried'], made.world)
    expect(shown.stdout).toMatch(/^Tried by: main$/m)
    const refused = await runJson(
      ProfileRemove,
      'profile remove',
      ['main', '--confirm', 'main', '--as', 'alice'],
      made.world,
    )
    expect(refused).toMatchObject({code: 'PROFILE_IN_USE'})
    const removed = await runJson(
      ProfileRemove,
      'profile remove',
      ['tried', '--confirm', 'tried', '--as', 'alice'],
      made.world,
    )
    expect(removed).toMatchObject({exit: 0})
  })

  test('asks for the PIN twice, makes the token, and records its identity', async () => {
    const ask = somebody(pin, pin)
    const ran = await runCommand(ProfileAdd, 'profile add', ['asked', ...local('staging')], {
      ...made.world,
      ask,
    })
    expect(ran).toMatchObject({exit: 0, stderr: ''})
    expect(ran.stdout).toMatch(
      /^Profile "asked" is added; a new token was made\.\nProfile: asked\nKind: local\nEnvironment: staging\n/,
    )
    expect(ask.asked).toEqual([
      'PIN of profile "asked" (local, staging)',
      'The same PIN again of profile "asked" (local, staging)',
    ])
    expect(statSync(tokenOf('asked')).mode & 0o777).toBe(0o600)
    expect(ran.stdout).not.toContain(pin)
  })

  test('remembers the PIN’s file on this machine, never what is in it', async () => {
    const shown = await runJson(ProfileShow, 'profile show', ['main'], made.world)
    expect(shown).toMatchObject({
      schema: 'keyrite.profile/1',
      pinFile,
      environment: 'test',
      keys: [],
      hardware: 'never',
      settings: {path: tokenOf('main')},
    })
    expect(shown['identity']).toMatchObject({kind: 'local', token: expect.stringMatching(/^[0-9a-f]{32}$/)})
    expect(readFileSync(join(made.world.home, 'config.yaml'), 'utf8')).not.toContain(pin)
  })

  test('takes a token that is there already, and asks for its PIN once', async () => {
    const ask = somebody(pin)
    const again = await runJson(
      ProfileAdd,
      'profile add',
      ['second', ...local('test'), '--token', tokenOf('main')],
      {...made.world, ask},
    )
    expect(again).toMatchObject({exit: 0, made: false, name: 'second'})
    expect(ask.asked).toHaveLength(1)
  })

  test.each([
    ['two PINs that differ', ['new', ...local('test')], [pin, 'another pin'], 'NOT_CONFIRMED', 3],
    ['a PIN that is too short', ['new', ...local('test')], ['short', 'short'], 'USAGE', 2],
    ['a name that is taken', ['main', ...local('test')], [], 'EXISTS', 5],
    ['a name that cannot be one', ['Main!', ...local('test')], [], 'USAGE', 2],
    [
      'a kind that is not there',
      ['new', '--kind', 'floppy', '--environment', 'test', '--as', 'alice'],
      [],
      'UNSUPPORTED',
      5,
    ],
    ['an environment that is none', ['new', ...local('prod')], [], 'USAGE', 2],
    ['no environment', ['new', '--kind', 'local', '--as', 'alice'], [], 'USAGE', 2],
  ])('refuses %s, and makes nothing', async (_name, argv, answers, code, exit) => {
    const before = await size()
    const refused = await runJson(ProfileAdd, 'profile add', argv, {...made.world, ask: somebody(...answers)})
    expect(refused).toMatchObject({schema: 'keyrite.error/1', code, exit, changed: false})
    expect(await size()).toBe(before)
    expect(existsSync(tokenOf('new'))).toBe(false)
  })

  test('names the kinds that there are', async () => {
    const refused = await runJson(
      ProfileAdd,
      'profile add',
      ['new', '--kind', 'floppy', '--environment', 'test'],
      made.world,
    )
    expect(refused['message']).toMatch(/^cannot use provider kind "floppy": there are local, pkcs11/)
  })

  test('refuses a token of another environment, and keeps a trace of it', async () => {
    const refused = await runJson(
      ProfileAdd,
      'profile add',
      ['twin', ...local('production'), '--token', tokenOf('main'), '--pin-file', pinFile],
      made.world,
    )
    expect(refused).toMatchObject({code: 'PROFILE_ENVIRONMENT', exit: 8, changed: false})
    const {entries} = await runJson<{entries: {data: unknown; actor: unknown}[]}>(
      LedgerShow,
      'ledger show',
      ['--last', '1'],
      made.world,
    )
    expect(entries[0]?.data).toEqual({operation: 'profile.add', key: null, code: 'PROFILE_ENVIRONMENT'})
    expect(entries[0]?.actor).toMatchObject({name: 'Alice'})
  })

  test('without a terminal names the flag for the PIN', async () => {
    const ran = await runCommand(ProfileAdd, 'profile add', ['new', ...local('test')], made.world)
    expect(ran.exit).toBe(3)
    expect(ran.stderr).toContain('Code: NO_TERMINAL\nTry this: --pin-file FILE\n')
  })

  test('a policy by which one person makes keys is not for production', async () => {
    const solo = await makeLedger({people: 1, policy: soloPolicy})
    const refused = await runJson(
      ProfileAdd,
      'profile add',
      ['main', '--kind', 'local', '--environment', 'production', '--pin-file', pinFile],
      solo.world,
    )
    const allowed = await runJson(
      ProfileAdd,
      'profile add',
      ['main', '--kind', 'local', '--environment', 'test', '--pin-file', pinFile],
      solo.world,
    )
    solo.remove()
    expect(refused).toMatchObject({code: 'PRODUCTION_GUARD', exit: 8})
    expect(allowed).toMatchObject({exit: 0, name: 'main'})
  })
})

describe('profile list and show', () => {
  test('list has every profile', async () => {
    const {profiles} = await runJson<{profiles: {name: string}[]}>(
      ProfileList,
      'profile list',
      [],
      made.world,
    )
    expect(profiles.map(({name}) => name)).toEqual(expect.arrayContaining(['asked', 'main', 'second']))
    const {stdout} = await runCommand(ProfileList, 'profile list', [], made.world)
    expect(stdout).toContain(
      'Profile: main\nKind: local\nEnvironment: test\nKeys: 0\nReached from here: yes\n',
    )
  })

  test('show refuses a profile that is not there', async () => {
    expect(await runJson(ProfileShow, 'profile show', ['nowhere'], made.world)).toMatchObject({
      code: 'PROFILE_NOT_FOUND',
      exit: 4,
    })
  })
})

describe('profile check', () => {
  test('opens it and says that all is well', async () => {
    const check = await runJson<{checks: {ok: boolean}[]}>(
      ProfileCheck,
      'profile check',
      ['main'],
      made.world,
    )
    expect(check).toMatchObject({schema: 'keyrite.check/1', exit: 0, ok: true, identity: {kind: 'local'}})
    expect(check.checks.length).toBeGreaterThan(2)
    const ran = await runCommand(ProfileCheck, 'profile check', ['main'], made.world)
    expect(ran.stdout).toMatch(/^ok: opens: [\s\S]*All is well\.\n$/)
  })

  test('a wrong PIN is a document with exit 11, and leaves a trace', async () => {
    const wrong = join(dirname(made.world.home), 'wrong')
    writeFileSync(wrong, 'another pin\n', {mode: 0o600})
    const before = await size()
    const check = await runJson<{checks: unknown[]}>(
      ProfileCheck,
      'profile check',
      ['main', '--pin-file', wrong],
      made.world,
    )
    expect(check).toMatchObject({schema: 'keyrite.check/1', exit: 11, ok: false, identity: null})
    expect(check.checks).toEqual([expect.objectContaining({name: 'opens', ok: false})])
    expect(JSON.stringify(check)).not.toContain('another pin')
    expect(await size()).toBe(before + 1)
    const {entries} = await runJson<{entries: {data: unknown}[]}>(
      LedgerShow,
      'ledger show',
      ['--last', '1'],
      made.world,
    )
    expect(entries[0]?.data).toEqual({operation: 'profile.check', key: null, code: 'CREDENTIALS_REFUSED'})
  })

  test('another token in its place is refused with exit 8', async () => {
    const config = join(made.world.home, 'config.yaml')
    const before = readFileSync(config, 'utf8')
    writeFileSync(config, before.replace('tokens/main.token', 'tokens/asked.token'))
    const check = await runJson(ProfileCheck, 'profile check', ['main'], made.world)
    writeFileSync(config, before)
    expect(check).toMatchObject({exit: 8, ok: false})
  })

  test('without a terminal or a PIN file there is no document', async () => {
    expect(await runJson(ProfileCheck, 'profile check', ['asked'], made.world)).toMatchObject({
      code: 'NO_TERMINAL',
      exit: 3,
    })
  })

  test('a PIN file that others can write is not read', async () => {
    const loose = join(dirname(made.world.home), 'loose')
    writeFileSync(loose, `${pin}\n`)
    chmodSync(loose, 0o666)
    expect(
      await runJson(ProfileCheck, 'profile check', ['asked', '--pin-file', loose], made.world),
    ).toMatchObject({exit: 6, ok: false})
  })
})

describe('profile remove', () => {
  test('asks for the name, removes the entry and this machine’s memory, and leaves the token', async () => {
    const wrong = await runJson(ProfileRemove, 'profile remove', ['second', '--as', 'alice'], {
      ...made.world,
      ask: somebody('main'),
    })
    expect(wrong).toMatchObject({code: 'NOT_CONFIRMED', exit: 3})
    const silent = await runJson(ProfileRemove, 'profile remove', ['second', '--as', 'alice'], made.world)
    expect(silent).toMatchObject({code: 'NO_TERMINAL', try: ['--confirm second']})
    const done = await runJson(
      ProfileRemove,
      'profile remove',
      ['second', '--as', 'alice', '--confirm', 'second'],
      made.world,
    )
    expect(done).toMatchObject({schema: 'keyrite.profile/1', exit: 0, removed: true, name: 'second'})
    expect(await runJson(ProfileShow, 'profile show', ['second'], made.world)).toMatchObject({
      code: 'PROFILE_NOT_FOUND',
    })
    expect(readFileSync(join(made.world.home, 'config.yaml'), 'utf8')).not.toContain('second')
    expect(existsSync(tokenOf('main'))).toBe(true)
  })
})
