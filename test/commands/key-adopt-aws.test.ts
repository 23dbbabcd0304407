/** Keys that others made in AWS KMS: taken over, held against the place, and AWS's own command line asked what is there. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyAdopt from '../../src/commands/key/adopt.ts'
import KeyShow from '../../src/commands/key/show.ts'
import KeySync from '../../src/commands/key/sync.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {awsCli, startMinistack, type Emulator} from '../backends/aws.ts'
import {bring} from '../backends/bring.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {anAccount} from '../providers/aws/bench.ts'
import {testWhen} from '../support/needs.ts'
import {runJson, type CommandClass} from '../support/run.ts'

const [ministack, client] = [await bring('ministack'), await bring('aws-client')]
const both = ministack.present ? client : ministack
const region = 'eu-central-1'

interface Synced {
  readonly findings: number
  readonly profiles: readonly {readonly findings: readonly {readonly kind: string; readonly next: string}[]}[]
}

describe('keys of others in AWS KMS', () => {
  const box: {house?: House; emulator?: Emulator; account?: string} = {}
  const house = (): House => box.house ?? missing('there is no house')
  beforeAll(async () => {
    if (!both.present) return
    box.account = anAccount()
    ;[box.house, box.emulator] = await Promise.all([makeHouse(), startMinistack(ministack)])
  })
  afterAll(async () => {
    if (box.house !== undefined) expect(problemsOf(box.house)).toEqual([])
    box.house?.remove()
    await box.emulator?.stop()
  })

  const people = (): string[] =>
    ['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
  const run = <T = Record<string, unknown>>(command: CommandClass, id: string, argv: readonly string[]) =>
    runJson<T>(command, id, [...argv, '--as', 'alice'], house().world)
  const kms = async (...args: readonly string[]) =>
    (await awsCli(client, {url: box.emulator?.url ?? '', account: box.account ?? '', region}, [
      'kms',
      ...args,
    ])) as Record<string, Record<string, string>>
  const sync = () => run<Synced>(KeySync, 'key sync', [])

  testWhen(both, 'are taken over by their alias, proved, and nothing is written to them', async () => {
    const place = ['--kind', 'aws', '--region', region, '--endpoint', box.emulator?.url ?? '']
    expect(
      await run(ProfileAdd, 'profile add', ['cloud', '--environment', 'test', ...place, ...people()]),
    ).toMatchObject({exit: 0})
    const made = await kms('create-key', '--key-spec', 'ECC_NIST_P256', '--key-usage', 'SIGN_VERIFY')
    const id = made['KeyMetadata']?.['KeyId'] ?? ''
    await kms('create-alias', '--alias-name', 'alias/orders/signer', '--target-key-id', id)
    await kms('create-key')
    const argv = ['orders/*', '--profile', 'cloud', '--class', 'artifact-signing', '--owner', 'Orders team']
    expect(await run(KeyAdopt, 'key adopt', [...argv, ...people()])).toMatchObject({
      exit: 0,
      adopted: ['orders-signer'],
      unproved: [],
    })
    expect(await run(KeyShow, 'key show', ['orders-signer'])).toMatchObject({
      state: 'active',
      versions: [{providerId: `${id}/1`, proved: {ok: true}}],
    })
    expect(await kms('list-resource-tags', '--key-id', id)).toMatchObject({Tags: []})
    expect((await kms('describe-key', '--key-id', id))['KeyMetadata']).toMatchObject({KeyState: 'Enabled'})
  })

  testWhen(
    both,
    'a policy that others change there is found until it is agreed to, and a key that nobody knows too',
    async () => {
      const kinds = async () =>
        (await sync()).profiles.flatMap(({findings}) => findings.map(({kind}) => kind))
      expect(await kinds()).toEqual(['unknown'])
      const shown = await run<{versions: {providerId: string}[]}>(KeyShow, 'key show', ['orders-signer'])
      const id = (shown.versions[0]?.providerId ?? '').split('/')[0] ?? ''
      const policy = {
        Version: '2012-10-17',
        Statement: [{Sid: 'all', Effect: 'Allow', Principal: {AWS: '*'}, Action: 'kms:*', Resource: '*'}],
      }
      await kms(
        'put-key-policy',
        '--key-id',
        id,
        '--policy-name',
        'default',
        '--policy',
        JSON.stringify(policy),
      )
      expect(await kinds()).toEqual(['policy', 'unknown'])
      expect(await kinds()).toEqual(['policy', 'unknown'])
      await kms('disable-key', '--key-id', id)
      expect((await kinds()).toSorted()).toEqual(['policy', 'state', 'unknown'])
      await kms('enable-key', '--key-id', id)
      const agreed = await run<Synced>(KeySync, 'key sync', ['--accept', 'orders-signer'])
      expect(agreed.profiles[0]?.findings.map(({kind}) => kind)).toEqual(['unknown'])
      expect(await kinds()).toEqual(['unknown'])
    },
  )
})

function missing(what: string): never {
  throw new Error(what)
}
