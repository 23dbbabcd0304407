import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import CustodianSuspend from '../../src/commands/custodian/suspend.ts'
import Doctor from '../../src/commands/doctor.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import {soloPolicy} from '../../src/policy/index.ts'
import {nodeFinding} from '../../src/ui/doctor/machine.ts'
import {ask, contextOf, planned} from '../requests/support.ts'
import {makeHouse} from '../ceremony/room.ts'
import {emptyWorld, makeLedger, type TestLedger} from '../support/ledger.ts'
import {held} from './held.ts'
import {addLocal} from '../support/profile.ts'
import {testWith} from '../support/needs.ts'
import {runCommand, runJson, type World} from '../support/run.ts'

interface Check {
  readonly name: string
  readonly ok: boolean
  readonly level: string
  readonly detail: string
  readonly fix: string | null
}
interface Checked {
  readonly ok: boolean
  readonly checks: readonly Check[]
}

let made: TestLedger
let world: World
beforeEach(async () => {
  made = await makeLedger({people: 5})
  const programs = join(dirname(made.world.home), 'bin')
  mkdirSync(programs)
  for (const name of ['ssh-keygen', 'ssh-agent', 'openssl', 'sha256sum', 'python3'])
    writeFileSync(join(programs, name), '', {mode: 0o755})
  world = {...made.world, env: {PATH: programs}}
  expect((await runCommand(LedgerVerify, 'ledger verify', [], world)).exit).toBe(0) // leaves a pin
})
afterEach(() => {
  made.remove()
})

const failing = ({checks}: Checked): string[] => checks.filter(({ok}) => !ok).map(({name}) => name)
const fixOf = ({checks}: Checked, name: string): string | null | undefined =>
  checks.find((one) => one.name === name)?.fix

