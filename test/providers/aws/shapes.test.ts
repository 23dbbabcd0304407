/** What speaks as AWS KMS does, and answers in other shapes: ministack, with a reshaping way in front of it. */
import {randomBytes} from 'node:crypto'
import {afterAll, afterEach, beforeAll, describe, expect} from '@jest/globals'
import {Secret} from '../../../src/base/secret.ts'
import {openAws} from '../../../src/providers/aws/index.ts'
import type {Provider, VersionRef} from '../../../src/providers/ports.ts'
import {startMinistack, type Emulator} from '../../backends/aws.ts'
import {bring} from '../../backends/bring.ts'
import {testWhen} from '../../support/needs.ts'
import {all, bytesOf, enabled, intent, none, outcome, specOf} from '../support.ts'
import {anAccount, settingsOf, soon} from './bench.ts'
import {answered, fields, Reshaping, type Answer, type Shape} from './reshaping.ts'

const ministack = await bring('ministack')
const hasty = {...soon, tries: 1}

const box: {
  emulator?: Emulator
  way?: Reshaping
  signer?: VersionRef
  secret?: VersionRef
  mac?: VersionRef
} = {}
const needed = <T>(one: T | undefined): T => one ?? missing()
const way = (): Reshaping => needed(box.way)
const open: {provider?: Provider} = {}
/** Opened anew, so that nothing is remembered; then it answers so. */
async function speaking(shape: Shape): Promise<Provider> {
  way().shape = () => undefined
  await open.provider?.close()
  open.provider = await openAws(settingsOf(way().url), hasty)
  way().shape = shape
  way().asked.length = 0
  return open.provider
}

beforeAll(async () => {
  if (!ministack.present) return
  anAccount()
  box.emulator = await startMinistack(ministack)
  box.way = await Reshaping.of(box.emulator.url)
  const provider = await speaking(() => undefined)
  box.signer = await enabled(provider, specOf('ec-p256'))
  box.secret = await enabled(provider, specOf('aes-256'))
  box.mac = await enabled(provider, specOf('hmac-sha256'))
}, 60_000)
afterEach(() => {
  if (box.way !== undefined) box.way.shape = () => undefined
})
afterAll(async () => {
  await open.provider?.close()
  await box.way?.close()
  await box.emulator?.stop()
})

const json = 'application/x-amz-json-1.1'
const error = (type: string, over: Partial<Answer> = {}): Partial<Answer> => ({
  status: 400,
  headers: {'content-type': json},
  body: JSON.stringify({__type: type, message: 'in another shape'}),
  ...over,
})

describe('an error of what speaks as AWS does', () => {
  const rows: readonly (readonly [string, Partial<Answer>, string])[] = [
    ['with the namespace before its name', error('com.amazonaws.kms#DisabledException'), 'KEY_STATE'],
    ['with an address behind its name', error('DisabledException:http://internal.amazon.com/'), 'KEY_STATE'],
    [
      'named in a header alone',
      {status: 400, headers: {'content-type': json, 'x-amzn-errortype': 'DisabledException'}, body: '{}'},
      'KEY_STATE',
    ],
    [
      'named as a code',
      {...error(''), body: JSON.stringify({code: 'DisabledException', Message: 'no'})},
      'KEY_STATE',
    ],
    [
      'in XML',
      {
        status: 400,
        headers: {'content-type': 'text/xml'},
        body: '<?xml version="1.0"?><ErrorResponse><Error><Code>DisabledException</Code></Error></ErrorResponse>',
      },
      'PROVIDER_FAILED',
    ],
    [
      'as a page of a proxy',
      {status: 502, headers: {'content-type': 'text/html'}, body: '<html>\u001b[31mBad Gateway</html>'},
      'PROVIDER_FAILED',
    ],
    ['without a word', {status: 400, headers: {}, body: ''}, 'PROVIDER_FAILED'],
    [
      'cut in the middle',
      {status: 200, headers: {'content-type': json}, body: '{"Signature":"'},
      'PROVIDER_FAILED',
    ],
    ['with a yes', {...error('DisabledException'), status: 200}, 'PROVIDER_FAILED'],
    ['that is unknown', error('SomethingNewException'), 'PROVIDER_FAILED'],
    ['of no such operation', error('UnknownOperationException'), 'UNSUPPORTED'],
    ['of no such operation, by its status', error('', {status: 501, body: ''}), 'UNSUPPORTED'],
    [
      'of no such operation, in words',
      error('', {
        status: 500,
        body: JSON.stringify({__type: 'InternalFailure', message: 'API action Sign is not yet implemented'}),
      }),
      'UNSUPPORTED',
    ],
    ['of an expired token', error('com.amazon.coral.service#ExpiredTokenException'), 'CREDENTIALS_REFUSED'],
    ['of a clock', error('RequestTimeTooSkewed'), 'CREDENTIALS_REFUSED'],
  ]
  for (const [name, answer, code] of rows)
    testWhen(ministack, `${name}: is read, or refused as no answer, and no bug`, async () => {
      const provider = await speaking(answered(['Sign'], answer))
      expect(await outcome(provider.use.sign(needed(box.signer), Buffer.from('x')))).toBe(code)
    })
  testWhen(ministack, 'as a page of a proxy says nothing of what the SDK thinks of it', async () => {
    const page = {status: 502, headers: {'content-type': 'text/html'}, body: '<html>no</html>'}
    const provider = await speaking(answered(['Sign'], page))
    await expect(provider.use.sign(needed(box.signer), Buffer.from('x'))).rejects.toThrow(
      /is no answer of AWS KMS \(HTTP 502\)/,
    )
  })
})

