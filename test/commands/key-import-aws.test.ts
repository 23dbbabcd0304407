/** Keys brought into AWS KMS by the command: under both wrappings, and to end by themselves. On the stand-in, whose clock moves; never seen on AWS. */
import {
  constants,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {KMS} from '@aws-sdk/client-kms'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyCheck from '../../src/commands/key/check.ts'
import KeyImport from '../../src/commands/key/import.ts'
import KeyPublic from '../../src/commands/key/public.ts'
import KeyShow from '../../src/commands/key/show.ts'
import KeySync from '../../src/commands/key/sync.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {bring} from '../backends/bring.ts'
import {startAwsStandin, type AwsStandin} from '../backends/standin.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {anAccount} from '../providers/aws/bench.ts'
import type {FaultKind} from '../standins/aws/faults.ts'
import {testWhen} from '../support/needs.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'

const ministack = await bring('ministack')
const region = 'eu-central-1'
const day = 86_400_000

interface Found {
  readonly profiles: readonly {
    readonly findings: readonly {readonly kind: string; readonly fact: string; readonly next: string}[]
  }[]
}

describe('keys brought into AWS KMS', () => {
  const box: {house?: House; standin?: AwsStandin; kms?: KMS} = {}
  let ahead = 0
  const house = (): House => box.house ?? missing('there is no house')
  const kms = (): KMS => box.kms ?? missing('nobody asks AWS')
  const world = () => ({...house().world, now: () => new Date(Date.now() + ahead)})
  const forward = async (ms: number): Promise<void> => {
    ahead += ms
    await box.standin?.clock(ms / 1000)
  }
  const people = (): string[] =>
    ['alice', 'bob', 'carol', 'dan'].flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
  const run = <T = Record<string, unknown>>(command: CommandClass, id: string, argv: readonly string[]) =>
    runJson<T>(command, id, [...argv, '--as', 'alice'], world())
  const file = (name: string, bytes: string | Uint8Array): string => {
    const path = join(house().dir, name)
    writeFileSync(path, bytes, {mode: 0o600})
    return path
  }
  const bringKey = (name: string, from: string, what: readonly string[], ...more: string[]) =>
    run(KeyImport, 'key import', [
      ...[name, '--from', from, '--profile', 'cloud', '--owner', 'Orders', ...what, ...more, ...people()],
    ])
  const mac = ['--algorithm', 'hmac-sha256', '--purpose', 'mac', '--class', 'mac']
  const idOf = async (name: string): Promise<string> => {
    const {versions} = await run<{versions: {providerId: string}[]}>(KeyShow, 'key show', [name])
    return (versions[0]?.providerId ?? '').split('/')[0] ?? ''
  }
  const findings = async () => {
    const found = await run<Found>(KeySync, 'key sync', [])
    return found.profiles.flatMap((one) => one.findings)
  }

  beforeAll(async () => {
    if (!ministack.present) return
    anAccount()
    box.house = await makeHouse()
    box.standin = await startAwsStandin(ministack)
    box.kms = new KMS({region, endpoint: box.standin.url})
    const place = ['--kind', 'aws', '--environment', 'test', '--region', region]
    expect(
      await run(ProfileAdd, 'profile add', ['cloud', ...place, '--endpoint', box.standin.url, ...people()]),
    ).toMatchObject({exit: 0})
  }, 60_000)
  afterAll(async () => {
    if (box.house !== undefined) expect(problemsOf(box.house)).toEqual([])
    box.kms?.destroy()
    await box.standin?.stop()
    box.house?.remove()
  })

  testWhen(
    ministack,
    'a pair and a secret key each go in under the wrapping that takes them, and are the same there',
    async () => {
      const {privateKey, publicKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
      const pem = file('orders.pem', privateKey.export({format: 'pem', type: 'pkcs8'}))
      const signs = ['--algorithm', 'rsa-2048', '--purpose', 'sign', '--class', 'jwt-signing']
      expect(await bringKey('orders', pem, signs)).toMatchObject({exit: 0, materialEnds: null})
      const {text} = await run(KeyPublic, 'key public', ['orders', '--format', 'pem'])
      expect(createPublicKey(String(text)).equals(publicKey)).toBe(true)
      const secret = randomBytes(32)
      expect(await bringKey('hook', file('hook.bin', secret), mac)).toMatchObject({exit: 0})
      const {Mac: made = ''} = await kms().generateMac({
        KeyId: await idOf('hook'),
        MacAlgorithm: 'HMAC_SHA_256',
        Message: Buffer.from('x'),
      })
      expect(Buffer.from(made)).toEqual(createHmac('sha256', secret).update('x').digest())
      const asked = (await box.standin?.seen())?.filter(
        ({operation}) => operation === 'GetParametersForImport',
      )
      expect(asked?.map(({wrapping}) => wrapping)).toEqual(['RSA_AES_KEY_WRAP_SHA_256', 'RSAES_OAEP_SHA_256'])
    },
  )

  testWhen(
    ministack,
    'what is to end by itself is approved so, ends then, and is found before and after',
    async () => {
      const ends = new Date(Math.ceil((Date.now() + 40 * day) / 1000) * 1000)
      const argv = ['--material-ends', ends.toISOString()]
      const from = file('ends.bin', randomBytes(32))
      const {stdout, stderr} = await runCommand(
        KeyImport,
        'key import',
        ['ends', '--from', from, '--profile', 'cloud', '--owner', 'Orders', ...mac, ...argv, '--dry-run'],
        world(),
      )
      expect(`${stdout}${stderr}`.replaceAll(/\s+/g, ' ')).toContain(
        `deletes it by itself at ${ends.toISOString()}`,
      )
      expect(await bringKey('ends', from, mac, ...argv, '--activate')).toMatchObject({
        exit: 0,
        state: 'active',
        materialEnds: ends.toISOString(),
      })
      const id = await idOf('ends')
      const {KeyMetadata: described} = await kms().describeKey({KeyId: id})
      expect(described).toMatchObject({ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: ends})
      expect(await findings()).toEqual([])
      expect(await checks()).toMatchObject([{check: 'material', ok: true, next: null}])
      await forward(11 * day)
      expect(await checks()).toMatchObject([
        {ok: false, fact: expect.stringContaining('deletes it by itself')},
      ])
      await forward(30 * day)
      expect(await checks()).toMatchObject([{ok: false, fact: expect.stringContaining('was to delete')}])
      expect(await findings()).toMatchObject([
        {
          kind: 'missing',
          fact: `active here, and gone there: what was brought was to end ${ends.toISOString()}`,
          next: expect.stringContaining(`import-key-material --key-id ${id}`),
        },
      ])
    },
    30_000,
  )

  testWhen(ministack, 'an end that others took away there is found', async () => {
    const ends = new Date(Math.ceil((Date.now() + ahead + 60 * day) / 1000) * 1000).toISOString()
    const secret = randomBytes(32)
    const from = file('kept.bin', secret)
    expect(await bringKey('kept', from, mac, '--material-ends', ends)).toMatchObject({exit: 0})
    const schedules = async () => (await findings()).filter(({kind}) => kind === 'schedule')
    expect(await schedules()).toEqual([])
    const KeyId = await idOf('kept')
    const {PublicKey: under = missing('no key'), ImportToken} = await kms().getParametersForImport({
      ...{KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048'},
    })
    const key = createPublicKey({key: Buffer.from(under), format: 'der', type: 'spki'})
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    await kms().importKeyMaterial({
      ...{KeyId, ImportToken, ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE'},
      EncryptedKeyMaterial: publicEncrypt({key, padding, oaepHash: 'sha256'}, secret),
    })
    expect(await schedules()).toMatchObject([
      {fact: `what was brought ends ${ends} here, and never there`, next: 'keyrite key show kept'},
    ])
  })

  testWhen(
    ministack,
    'a time that no service keeps, and a place that keeps none, are refused before anybody is asked',
    async () => {
      const from = file('never.bin', randomBytes(32))
      const at = (days: number): string[] => [
        '--material-ends',
        new Date(Date.now() + ahead + days * day).toISOString(),
      ]
      for (const days of [-1, 366])
        expect(await bringKey('never', from, mac, ...at(days))).toMatchObject({code: 'USAGE', changed: false})
      expect(
        await run(KeyImport, 'key import', [
          ...[
            'never',
            '--from',
            from,
            '--profile',
            'main',
            '--owner',
            'Orders',
            ...mac,
            ...at(30),
            ...people(),
          ],
        ]),
      ).toMatchObject({code: 'UNSUPPORTED', changed: false})
      expect(await run(KeyShow, 'key show', ['never'])).toMatchObject({code: 'KEY_NOT_FOUND'})
    },
  )

  testWhen(
    ministack,
    'what AWS does not take in leaves no key, or one that is named and gone on with',
    async () => {
      const from = file('left.bin', randomBytes(32))
      const named = async () => {
        const {Keys = []} = await kms().listKeys({Limit: 1000})
        const all = Keys.map(async ({KeyId = ''}) => (await kms().describeKey({KeyId})).KeyMetadata)
        return (await Promise.all(all))
          .filter((one) => one?.Description?.startsWith('left: ') === true)
          .map((one) => [one?.KeyId, one?.KeyState])
      }
      const fault = async (kind: FaultKind, operation: string): Promise<void> =>
        box.standin?.fault(kind, {operation, times: 100})
      // It never can: gone, and the name is free at once.
      await fault('unknown', 'ImportKeyMaterial')
      const refused = await bringKey('left', from, mac)
      expect(refused).toMatchObject({code: 'UNSUPPORTED', changed: true})
      const [[gone, going] = [], ...more] = await named()
      expect([going, more]).toEqual(['PendingDeletion', []])
      expect(refused['message']).toMatch(`the key without material (${gone}) goes in 7 days`)
      // There was never a key in it: nobody is to take it over.
      expect((await findings()).filter(({fact}) => fact.includes('"left"'))).toEqual([])

      // Nor can it be taken away: it is named, with what takes it away.
      await fault('denied', 'ScheduleKeyDeletion')
      const stays = await bringKey('left', from, mac)
      await box.standin?.clearFaults()
      const [left = ''] = (await named()).find(([, state]) => state === 'PendingImport') ?? []
      expect(stays).toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining(`(${left}) is still there`),
        try: [`aws kms schedule-key-deletion --key-id ${left}`],
      })
      expect(await bringKey('left', from, mac)).toMatchObject({
        code: 'KEY_EXISTS',
        try: [expect.stringContaining(`aws kms schedule-key-deletion --key-id ${left}`)],
      })
      await kms().scheduleKeyDeletion({KeyId: left, PendingWindowInDays: 7})

      // It may later: the same command goes on with the same key.
      await fault('error', 'ImportKeyMaterial')
      const waits = await bringKey('left', from, mac)
      await box.standin?.clearFaults()
      const [key = ''] = (await named()).find(([, state]) => state === 'PendingImport') ?? []
      expect(waits).toMatchObject({
        code: 'PROVIDER_FAILED',
        message: expect.stringContaining(`key ${key} waits there for its material`),
        try: expect.arrayContaining(['the same command again goes on with that key']),
      })
      expect(await bringKey('left', from, mac)).toMatchObject({exit: 0})
      expect(await idOf('left')).toBe(key)
      expect(await named()).toHaveLength(3)
    },
    60_000,
  )

  async function checks() {
    const {keys} = await run<{keys: {checks: {check: string}[]}[]}>(KeyCheck, 'key check', ['ends'])
    return keys.flatMap((one) => one.checks).filter(({check}) => check === 'material')
  }
})

function missing(what: string): never {
  throw new Error(what)
}
