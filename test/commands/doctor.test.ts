import {createHash} from 'node:crypto'
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import Doctor from '../../src/commands/doctor.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {nodeCheck} from '../../src/ui/doctor.ts'
import {emptyWorld, makeLedger, type TestLedger} from '../support/ledger.ts'
import {runCommand, runJson, type World} from '../support/run.ts'

interface Check {
  readonly name: string
  readonly ok: boolean
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
  made = await makeLedger({people: 3})
  const programs = join(dirname(made.world.home), 'bin')
  mkdirSync(programs)
  for (const name of ['ssh-keygen', 'ssh-agent', 'openssl', 'python3'])
    writeFileSync(join(programs, name), '', {mode: 0o755})
  world = {...made.world, env: {PATH: programs}}
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
    expect(found).toMatchObject({schema: 'keyrite.check/1', exit: 0, ok: true})
    expect(found.checks.every(({fix}) => fix === null)).toBe(true)
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
    expect(failing(found)).toEqual(['ssh-keygen', 'ssh-agent', 'openssl', 'python3'])
    expect(fixOf(found, 'python3')).toBe('apt-get install python3')
  })

  test('sees a home that others can look into', async () => {
    chmodSync(made.world.home, 0o755)
    const found = await runJson<Checked>(Doctor, 'doctor', [], world)
    expect(failing(found)).toContain('home')
    expect(fixOf(found, 'home')).toBe(`chmod 700 ${made.world.home}`)
  })

  test('sees a ledger that is not one', async () => {
    writeFileSync(join(made.world.home, 'ledger.db'), 'nothing')
    const found = await runJson<Checked>(Doctor, 'doctor', [], world)
    expect(found.exit).toBe(10)
    expect(failing(found)).toContain('ledger')
  })

  test('sees that this machine has not the key that writes', async () => {
    const found = await runJson<Checked>(Doctor, 'doctor', [], {...world, state: `${made.world.state}-2`})
    expect(failing(found)).toEqual(['writer'])
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
    expect(failing(found)).toEqual(['founders'])
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

  test.each([
    ['24.14.9', false],
    ['24.15.0', true],
    ['25.9.0', false],
    ['26.0.0', true],
    ['20.20.0', false],
  ])('Node %s suits: %s', (version, suits) => {
    expect(nodeCheck(version).ok).toBe(suits)
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
