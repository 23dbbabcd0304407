/** The end of a key at Google by commands alone, on the stand-in: destroyed after its wait, then deleted there, and kept here. */
import {readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyDelete from '../../src/commands/key/delete.ts'
import KeyDestroy from '../../src/commands/key/destroy.ts'
import KeyShow from '../../src/commands/key/show.ts'
import KeySync from '../../src/commands/key/sync.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import ProfileCheck from '../../src/commands/profile/check.ts'
import ProfileMake from '../../src/commands/profile/make.ts'
import {readConfig, writeConfig} from '../../src/profiles/index.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileRandom from '../../src/commands/profile/random.ts'
import {problemsOf} from '../ceremony/room.ts'
import {startStandin, type Standin} from '../providers/gcp/standin.ts'
import {here as has, testWith} from '../support/needs.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'
import {makeClocked, type Clocked} from './rotated.ts'

describe('a key ring at Google, as the stand-in has it', () => {
  const box: {clocked?: Clocked; standin?: Standin} = {}
  const clocked = (): Clocked => box.clocked ?? missing()
  const json = (command: CommandClass, id: string, ...args: readonly string[]) =>
    runJson(command, id, [...args, '--as', 'alice'], clocked().house.world)
  const people = () => clocked().signs('alice', 'bob', 'carol', 'dan', 'erin')
  /** Both clocks: a wait is kept by keyrite and by the service. */
  const days = async (count: number) => {
    clocked().days(count)
    await box.standin?.ask({forward: count * 86_400_000})
  }
  const remove = (...more: readonly string[]) =>
    json(KeyDelete, 'key delete', 'orders', '--reason', 'over', ...more)
  // The wait of its place, which it cannot be asked to change, is what people approve unless told.
  const destroy = () =>
    json(KeyDestroy, 'key destroy', 'orders', '--reason', 'over', '--confirm', 'orders@ring', ...people())

  beforeAll(async () => {
    if (!has('openssl')) return
    box.clocked = await makeClocked()
    box.standin = await startStandin()
    const {ring, endpoint, credentials, ca} = box.standin
    await box.standin.ask({forward: 30 * 86_400_000})
    const place = ['--kind', 'gcp', '--environment', 'test', '--key-ring', ring, '--endpoint', endpoint]
    const rest = ['--credentials-file', credentials, '--ca-file', ca, '--destroy-days', '30']
    const added = await json(ProfileAdd, 'profile add', 'ring', ...place, ...rest, ...people())
    expect(added).toMatchObject({exit: 0})
    const how = ['--algorithm', 'aes-256', '--purpose', 'encrypt', '--class', 'dek', '--owner', 'Payments']
    const made = await json(KeyCreate, 'key create', 'orders', '--profile', 'ring', ...how, ...people())
    expect(made).toMatchObject({exit: 0})
  }, 60_000)
  afterAll(async () => {
    box.clocked?.house.remove()
    await box.standin?.stop()
  })

  testWith(
    'openssl',
    'deletes a key when it is destroyed, with its name typed and people’s approval, and not before',
    async () => {
      expect(await remove('--confirm', 'orders@ring', ...people())).toMatchObject({
        code: 'KEY_STATE',
        changed: false,
      })
      expect(await destroy()).toMatchObject({exit: 0})
      await days(31)
      expect(await destroy()).toMatchObject({exit: 0, state: 'destroyed'})
      const plan = await runCommand(
        KeyDelete,
        'key delete',
        ['orders', '--reason', 'over', '--dry-run', '--as', 'alice'],
        clocked().house.world,
      )
      expect(plan.stdout + plan.stderr).toMatch(/Nobody can take that back/)
      expect(await remove(...people())).toMatchObject({code: 'NO_TERMINAL'})
      expect(await remove('--confirm', 'orders', ...people())).toMatchObject({code: 'NOT_CONFIRMED'})
      // The answer is lost when the last of it is done: the same command ends it, and does nothing twice.
      await box.standin?.ask({faults: [{method: 'deleteCryptoKey', fault: 'cut', times: 1}]})
      expect(await remove('--confirm', 'orders@ring', ...people())).toMatchObject({
        code: 'PROVIDER_UNREACHABLE',
      })
      const ended = await remove('--confirm', 'orders@ring', ...people())
      expect(ended).toMatchObject({exit: 0, state: 'destroyed'})
      expect(await json(KeyShow, 'key show', 'orders')).toMatchObject({
        state: 'destroyed',
        versions: [{state: 'destroyed', deletedAt: expect.stringMatching(/Z$/)}],
      })
      // Nobody signs for what is done already, and whoever looks sees it.
      expect(await remove('--confirm', 'orders@ring', ...people())).toMatchObject({
        ...{code: 'KEY_STATE', changed: false, try: ['keyrite key show orders']},
        message: expect.stringMatching(/cannot delete key "orders" at its service: that was done .*Z$/),
      })
      const shown = await runCommand(KeyShow, 'key show', ['orders'], clocked().house.world)
      expect(shown.stdout).toMatch(/^Deleted:? +by its service .*Z: kept here$/m)
      expect(await json(KeySync, 'key sync')).toMatchObject({exit: 0})
      expect(await json(LedgerVerify, 'ledger verify')).toMatchObject({exit: 0, ok: true})
      expect(problemsOf(clocked().house)).toEqual([])
    },
  )

  testWith(
    'openssl',
    'is not added with a wait before destruction that is shorter than the policy asks, and a key that has such a wait is told so before anybody signs',
    async () => {
      const {ring, endpoint, credentials, ca} = box.standin ?? missing()
      const wish = [
        ...['--kind', 'gcp', '--environment', 'staging', '--key-ring', `${ring}-2`, '--endpoint', endpoint],
        ...['--credentials-file', credentials, '--ca-file', ca],
      ]
      const staged = (command: CommandClass, id: string, name: string, days: string) =>
        json(command, id, name, ...wish, '--destroy-days', days, '--confirm', name, ...people())
      const {house} = clocked()
      expect(await staged(ProfileMake, 'profile make', 'staged', '7')).toMatchObject({exit: 0})
      const add = (days: string) =>
        json(ProfileAdd, 'profile add', 'staged', ...wish, '--destroy-days', days, ...people())
      expect(await add('6')).toMatchObject({
        ...{code: 'POLICY_REFUSES', changed: false},
        message: expect.stringMatching(
          /waits 6 days before it is destroyed.*the policy asks 7 days at least/,
        ),
        try: expect.arrayContaining(['--destroy-days 7, or more, and the rest as it was']),
      })
      expect(await add('P7D')).toMatchObject({
        code: 'USAGE',
        message: 'expected the days before destruction as a number from 1 to 120, got "P7D"',
      })
      expect(await add('7')).toMatchObject({exit: 0})
      expect(await json(ProfileCheck, 'profile check', 'staged')).toMatchObject({exit: 0})
      // As another machine may have it, or a policy that asks more since.
      const {settings} = readConfig(house.world.home).get('staged') ?? missing()
      writeConfig(house.world.home, 'staged', {
        settings: {...settings, 'destroy-days': '1'},
        pinFile: undefined,
      })
      expect(await json(ProfileCheck, 'profile check', 'staged')).toMatchObject({
        exit: 7,
        checks: expect.arrayContaining([
          expect.objectContaining({name: 'wait before destruction', ok: false}),
        ]),
      })
      const how = ['--algorithm', 'aes-256', '--purpose', 'encrypt', '--class', 'dek', '--owner', 'Payments']
      const made = await json(KeyCreate, 'key create', 'short', '--profile', 'staged', ...how, ...people())
      expect(made).toMatchObject({exit: 0})
      // What Google says of the key is asked, and not what is remembered here.
      writeConfig(house.world.home, 'staged', {settings, pinFile: undefined})
      const end = (...more: readonly string[]) =>
        json(
          ...([KeyDestroy, 'key destroy', 'short', '--reason', 'over', '--confirm', 'short@staged'] as const),
          ...[...more, ...people()],
        )
      for (const more of [[], ['--wait', 'P7D'], ['--wait', 'P1D']])
        expect(await end(...more)).toMatchObject({
          ...{code: 'POLICY_REFUSES', changed: false},
          message: expect.stringMatching(/its place waits 1 day for it, which nobody can change/),
          try: expect.arrayContaining([expect.stringMatching(/^keyrite key suspend short /)]),
        })
    },
  )

  testWith('openssl', 'gives random bytes into a new file, and says where there are none', async () => {
    const out = join(clocked().house.world.home, '..', 'random.bin')
    const ask = (...args: readonly string[]) =>
      runJson(ProfileRandom, 'profile random', args, clocked().house.world)
    expect(await ask('ring', '--bytes', '40', '--out', out)).toMatchObject({exit: 0, bytes: 40, file: out})
    expect(readFileSync(out)).toHaveLength(40)
    expect(statSync(out).mode & 0o777).toBe(0o600)
    expect(await ask('ring', '--bytes', '40', '--out', out)).toMatchObject({code: 'EXISTS'})
    expect(await ask('main', '--bytes', '40', '--out', `${out}2`)).toMatchObject({code: 'UNSUPPORTED'})
    expect(await ask('ring', '--bytes', '0', '--out', `${out}2`)).toMatchObject({code: 'USAGE'})
  })
})

function missing(): never {
  throw new Error('it is not there')
}
