/** Keys of AWS KMS rotated by commands over days, on the stand-in; AWS's own client is asked each time. Its own schedule read and set. */
import {
  KMSClient,
  DescribeKeyCommand,
  GetKeyRotationStatusCommand,
  ListKeyRotationsCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyShow from '../../src/commands/key/show.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import RotationPolicy from '../../src/commands/rotation/policy.ts'
import RotationRollback from '../../src/commands/rotation/rollback.ts'
import RotationRun from '../../src/commands/rotation/run.ts'
import {bring} from '../backends/bring.ts'
import {startAwsStandin, type AwsStandin} from '../backends/standin.ts'
import {anAccount} from '../providers/aws/bench.ts'
import {testWhen} from '../support/needs.ts'
import {problemsOf} from '../ceremony/room.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'
import {datedWay, type Dated} from './dated.ts'
import {makeClocked, pair, planOf, rewrapsAfter, rotatesWhole, secret, seen, type Clocked} from './rotated.ts'

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
  const standsFor = async (alias: string): Promise<string | undefined> =>
    (await kms().send(new DescribeKeyCommand({KeyId: `alias/${alias}`}))).KeyMetadata?.KeyId
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
        how: [...pair, '--alias', 'tokens'],
        there: async (phase, ids) => {
          // Whoever names the key by its alias is served by the version that is primary, and by no other.
          const primary = phase === 'made' || phase === 'accepted' ? 0 : 1
          expect([phase, await standsFor('tokens')]).toEqual([phase, keyIds(ids)[primary]])
          const all = await Promise.all(keyIds(ids).map(enabled))
          // A key that only verifies is a matter of its policy there: it is recorded, and not enforced.
          expect(all).toEqual(phase === 'made' ? [true] : [true, true])
        },
      })
      const plan = (await planOf(clocked(), 'tokens')).replaceAll(/\s+/g, ' ')
      expect(plan).toContain('a new KMS key, as AWS KMS makes no further version of a key pair')
      expect(plan).toContain(
        'version 3 is the one that is used, also by the aliases that keyrite gave: "tokens".',
      )
    },
    180_000,
  )

  if (process.env['SLOW'] === '1')
    testWhen(
      ministack,
      'its alias is moved once although answers are lost, goes back when it is rolled back, and is left where somebody else took it to',
      async () => {
        const {house, days, signs} = clocked()
        const made = ['rolled', '--profile', 'cloud', ...pair, '--alias', 'rolled', '--owner', 'Payments']
        const people = signs('alice', 'bob', 'carol')
        const json = (command: CommandClass, id: string, ...args: readonly string[]) =>
          runJson<{keys: readonly {did: readonly string[]; error: unknown}[]}>(
            command,
            id,
            [...args, '--as', 'alice'],
            house.world,
          )
        const run = () => json(RotationRun, 'rotation run', 'rolled')
        const ids = async (): Promise<readonly string[]> =>
          keyIds((await seen(clocked(), 'rolled')).map(({providerId}) => providerId))
        const aliases = async (name = 'rolled') =>
          (
            await runJson<{versions: {aliases: string[]}[]}>(KeyShow, 'key show', [name], house.world)
          ).versions.map((one) => one.aliases)
        expect(await json(KeyCreate, 'key create', ...made, '--activate', ...people)).toMatchObject({exit: 0})
        const other = made.map((one) => (one === 'rolled' ? 'taken' : one))
        expect(await json(KeyCreate, 'key create', ...other, '--activate', ...people)).toMatchObject({
          exit: 0,
        })
        days(91)
        expect(await run()).toMatchObject({keys: [{did: ['open', 'version', 'accept']}]})
        await json(RotationRun, 'rotation run', 'taken')
        days(7)
        for (const kind of ['cut-after', 'hollow', 'throttle'] as const) {
          await box.standin?.fault(kind, {operation: 'UpdateAlias', times: kind === 'hollow' ? 1 : 20})
          const [broken] = (await run()).keys
          await box.standin?.clearFaults()
          if (broken?.error === null) break
          expect([kind, (await seen(clocked(), 'rolled')).map(({primary}) => primary)]).toEqual([
            kind,
            [true, false],
          ])
        }
        await run()
        // Somebody moves another one to a key that is no version of its own: it is left there, and said.
        await kms().send(
          new UpdateAliasCommand({AliasName: 'alias/taken', TargetKeyId: await standsFor('tokens')}),
        )
        expect(await json(RotationRun, 'rotation run', 'taken')).toMatchObject({keys: [{did: ['primary']}]})
        expect(await standsFor('taken')).toBe(await standsFor('tokens'))
        expect((await seen(clocked(), 'taken')).map(({primary}) => primary)).toEqual([false, true])
        expect(await aliases('taken')).toEqual([[], []])
        const [first, second] = await ids()
        expect([await standsFor('rolled'), await aliases()]).toEqual([second, [[], ['rolled']]])

        const back = ['rolled', '--reason', 'refused by a gateway', ...people]
        await box.standin?.fault('cut-before', {operation: 'UpdateAlias', times: 20})
        expect((await json(RotationRollback, 'rotation rollback', ...back)).exit).not.toBe(0)
        await box.standin?.clearFaults()
        await json(RotationRollback, 'rotation rollback', ...back)
        expect([await standsFor('rolled'), await aliases()]).toEqual([first, [['rolled'], []]])
        expect(problemsOf(house)).toEqual([])
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
      // What it says yes to, and does not do, is no schedule.
      await box.standin?.fault('hollow', {operation: 'EnableKeyRotation'})
      expect(await policy('--set', ...signs('alice', 'bob'))).toMatchObject({code: 'KEY_NOT_AS_PLANNED'})
      expect(await there()).toMatchObject({KeyRotationEnabled: false})
      await box.standin?.fault('cut-before', {operation: 'EnableKeyRotation', times: 20})
      expect(await policy('--set', ...signs('alice', 'bob'))).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
      await box.standin?.clearFaults()
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