describe('an answer of what speaks as AWS does', () => {
  testWhen(ministack, 'that a signature or a MAC is not good is none that it is', async () => {
    const provider = await speaking((action, answer) => {
      if (action === 'Verify') return {status: 200, body: JSON.stringify({SignatureValid: false})}
      return action === 'VerifyMac' ? {status: 200, body: JSON.stringify({MacValid: false})} : answer
    })
    const message = Buffer.from('x')
    const signature = await provider.use.sign(needed(box.signer), message)
    const mac = await provider.use.mac(needed(box.mac), message)
    expect(await provider.use.verify(needed(box.signer), message, signature)).toBe(false)
    expect(await provider.use.verify(needed(box.mac), message, mac)).toBe(false)
    way().shape = answered(['Verify', 'VerifyMac'], {status: 200, body: '{}'})
    expect(await outcome(provider.use.verify(needed(box.signer), message, signature))).toBe('PROVIDER_FAILED')
    expect(await outcome(provider.use.verify(needed(box.mac), message, mac))).toBe('PROVIDER_FAILED')
  })

  testWhen(ministack, 'that holds nothing is no signature, no ciphertext, no MAC and no key', async () => {
    const provider = await speaking(() => undefined)
    const [signer, secret, mac] = [needed(box.signer), needed(box.secret), needed(box.mac)]
    const message = Buffer.from('x')
    const sealed = await provider.use.encrypt(secret, message, none)
    for (const body of ['{}', JSON.stringify({Signature: '', Mac: '', CiphertextBlob: '', PublicKey: ''})]) {
      way().shape = answered(['Sign', 'GenerateMac', 'Encrypt', 'Decrypt', 'GetPublicKey'], {
        status: 200,
        body,
      })
      for (const act of [
        provider.use.sign(signer, message),
        provider.use.mac(mac, message),
        provider.use.encrypt(secret, message, none),
        provider.use.decrypt(secret, sealed, none),
        provider.use.publicKey(signer),
      ])
        expect(await outcome(act)).toBe('PROVIDER_FAILED')
    }
    // Some say the key's id where AWS says its ARN; what says another key is refused.
    way().shape = fields(['Decrypt'], () => ({KeyId: secret.key}))
    expect(bytesOf(await provider.use.decrypt(secret, sealed, none))).toEqual(message)
    for (const KeyId of [signer.key, undefined]) {
      way().shape = fields(['Decrypt'], () => ({KeyId}))
      expect(await outcome(provider.use.decrypt(secret, sealed, none))).toBe('PROVIDER_FAILED')
    }
  })

  const listed: readonly (readonly [string, Shape])[] = [
    ['of keys, without keys', fields(['ListKeys'], () => ({Keys: undefined}))],
    ['of keys, cut off', fields(['ListKeys'], () => ({Truncated: true, NextMarker: undefined}))],
    ['of keys, going round', fields(['ListKeys'], () => ({Truncated: true, NextMarker: 'again'}))],
    ['of keys, that is an error with a yes', answered(['ListKeys'], {...error('Throttled'), status: 200})],
    ['of tags, without tags', fields(['ListResourceTags'], () => ({Tags: undefined}))],
    ['of tags, cut off', fields(['ListResourceTags'], () => ({Truncated: true, NextMarker: ''}))],
    ['of nothing, where a key is told', fields(['DescribeKey'], () => ({KeyMetadata: undefined}))],
  ]
  for (const [name, shape] of listed)
    testWhen(
      ministack,
      `${name}, is no answer: no key is made, and none is said not to be there`,
      async () => {
        const provider = await speaking(() => undefined)
        const made = intent()
        const ref = await provider.store.create(specOf('hmac-sha256'), made)
        await speaking(shape)
        const again = needed(open.provider)
        expect(['PROVIDER_FAILED', 'ok']).toContain(await outcome(again.store.describe(ref)))
        expect(await found(again, made)).not.toBe('none')
        expect(await outcome(again.store.create(specOf('hmac-sha256'), made))).not.toBe('ok')
        expect(way().asked).not.toContain('CreateKey')
      },
    )

  testWhen(ministack, 'that says where its list goes on, and not that it does, is followed', async () => {
    const provider = await speaking((action, {body, status}, asked) => {
      if (action !== 'ListKeys' || status !== 200 || asked.includes('"Limit":1}')) return undefined
      const {Keys} = JSON.parse(body) as {Keys: unknown[]}
      const rest = asked.includes('Marker')
      return {
        body: JSON.stringify({
          Keys: rest ? Keys.slice(1) : Keys.slice(0, 1),
          ...(rest ? {} : {NextMarker: 'rest'}),
        }),
      }
    })
    const seen = []
    for await (const {ref} of provider.store.list()) seen.push(ref.key)
    for (const one of [box.signer, box.secret, box.mac]) expect(seen).toContain(needed(one).key)
  })

  testWhen(ministack, 'with fewer fields of a key says no more than it does', async () => {
    const less = (change: (metadata: Record<string, unknown>) => Record<string, unknown>): Shape =>
      fields(['DescribeKey'], ({KeyMetadata}) => ({
        KeyMetadata: {...(KeyMetadata as object), ...change(KeyMetadata as Record<string, unknown>)},
      }))
    const signer = needed(box.signer)
    const provider = await speaking(
      less(() => ({CreationDate: undefined, Arn: undefined, Description: undefined})),
    )
    expect(await provider.store.describe(signer)).toMatchObject({availability: 'enabled', createdAt: null})
    way().shape = less(({KeySpec}) => ({KeySpec: undefined, CustomerMasterKeySpec: KeySpec}))
    expect(await provider.store.describe(signer)).toMatchObject({spec: {algorithm: 'ec-p256'}})
    // Only whether it is on.
    way().shape = less(() => ({KeyState: undefined}))
    expect(await provider.store.describe(signer)).toMatchObject({availability: 'enabled'})
    expect(await provider.life.setAvailability(signer, 'disabled')).toBe('disabled')
    expect(way().asked).toContain('DisableKey')
    expect(await provider.life.setAvailability(signer, 'enabled')).toBe('enabled')
    // Not even that.
    way().shape = less(() => ({KeyState: undefined, Enabled: undefined}))
    expect(await outcome(provider.store.describe(signer))).toBe('PROVIDER_FAILED')
    expect(await outcome(provider.life.setAvailability(signer, 'disabled'))).toBe('PROVIDER_FAILED')
    // A key store that is cut off: that its key does nothing now is not that it is disabled.
    way().asked.length = 0
    way().shape = less(() => ({KeyState: 'Unavailable', Enabled: false}))
    await outcome(provider.life.setAvailability(signer, 'disabled'))
    expect(way().asked).toContain('DisableKey')
    way().shape = () => undefined
    expect(await provider.life.setAvailability(signer, 'enabled')).toBe('enabled')
  })

  testWhen(ministack, 'with dates as text is refused, and no key is made twice for it', async () => {
    const provider = await speaking(
      fields(['DescribeKey', 'CreateKey'], ({KeyMetadata}) => ({
        KeyMetadata: {...(KeyMetadata as object), CreationDate: '2026-11-28T09:30:00Z'},
      })),
    )
    const made = intent()
    const first = await outcome(provider.store.create(specOf('ec-p256'), made))
    expect(['ok', 'PROVIDER_FAILED']).toContain(first)
    expect(await found(provider, made)).not.toBe('none')
    expect(await outcome(provider.store.create(specOf('ec-p256'), made))).not.toBe('ok')
    expect(way().asked.filter((action) => action === 'CreateKey')).toHaveLength(1)
  })

  // As local-kms has it: secret keys of AES alone, under RSA of 2048 bits alone.
  testWhen(
    ministack,
    'that takes fewer keys from outside, or under fewer wrappings, is said as such, and leaves no key in the list',
    async () => {
      const invalid = error('ValidationException')
      const provider = await speaking((action, _answer, asked) =>
        (action === 'CreateKey' && asked.includes('"HMAC_256"') && asked.includes('"EXTERNAL"')) ||
        (action === 'GetParametersForImport' && asked.includes('"RSA_4096"'))
          ? invalid
          : undefined,
      )
      const brings = (algorithm: 'aes-256' | 'hmac-sha256') => {
        const material = new Secret(randomBytes(32))
        return provider.move.import(specOf(algorithm), material, intent()).finally(() => {
          material.wipe()
        })
      }
      await expect(brings('hmac-sha256')).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringMatching(/takes no hmac-sha256 to mac from outside/),
      })
      const before = (await all(provider.store)).length
      await expect(brings('aes-256')).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringMatching(
          /refuses it \(ValidationException\); the key without material .* goes/,
        ),
      })
      expect(await all(provider.store)).toHaveLength(before)
    },
  )

  testWhen(ministack, 'that keeps no tags is said, with the key that was made for nothing', async () => {
    const provider = await speaking(fields(['ListResourceTags'], () => ({Tags: []})))
    const made: unknown = await provider.store
      .create(specOf('ec-p256'), intent())
      .catch((thrown: unknown) => thrown)
    expect(made).toMatchObject({
      code: 'PROVIDER_FAILED',
      changed: true,
      hints: expect.arrayContaining([expect.stringContaining('schedule-key-deletion')]),
    })
  })
})

async function found(provider: Provider, made: string): Promise<string> {
  const box: {kind?: string} = {}
  const came = await outcome(async () => {
    box.kind = (await provider.store.find(made, [])).kind
  })
  return box.kind ?? came
}

function missing(): never {
  throw new Error('it is made before the tests')
}
