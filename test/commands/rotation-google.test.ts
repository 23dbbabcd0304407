/** Keys of Google Cloud KMS rotated by commands over days, on the stand-in; Google's own client is asked each time. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyDestroy from '../../src/commands/key/destroy.ts'
import KeyShow from '../../src/commands/key/show.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import RequestList from '../../src/commands/request/list.ts'
import RotationPolicy from '../../src/commands/rotation/policy.ts'
import {Service} from '../../src/providers/gcp/service.ts'
import {startStandin, type Standin} from '../providers/gcp/standin.ts'
import {here as has, testWith} from '../support/needs.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'
import {makeClocked, pair, planOf, rotatesWhole, secret, setsSchedule, type Clocked} from './rotated.ts'

describe('on Google Cloud KMS, as the stand-in has it, rotation run', () => {
  const box: {clocked?: Clocked; standin?: Standin; google?: Service} = {}
  const clocked = (): Clocked => box.clocked ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.clocked = await makeClocked()
    box.standin = await startStandin()
    const {ring, endpoint, credentials, ca} = box.standin
    box.google = await Service.open(
      {ring, endpoint, credentials, ca, protection: 'software', destroyDays: 30},
      'somebody/1',
    )
    const {house, signs} = clocked()
    const place = ['--kind', 'gcp', '--environment', 'test', '--key-ring', ring, '--endpoint', endpoint]
    const rest = ['--credentials-file', credentials, '--ca-file', ca, '--as', 'alice']
    expect(
      await runJson(
        ProfileAdd,
        'profile add',
        ['ring', ...place, ...rest, ...signs('alice', 'bob', 'carol')],
        house.world,
      ),
    ).toMatchObject({exit: 0})
  }, 60_000)
  afterAll(async () => {
    box.clocked?.house.remove()
    await box.google?.close()
    await box.standin?.stop()
  })

  /** The states of the versions, and which one is primary, as Google's client tells them. */
  async function told(name: string): Promise<string> {
    const key = `${box.standin?.ring ?? ''}/cryptoKeys/${name}`
    const google = box.google ?? missing()
    return google.askPlainly(async (kms) => {
      const [versions] = await kms.listCryptoKeyVersions({parent: key})
      const [{primary}] = await kms.getCryptoKey({name: key})
      return versions
        .map(
          ({name: of, state}) =>
            `${of?.split('/').at(-1) ?? ''} ${String(state)}${of === primary?.name ? '*' : ''}`,
        )
        .sort()
        .join(', ')
    })
  }

  testWith(
    'openssl',
    'rotation policy sets the schedule of the service itself, also where answers are lost, and takes it away',
    async () => {
      const {house, signs} = clocked()
      const make = ['scheduled', '--profile', 'ring', ...secret, '--owner', 'Payments', '--activate']
      const people = ['--as', 'alice', ...signs('alice', 'bob', 'carol')]
      expect(await runJson(KeyCreate, 'key create', [...make, ...people], house.world)).toMatchObject({
        exit: 0,
      })
      await setsSchedule(clocked(), {
        name: 'scheduled',
        fault: (kind) =>
          (box.standin ?? missing()).ask({
            faults: kind === null ? [] : [{method: 'updateCryptoKey', fault: kind, times: 20}],
          }),
        there: () =>
          (box.google ?? missing()).askPlainly(async (kms) => {
            const name = `${box.standin?.ring ?? ''}/cryptoKeys/scheduled`
            const [{rotationPeriod}] = await kms.getCryptoKey({name})
            const seconds = Number(rotationPeriod?.seconds ?? 0)
            return seconds === 0 ? null : seconds / 86_400
          }),
        wrong: [['unavailable', 'PROVIDER_UNREACHABLE']],
      })
    },
  )

  testWith(
    'openssl',
    'rotation policy asks nobody to sign a schedule that Google has for no such key',
    async () => {
      const {house, signs} = clocked()
      const json = (command: CommandClass, id: string, ...args: readonly string[]) =>
        runJson(command, id, [...args, '--as', 'alice', ...signs('alice', 'bob', 'carol')], house.world)
      const make = ['--profile', 'ring', ...pair, '--owner', 'Payments', '--activate']
      expect(await json(KeyCreate, 'key create', 'pair', ...make)).toMatchObject({exit: 0})
      for (const change of ['--set', '--off'])
        expect(await json(RotationPolicy, 'rotation policy', 'pair', change)).toMatchObject({
          ...{code: 'UNSUPPORTED', changed: false},
          message: expect.stringMatching(/Google rotates keys of purpose ENCRYPT_DECRYPT only/),
        })
      expect(await runJson(RequestList, 'request list', [], house.world)).toMatchObject({requests: []})
    },
  )

  if (process.env['SLOW'] === '1')
    testWith('openssl', 'rotates a pair to a new version that its users name', async () => {
      await rotatesWhole(clocked(), {
        profile: 'ring',
        name: 'tokens',
        how: pair,
        there: async (phase) => {
          // That it only verifies is a matter of IAM there: it is recorded, and not enforced.
          expect(await told('tokens')).toBe(phase === 'made' ? '1 ENABLED' : '1 ENABLED, 2 ENABLED')
        },
      })
      expect(await planOf(clocked(), 'tokens')).toContain('a new version of the key, which its users name')
    })

  testWith(
    'openssl',
    'makes the new version of a symmetric key primary there, on the day, and not before',
    async () => {
      const expected = {
        made: '1 ENABLED*',
        accepted: '1 ENABLED*, 2 ENABLED',
        primary: '1 ENABLED, 2 ENABLED*',
        retired: '1 ENABLED, 2 ENABLED*',
      }
      await rotatesWhole(clocked(), {
        profile: 'ring',
        name: 'orders',
        how: secret,
        there: async (phase) => {
          expect(await told('orders')).toBe(expected[phase])
        },
      })
      // A secret key has no public half to publish.
      const plan = await planOf(clocked(), 'orders')
      expect(plan).toMatch(/accept, .*: prove that it works, and activate it\.$/m)
      expect(plan).not.toContain('public key')
    },
  )

  testWith(
    'openssl',
    'leaves an older version whose end says which one it is in whatever is to be typed next: without that it would be the primary one’s',
    async () => {
      const {house, signs} = clocked()
      const args = ['--reason', 'r', '--grace', 'P0D', '--confirm', 'orders@ring', '--as', 'alice']
      const older = ['orders', '--version', '1', ...args, ...signs('alice', 'bob', 'carol')]
      const {stdout, stderr} = await runCommand(KeyDestroy, 'key destroy', older, house.world)
      expect(stderr).toMatch(/can be cancelled: keyrite key cancel-destroy orders --version 1\./)
      expect(stdout).toContain(
        'Then: keyrite key destroy orders --version 1 --reason R\nTo take it back: keyrite key cancel-destroy orders --version 1\n',
      )
      const shown = await runCommand(KeyShow, 'key show', ['orders'], house.world)
      expect(shown.stdout.replaceAll(/\s+/g, ' ')).toMatch(
        /keyrite key destroy orders --version 1 completes it, keyrite key cancel-destroy orders --version 1 takes/,
      )
      expect(await runJson(KeyDestroy, 'key destroy', older, house.world)).toMatchObject({
        code: 'KEY_STATE',
        try: expect.arrayContaining(['keyrite key cancel-destroy orders --version 1']),
      })
      expect(await told('orders')).toBe('1 DESTROY_SCHEDULED, 2 ENABLED*')
    },
  )
})

function missing(): never {
  throw new Error('it is not there')
}