describe('doctor', () => {
  test('finds nothing where all is well, and changes nothing', async () => {
    const before = digests(dirname(made.world.home))
    const found = await runJson<Checked>(Doctor, 'doctor', [], world)
    expect(failing(found)).toEqual([])
    expect(found).toMatchObject({schema: 'keyrite.doctor/1', exit: 0, ok: true})
    expect(found.checks.filter(({level}) => level === 'note').map(({name}) => name)).toEqual(['age'])
    expect(found.checks.every(({level, fix}) => level === 'note' || fix === null)).toBe(true)
    expect(digests(dirname(made.world.home))).toEqual(before)
    const {stdout} = await runCommand(Doctor, 'doctor', [], world)
    expect(stdout).toMatch(/All is well\.\n$/)
  })

  test('works without a home, and says how to make one', async () => {
    const {remove, ...empty} = emptyWorld()
    const found = await runJson<Checked>(Doctor, 'doctor', [], {...empty, env: world.env ?? {}})
    expect(found.exit).toBe(10)
    expect(failing(found)).toEqual(['home'])
    expect(fixOf(found, 'home')).toMatch(/^keyrite init /)
    expect(existsSync(empty.home)).toBe(false)
    remove()
  })

  test('names programs that are not there, with what is lost', async () => {
    const found = await runJson<Checked>(Doctor, 'doctor', [], {...world, env: {PATH: ''}})
    expect(found.exit).toBe(10)
    expect(failing(found)).toEqual(['ssh-keygen', 'ssh-agent', 'openssl', 'sha256sum', 'python3'])
    expect(fixOf(found, 'python3')).toBe('apt-get install python3')
  })

  test('sees a ledger that is not one', async () => {
    writeFileSync(join(made.world.home, 'ledger.db'), 'nothing')
    const found = await runJson<Checked>(Doctor, 'doctor', [], world)
    expect(found.exit).toBe(10)
    expect(failing(found)).toContain('ledger')
  })

  test('sees that this machine has not the key that writes', async () => {
    const found = await runJson<Checked>(Doctor, 'doctor', [], {...world, state: `${made.world.state}-2`})
    expect(failing(found)).toEqual(expect.arrayContaining(['state', 'writer', 'pins']))
  })

  test('sees a clock that is behind the last entry', async () => {
    const found = await runJson<Checked>(Doctor, 'doctor', [], {
      ...world,
      now: () => new Date('2020-01-01T00:00:00Z'),
    })
    expect(failing(found)).toEqual(['clock'])
  })

  test('sees founders who have not signed', async () => {
    const young = await makeLedger({people: 2, signed: 1})
    const found = await runJson<Checked>(Doctor, 'doctor', [], {...young.world, env: world.env ?? {}})
    young.remove()
    expect(failing(found)).toEqual(['founders', 'pins'])
    expect(fixOf(found, 'founders')).toBe('keyrite request apply founding --sign-with bob@example.com=KEY')
  })

  test('looks for profiles, and opens the one that is named', async () => {
    const pinFile = join(dirname(made.world.home), 'pin')
    writeFileSync(pinFile, 'twelve bytes\n', {mode: 0o600})
    await runCommand(
      ProfileAdd,
      'profile add',
      ['main', '--kind', 'local', '--environment', 'test', '--as', 'alice', '--pin-file', pinFile],
      world,
    )
    expect(failing(await runJson<Checked>(Doctor, 'doctor', ['--full'], world))).toEqual([])
    const opened = await runJson<Checked>(Doctor, 'doctor', ['--profile', 'main'], world)
    expect(opened.checks.map(({name}) => name)).toContain('profile main: opens')
    writeFileSync(pinFile, 'another pin\n', {mode: 0o600})
    expect(failing(await runJson<Checked>(Doctor, 'doctor', [], world))).toEqual([])
    expect(failing(await runJson<Checked>(Doctor, 'doctor', ['--profile', 'main'], world))).toEqual([
      'profile main: opens',
    ])
    writeFileSync(join(made.world.home, 'config.yaml'), 'profiles: {}\n', {mode: 0o600})
    expect(failing(await runJson<Checked>(Doctor, 'doctor', [], world))).toEqual(['profile main'])
    expect(await runJson(Doctor, 'doctor', ['--profile', 'nowhere'], world)).toMatchObject({
      code: 'PROFILE_NOT_FOUND',
      exit: 4,
    })
  })

  test('names requests: that wait as a note, that end soon as a finding, each with what deals with it', async () => {
    const {id, expires} = await made.using(async (app) => {
      await addLocal(app, 'main')
      return ask(contextOf(app, made.founders[0]), planned(app, {name: 'waiting', profile: 'main'}))
    })
    const requests = async (hours: number): Promise<Check | undefined> => {
      const now = (): Date => new Date(Date.parse(expires) - hours * 3_600_000)
      const {checks} = await runJson<Checked>(Doctor, 'doctor', [], {...world, now})
      return checks.find(({name}) => name === 'requests')
    }
    const fix = `keyrite request apply ${id}`
    expect(await requests(25)).toMatchObject({
      level: 'note',
      fix,
      detail: expect.stringContaining('one waits'),
    })
    const detail = expect.stringContaining(`${id} expires ${expires}`)
    expect(await requests(2)).toMatchObject({level: 'warning', fix, detail})
    expect(await requests(-1)).toMatchObject({level: 'ok', fix: null})
  })

  testWith(
    'ssh-keygen',
    'names a suspension that ends by itself, with the command that makes it last',
    async () => {
      const [lead, , carol] = made.founders
      const dir = join(dirname(made.world.home), 'keys')
      mkdirSync(dir, {mode: 0o700})
      writeFileSync(join(dir, 'alice'), lead?.key.openSsh('alice') ?? '', {mode: 0o600})
      const suspend = [carol?.person.id ?? '', '--as', 'alice', '--sign-with', `alice=${join(dir, 'alice')}`]
      expect((await runCommand(CustodianSuspend, 'custodian suspend', suspend, world)).exit).toBe(0)
      const {checks} = await runJson<Checked>(Doctor, 'doctor', [], world)
      expect(checks.find(({name}) => name === 'suspensions')).toMatchObject({
        level: 'warning',
        detail: expect.stringMatching(
          /^1 not confirmed, the first: Carol \(carol@example\.com\), until \d{4}-/,
        ),
        fix: 'keyrite custodian confirm carol@example.com',
      })
    },
  )

  test('names the policy of one person alone as weak, which is no finding', async () => {
    const alone = await makeLedger({people: 1, policy: soloPolicy})
    const {checks} = await runJson<Checked>(Doctor, 'doctor', [], {...alone.world, env: world.env ?? {}})
    alone.remove()
    expect(checks.find(({name}) => name === 'policy')).toMatchObject({
      ok: true,
      level: 'note',
      detail: '"solo" is weak: one person alone can do everything; production is refused',
    })
  })

  test('names the duties whose day has passed, whose they are, and what ends them', async () => {
    const house = await makeHouse()
    await held(house)
    const duties = async (later: Partial<World>): Promise<Check | undefined> =>
      (await runJson<Checked>(Doctor, 'doctor', [], {...house.world, ...later})).checks.find(
        ({name}) => name === 'duties',
      )
    expect(await duties({})).toMatchObject({level: 'ok'})
    const now = (): Date => new Date(Date.now() + 400 * 86_400_000)
    expect(await duties({now})).toMatchObject({
      level: 'warning',
      detail: expect.stringMatching(/^\d+ overdue, the first: .+ \(.+, \d{4}-\d\d-\d\d\)$/),
      fix: expect.stringMatching(/^keyrite duty done \S+ --evidence TEXT$/),
    })
    house.remove()
  })

  test.each([
    ['24.14.9', false],
    ['24.15.0', true],
    ['25.9.0', false],
    ['26.0.0', true],
    ['20.20.0', false],
  ])('Node %s suits: %s', (version, suits) => {
    expect(nodeFinding(version).ok).toBe(suits)
  })
})

/** The digest of every file below a folder, with its mode. */
function digests(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, {recursive: true, withFileTypes: true})
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name))
      .sort()
      .map((path) => [
        path,
        `${statSync(path).mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`,
      ]),
  )
}
