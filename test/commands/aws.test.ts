/** AWS KMS by commands alone: added with approvals, the shipped ceremony on it, and AWS’s own command line asked what is there. */
import {verify} from 'node:crypto'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyGrants from '../../src/commands/key/grants.ts'
import KeyList from '../../src/commands/key/list.ts'
import KeyProve from '../../src/commands/key/prove.ts'
import KeyPublic from '../../src/commands/key/public.ts'
import KeyShow from '../../src/commands/key/show.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileCheck from '../../src/commands/profile/check.ts'
import ProfileShow from '../../src/commands/profile/show.ts'
import {awsCli, startMinistack, type Emulator} from '../backends/aws.ts'
import {bring} from '../backends/bring.ts'
import {makeHouse, parameters, type House} from '../ceremony/room.ts'
import {anAccount} from '../providers/aws/bench.ts'
import {testWhen} from '../support/needs.ts'
import {runCommand, runJson} from '../support/run.ts'
import {run} from './held.ts'

const [ministack, client] = [await bring('ministack'), await bring('aws-client')]
const both = ministack.present ? client : ministack
const region = 'eu-central-1'

interface Shown {
  readonly versions: readonly {readonly providerId: string}[]
}

describe('AWS KMS', () => {
  const box: {house?: House; emulator?: Emulator; account?: string} = {}
  const house = (): House => box.house ?? missing('there is no house')
  const emulator = (): Emulator => box.emulator ?? missing('there is no emulator')
  beforeAll(async () => {
    if (!both.present) return
    box.account = anAccount()
    ;[box.house, box.emulator] = await Promise.all([makeHouse(), startMinistack(ministack)])
  })
  afterAll(async () => {
    box.house?.remove()
    await box.emulator?.stop()
  })

  const signs = (...handles: readonly string[]): string[] =>
    handles.flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
  const add = (name: string, args: readonly string[]) =>
    runJson(
      ProfileAdd,
      'profile add',
      [name, '--environment', 'test', '--as', 'alice', ...args],
      house().world,
    )
  const kms = async (...args: readonly string[]) =>
    (await awsCli(client, {url: emulator().url, account: box.account ?? '', region}, [
      'kms',
      ...args,
    ])) as Record<string, unknown>
  const keyIdOf = async (name: string): Promise<string> => {
    const shown = await runJson<Shown & Record<string, unknown>>(KeyShow, 'key show', [name], house().world)
    return (shown.versions[0]?.providerId ?? '').split('/')[0] ?? ''
  }

  testWhen(both, 'is added by who answers, with enough approvals; what is not AWS is said', async () => {
    const place = ['--kind', 'aws', '--region', region, '--endpoint', emulator().url]
    const added = await add('cloud', [...place, ...signs('alice', 'bob', 'carol')])
    expect(added).toMatchObject({exit: 0})
    const shown = await runJson(ProfileShow, 'profile show', ['cloud'], house().world)
    expect(shown).toMatchObject({
      identity: {
        kind: 'aws',
        account: box.account,
        partition: 'aws',
        region,
        not_aws: expect.stringContaining('http://127.0.0.1'),
      },
    })
    const checked = await runJson(ProfileCheck, 'profile check', ['cloud'], house().world)
    expect(checked).toMatchObject({exit: 0, ok: true})
  })

  testWhen(
    both,
    'holds the key of the shipped ceremony, as its own command line describes it',
    async () => {
      const document = await run(
        house(),
        [
          '--answers',
          house().answers({
            parameters: {...parameters, profile: 'cloud', scheme: 'rs256', 'key-name': 'cloud-jwt'},
          }),
        ],
        'jwt-signing-rsa-4096',
      )
      expect(document).toMatchObject({exit: 0, status: 'signed-off', keys: [{name: 'cloud-jwt', version: 1}]})
      const id = await keyIdOf('cloud-jwt')
      const {KeyMetadata: described} = await kms('describe-key', '--key-id', id)
      expect(described).toMatchObject({
        KeyState: 'Enabled',
        KeySpec: 'RSA_4096',
        KeyUsage: 'SIGN_VERIFY',
        Origin: 'AWS_KMS',
        KeyManager: 'CUSTOMER',
      })
      const {Tags: tags} = await kms('list-resource-tags', '--key-id', id)
      expect(tags).toContainEqual({TagKey: 'keyrite:name', TagValue: 'cloud-jwt'})
      const {Policy: policy} = await kms('get-key-policy', '--key-id', id, '--policy-name', 'default')
      expect(JSON.parse(String(policy))).toMatchObject({
        Statement: [
          {Effect: 'Allow', Principal: {AWS: `arn:aws:iam::${box.account ?? ''}:root`}},
          {
            Effect: 'Deny',
            Action: ['kms:Sign', 'kms:Verify'],
            Condition: {StringNotEquals: {'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256'}},
          },
        ],
      })
      // It has no call that exports: what comes nearest, an import’s parameters, it refuses for a key of its own making.
      await expect(
        kms(
          'get-parameters-for-import',
          '--key-id',
          id,
          '--wrapping-algorithm',
          'RSAES_OAEP_SHA_256',
          '--wrapping-key-spec',
          'RSA_2048',
        ),
      ).rejects.toThrow(/UnsupportedOperationException/)
    },
    120_000,
  )

  testWhen(
    both,
    'gives the public half under which a signature of its own command line verifies',
    async () => {
      const {text} = await runJson(KeyPublic, 'key public', ['cloud-jwt'], house().world)
      const message = Buffer.from('a token')
      const {Signature: signature} = await kms(
        ...['sign', '--key-id', await keyIdOf('cloud-jwt'), '--message', message.toString()],
        ...['--signing-algorithm', 'RSASSA_PKCS1_V1_5_SHA_256'],
      )
      expect(verify('sha256', message, String(text), Buffer.from(String(signature), 'base64'))).toBe(true)
    },
  )

  testWhen(
    both,
    'makes, lists, shows and proves a key; that it cannot leave is asserted, and never said to be tried',
    async () => {
      const made = await runJson(
        KeyCreate,
        'key create',
        [
          ...[
            'orders-dek',
            '--profile',
            'cloud',
            '--algorithm',
            'aes-256',
            '--purpose',
            'encrypt',
            '--class',
            'dek',
          ],
          ...['--owner', 'Orders', '--as', 'alice', '--activate', ...signs('carol', 'dan', 'erin')],
        ],
        house().world,
      )
      expect(made).toMatchObject({exit: 0, state: 'active'})
      const listed = await runJson(KeyList, 'key list', ['--profile', 'cloud'], house().world)
      expect(listed).toMatchObject({keys: [{name: 'cloud-jwt'}, {name: 'orders-dek'}]})
      const proved = await runJson(KeyProve, 'key prove', ['orders-dek', '--as', 'bob'], house().world)
      expect(proved).toMatchObject({
        exit: 0,
        versions: [
          {
            protection: {
              level: 'unknown',
              evidence: 'asserted',
              detail: expect.stringContaining('is not AWS'),
            },
            proved: {
              ok: true,
              results: expect.arrayContaining([
                expect.objectContaining({
                  probe: 'export-refused',
                  evidence: 'asserted',
                  detail: expect.stringContaining('nothing could be tried'),
                }),
              ]),
            },
          },
        ],
      })
    },
  )

  testWhen(both, 'tells who else can reach a key; a place without such a service says so', async () => {
    const id = await keyIdOf('orders-dek')
    await kms('create-alias', '--alias-name', 'alias/orders', '--target-key-id', id)
    const told = await runJson(KeyGrants, 'key grants', ['orders-dek'], house().world)
    expect(told).toMatchObject({
      exit: 0,
      schema: 'keyrite.key-access/1',
      name: 'orders-dek',
      aliases: ['alias/orders'],
      grants: [],
      replicas: [],
      schedule: {everyDays: null},
      lastUse: null,
    })
    const local = [
      'local-mac',
      '--profile',
      'main',
      '--algorithm',
      'hmac-sha256',
      '--purpose',
      'mac',
      '--class',
      'mac',
    ]
    const wish = [...local, '--owner', 'Orders', '--as', 'alice', ...signs('carol', 'dan', 'erin')]
    expect(await runJson(KeyCreate, 'key create', wish, house().world)).toMatchObject({exit: 0})
    expect(await runJson(KeyGrants, 'key grants', ['local-mac'], house().world)).toMatchObject({
      exit: 5,
      code: 'UNSUPPORTED',
    })
    const lines = await runCommand(KeyGrants, 'key grants', ['orders-dek'], house().world)
    expect(lines.stdout).toMatch(
      /alias\/orders[\s\S]*the service does not say[\s\S]*There are no grants[\s\S]*EnableIAMPermissions/,
    )
  })

  testWhen(
    both,
    'is refused where flags are missing, of another kind, or cannot be; and nothing is recorded',
    async () => {
      const size = () => house().using((app) => app.ledger.size)
      const before = await size()
      const at = ['--endpoint', emulator().url]
      const other = (...args: readonly string[]) => add('other', ['--kind', 'aws', ...args])
      expect(await other()).toMatchObject({
        exit: 2,
        code: 'USAGE',
        message: expect.stringContaining('--region'),
      })
      for (const wrong of [
        ['--region', 'the moon'],
        ['--region', region, '--endpoint', 'http://user:word@127.0.0.1'],
        ['--region', region, '--endpoint', 'ftp://127.0.0.1'],
        ['--region', region, '--role-arn', 'somebody'],
        ['--region', region, '--endpoint', 'http://127.0.0.1', '--fips'],
        ['--region', region, '--replica-regions', region],
        ['--region', region, '--replica-regions', 'us-east-1', '--custom-key-store', 'mine'],
        ['--region', region, '--token-serial', '1'],
      ])
        expect(await other(...wrong)).toMatchObject({exit: 2, code: 'USAGE'})
      expect(await add('other', ['--kind', 'local', '--fips'])).toMatchObject({exit: 2, code: 'USAGE'})
      expect(await other('--region', region, '--endpoint', 'http://127.0.0.1:1')).toMatchObject({
        exit: 7,
        code: 'PROVIDER_UNREACHABLE',
        message: expect.stringContaining('http://127.0.0.1:1 does not answer, nothing listens there'),
        // What needs the profile is not named: it is not there.
        try: [
          expect.stringMatching(/^look whether region/),
          expect.stringMatching(/^keyrite profile add other … with the same flags again/),
        ],
      })
      expect(await other('--region', region, '--aws-profile', 'nobody', ...at)).toMatchObject({
        exit: 11,
        code: 'CREDENTIALS_REFUSED',
        try: expect.arrayContaining([expect.stringContaining('aws')]),
      })
      // That credentials were refused is kept.
      expect((await size()) - before).toBe(1)
    },
  )
})

function missing(what: string): never {
  throw new Error(what)
}
