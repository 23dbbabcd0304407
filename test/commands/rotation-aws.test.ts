/** Keys of AWS KMS rotated by commands over days, on the stand-in; AWS's own client is asked each time. Its own schedule read and set. */
import {
  KMSClient,
  DescribeKeyCommand,
  GetKeyRotationStatusCommand,
  ListKeyRotationsCommand,
} from '@aws-sdk/client-kms'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import ProfileAdd from '../../src/commands/profile/add.ts'
import RotationPolicy from '../../src/commands/rotation/policy.ts'
import {bring} from '../backends/bring.ts'
import {startAwsStandin, type AwsStandin} from '../backends/standin.ts'
import {anAccount} from '../providers/aws/bench.ts'
import {testWhen} from '../support/needs.ts'
import {runCommand, runJson} from '../support/run.ts'
import {datedWay, type Dated} from './dated.ts'
import {makeClocked, pair, planOf, rewrapsAfter, rotatesWhole, secret, type Clocked} from './rotated.ts'

const ministack = await bring('ministack')
const region = 'eu-central-1'

describe('on AWS KMS, as the stand-in has it, rotation run', () => {
  const box: {clocked?: Clocked; standin?: AwsStandin; kms?: KMSClient; way?: Dated} = {}
  const clocked = (): Clocked => box.clocked ?? missing()
  const kms = (): KMSClient => box.kms ?? missing()
  beforeAll(async () => {
    if (!ministack.present) return
    const account = anAccount()
    box.clocked = await makeClocked()
    box.standin = await startAwsStandin(ministack)
    box.kms = new KMSClient({
      region,
      endpoint: box.standin.url,
      credentials: {accessKeyId: account, secretAccessKey: 'nothing-secret'},
    })
    const {house, signs} = clocked()
    box.way = await datedWay(box.standin.url, () => clocked().now())
    const place = ['--kind', 'aws', '--environment', 'test', '--region', region, '--endpoint', box.way.url]
    expect(
      await runJson(
        ProfileAdd,
        'profile add',
        ['cloud', ...place, '--as', 'alice', ...signs('alice', 'bob', 'carol')],
        house.world,
      ),
    ).toMatchObject({exit: 0})
  }, 120_000)
  afterAll(async () => {
    box.clocked?.house.remove()
    box.kms?.destroy()
    await box.way?.close()
    await box.standin?.stop()
  })
  const keyIds = (ids: readonly string[]): readonly string[] => [
    ...new Set(ids.map((id) => id.split('/')[0] ?? '')),
  ]

  testWhen(
    ministack,
    'makes a new KMS key in place of a key pair, as AWS makes no further version of one, and keeps the old one for what it signed',
    async () => {
      const enabled = async (id: string): Promise<boolean | undefined> =>
        (await kms().send(new DescribeKeyCommand({KeyId: id}))).KeyMetadata?.Enabled
      await rotatesWhole(clocked(), {
        profile: 'cloud',
        name: 'tokens',
        how: pair,
        there: async (phase, ids) => {
          const all = await Promise.all(keyIds(ids).map(enabled))
          // A key that only verifies is a matter of its policy there: it is recorded, and not enforced.
          expect(all).toEqual(phase === 'made' ? [true] : [true, true])
        },
      })
      expect(await planOf(clocked(), 'tokens')).toContain(
        'a new KMS key, as AWS KMS makes no further version of a key pair',
      )
    },
    180_000,
  )

  testWhen(
    ministack,
    'rotates a symmetric key on demand under its own id, and the plan says that the new one is used at once',
    async () => {
      await rotatesWhole(clocked(), {
        profile: 'cloud',
        name: 'orders',
        how: secret,
        there: async (phase, ids) => {
          const [id, ...others] = keyIds(ids)
          expect(others).toEqual([])
          const {Rotations = []} = await kms().send(new ListKeyRotationsCommand({KeyId: id}))
          expect(Rotations.filter(({RotationType}) => RotationType === 'ON_DEMAND')).toHaveLength(
            phase === 'made' ? 0 : 1,
          )
        },
      })
      expect(await planOf(clocked(), 'orders')).toContain(
        'this provider protects everything new under version 3 alone',
      )
    },
    180_000,
  )

  testWhen(
    ministack,
    'rotation policy finds that AWS has no schedule of its own, sets it to the policy’s with approval, and takes it away',
    async () => {
      const {house, signs} = clocked()
      const policy = (...args: readonly string[]) =>
        runJson(RotationPolicy, 'rotation policy', ['orders', '--as', 'alice', ...args], house.world)
      const there = async () => {
        const [id] = (await policy())['name'] === 'orders' ? [await idOf()] : []
        return kms().send(new GetKeyRotationStatusCommand({KeyId: id}))
      }
      const idOf = async (): Promise<string> =>
        house.using(async (app) => {
          const {keysFold} = await import('../../src/keys/index.ts')
          return app.ledger.of(keysFold).keys.get('orders')?.versions[0]?.ref.key ?? ''
        })
      expect(await policy()).toMatchObject({
        schema: 'keyrite.rotation-policy/1',
        exit: 10,
        wanted: {everyDays: 90},
        found: {everyDays: null},
        differences: [{term: 'everyDays', wanted: 90, found: null}],
      })
      expect(await policy('--set')).toMatchObject({exit: 8, operation: 'key.schedule'})
      expect(await there()).toMatchObject({KeyRotationEnabled: false})
      expect(await policy('--set', ...signs('alice', 'bob'))).toMatchObject({exit: 0, differences: []})
      expect(await there()).toMatchObject({KeyRotationEnabled: true, RotationPeriodInDays: 90})
      const {stdout, exit} = await runCommand(RotationPolicy, 'rotation policy', ['orders'], house.world)
      expect([exit, stdout]).toEqual([0, expect.stringContaining('90 days')])
      expect(await policy('--off', ...signs('alice', 'bob'))).toMatchObject({
        exit: 10,
        found: {everyDays: null},
      })
      expect(await there()).toMatchObject({KeyRotationEnabled: false})
      // A key pair never rotates by itself there.
      expect(
        await runJson(RotationPolicy, 'rotation policy', ['tokens', '--as', 'alice'], house.world),
      ).toMatchObject({code: 'UNSUPPORTED'})
    },
    180_000,
  )

  testWhen(
    ministack,
    'data keys under a key that was rotated are wrapped anew by the service itself, and compared',
    async () => {
      await rewrapsAfter(clocked(), 'cloud')
    },
    180_000,
  )
})

function missing(): never {
  throw new Error('it is not there')
}
