/** AWS KMS that is not well: cut between work and reply, throttling, slow, absent, half dead. On the stand-in in front of ministack. */
import {createServer, type Server} from 'node:net'
import {once} from 'node:events'
import {KMS} from '@aws-sdk/client-kms'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openAws} from '../../../src/providers/aws/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {bring} from '../../backends/bring.ts'
import {startAwsStandin, type AwsStandin} from '../../backends/standin.ts'
import {testWhen} from '../../support/needs.ts'
import {all, enabled, intent, labelled, outcome, specOf} from '../support.ts'
import {anAccount, settingsOf, soon} from './bench.ts'

const ministack = await bring('ministack')

/** The code and the words of a refusal. */
async function refusal(call: Promise<unknown>): Promise<{code: string; said: string}> {
  const error: unknown = await call.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  )
  const {code = 'none', message, hints = []} = error as {code?: string; message: string; hints?: string[]}
  return {code, said: [message, ...hints].join('\n')}
}

describe('AWS KMS that is not well', () => {
  const box: {standin?: AwsStandin; provider?: Provider} = {}
  const standin = (): AwsStandin => box.standin ?? missing('there is no stand-in')
  const provider = (): Provider => box.provider ?? missing('nothing is open')
  beforeAll(async () => {
    if (!ministack.present) return
    anAccount()
    box.standin = await startAwsStandin(ministack)
    box.provider = await openAws(settingsOf(box.standin.url), soon)
  })
  afterAll(async () => {
    await box.provider?.close()
    await box.standin?.stop()
  })

  testWhen(ministack, 'is cut after a key was made: the key is found, and was made once', async () => {
    const {store} = provider()
    const made = intent()
    await standin().fault('cut-after', {operation: 'CreateKey'})
    expect(await outcome(store.create(specOf('ec-p256'), made))).toBe('PROVIDER_UNREACHABLE')
    const found = await store.find(made, [])
    expect(found.kind).toBe('one')
    const creates = (await standin().seen()).filter(({operation}) => operation === 'CreateKey')
    expect(creates).toHaveLength(1)
    expect((await all(store)).filter((one) => one.intent === made)).toHaveLength(1)
  })

  testWhen(ministack, 'is cut before a key was made: none is found', async () => {
    const {store} = provider()
    const made = intent()
    await standin().fault('cut-before', {operation: 'CreateKey'})
    expect(await outcome(store.create(specOf('ec-p256'), made))).toBe('PROVIDER_UNREACHABLE')
    expect(await store.find(made, [])).toEqual({kind: 'none'})
  })

  testWhen(ministack, 'is cut after a rotation: the new version is found, and was made once', async () => {
    const {store, life} = provider()
    const first = await enabled(provider(), specOf('aes-256'))
    const made = intent()
    await standin().seen()
    await standin().fault('cut-after', {operation: 'RotateKeyOnDemand'})
    expect(await outcome(life.rotate(first.key, made))).toBe('PROVIDER_UNREACHABLE')
    const found = await store.find(made, [first])
    expect(found).toMatchObject({kind: 'one', ref: {key: first.key}})
    expect((await standin().seen()).filter(({operation}) => operation === 'RotateKeyOnDemand')).toHaveLength(
      1,
    )
    expect((await store.describe(first))?.availability).toBe('historic')
  })

  testWhen(
    ministack,
    'was cut in the middle of an import: the same import goes on with the same key',
    async () => {
      const {store, move} = provider()
      const {Secret} = await import('../../../src/base/secret.ts')
      const [spec, made] = [specOf('aes-256'), intent()]
      const material = () => new Secret(Buffer.alloc(32, 7))
      await standin().fault('cut-before', {operation: 'ImportKeyMaterial', times: 9})
      expect(await outcome(move.import(spec, material(), made))).toBe('PROVIDER_UNREACHABLE')
      await standin().clearFaults()
      expect(await store.find(made, [])).toEqual({kind: 'none'})
      const ref = await move.import(spec, material(), made)
      expect(await store.find(made, [])).toEqual({kind: 'one', ref})
      expect((await all(store)).filter((one) => one.intent === made)).toHaveLength(1)
    },
  )

  testWhen(
    ministack,
    'asks to slow down: it is asked again, and a key is made once for all that',
    async () => {
      const {store} = provider()
      await standin().seen()
      for (const kind of ['throttle', 'throttle-429'] as const) {
        await standin().fault(kind, {operation: 'CreateKey', times: 2})
        expect(await outcome(store.create(specOf('ec-p256'), intent()))).toBe('ok')
      }
      const creates = (await standin().seen()).filter(({operation}) => operation === 'CreateKey')
      expect(creates.filter((one) => one.outcome === 'ok')).toHaveLength(2)
      await standin().fault('throttle', {operation: 'CreateKey', times: 20})
      const refused = await refusal(store.create(specOf('ec-p256'), intent()))
      await standin().clearFaults()
      expect(refused).toMatchObject({code: 'PROVIDER_FAILED', said: expect.stringMatching(/slow down/)})
    },
  )

  testWhen(
    ministack,
    'answers with half a document, or a page of a proxy: said, and no key is lost',
    async () => {
      const {store} = provider()
      for (const kind of ['garbage', 'unavailable'] as const) {
        const made = intent()
        await standin().fault(kind, {operation: 'CreateKey'})
        const {code} = await refusal(store.create(specOf('ec-p256'), made))
        expect([kind, code]).toEqual([kind, 'PROVIDER_FAILED'])
        expect((await store.find(made, [])).kind).toBe(kind === 'garbage' ? 'one' : 'none')
      }
    },
  )

  testWhen(
    ministack,
    'says yes to a disable and does not do it: that is not believed, and the same again does it',
    async () => {
      const spec = specOf('ec-p256')
      const ref = await enabled(provider(), spec)
      await standin().fault('hollow', {operation: 'DisableKey'})
      const {code, said} = await refusal(provider().life.setAvailability(ref, 'disabled'))
      expect([code, said.split('\n')[0]]).toEqual([
        'PROVIDER_FAILED',
        `cannot make key "${spec.label}" disabled: AWS KMS said yes, and version 1 is still enabled`,
      ])
      expect(await provider().life.setAvailability(ref, 'disabled')).toBe('disabled')
    },
  )

  testWhen(
    ministack,
    'refuses credentials, finds them expired, or a permission missing: each in true words',
    async () => {
      const {store} = provider()
      const at = async (kind: 'refuse' | 'expired' | 'denied') => {
        await standin().fault(kind, {operation: 'DescribeKey', times: 9})
        const ref = {key: '00000000-0000-4000-8000-000000000000', version: '1'}
        const refused = await refusal(store.describe(ref))
        await standin().clearFaults()
        return refused
      }
      expect(await at('refuse')).toMatchObject({
        code: 'CREDENTIALS_REFUSED',
        said: expect.stringMatching(/does not know these credentials[^]*\naws configure list shows where/),
      })
      expect(await at('expired')).toMatchObject({
        code: 'CREDENTIALS_REFUSED',
        said: expect.stringMatching(/have expired.*\naws sso login/),
      })
      expect(await at('denied')).toMatchObject({
        code: 'CREDENTIALS_REFUSED',
        said: expect.stringMatching(/does not permit it/),
      })
    },
  )

  testWhen(
    ministack,
    'does not permit what a check tries: it is named, and what could not be tried is not called permitted',
    async () => {
      const empty = await openAws({...settingsOf(standin().url), region: 'eu-west-3'}, soon)
      const tags = async (): Promise<unknown> =>
        (await empty.evidence.check()).find(({name}) => name === 'read tags')
      await standin().fault('denied', {operation: 'ListResourceTags', times: 9})
      expect(await tags()).toMatchObject({detail: expect.stringMatching(/^no key is there yet/)})
      await standin().clearFaults()
      await enabled(empty, specOf('ec-p256'))
      expect(await tags()).toMatchObject({ok: true, detail: 'kms:ListResourceTags is permitted'})
      await empty.close()
      const again = await openAws({...settingsOf(standin().url), region: 'eu-west-3'}, soon)
      await standin().fault('denied', {operation: 'ListResourceTags', times: 9})
      expect((await again.evidence.check()).find(({name}) => name === 'read tags')).toMatchObject({
        ok: false,
        fix: 'allow kms:ListResourceTags: docs/providers/aws.md lists what each command needs',
      })
      await standin().clearFaults()
      await standin().fault('denied', {operation: 'ListKeys', times: 9})
      const blind = await again.evidence.check()
      await standin().clearFaults()
      expect(blind.filter(({name}) => name === 'read tags')).toEqual([])
      expect(blind.find(({name}) => name === 'list keys')).toMatchObject({
        ok: false,
        code: 'CREDENTIALS_REFUSED',
        fix: 'allow kms:ListKeys: docs/providers/aws.md lists what each command needs',
      })
      await again.close()
    },
  )

  testWhen(
    ministack,
    'may not say the tags of a key: what was done is then not known, and not taken for undone',
    async () => {
      const {store} = provider()
      const made = intent()
      await store.create(specOf('ec-p256'), made)
      const other = await openAws(settingsOf(standin().url), soon)
      await standin().fault('denied', {operation: 'ListResourceTags', times: 200})
      expect(await outcome(other.store.find(intent(), []))).toBe('CREDENTIALS_REFUSED')
      expect(await outcome(other.store.create(specOf('ec-p256'), intent()))).toBe('CREDENTIALS_REFUSED')
      await standin().clearFaults()
      await other.close()
    },
  )

  testWhen(
    ministack,
    'is asked with a user agent that names keyrite, and the intent of a probe',
    async () => {
      const ref = await enabled(provider(), specOf('ec-p256'))
      const made = intent()
      await standin().seen()
      await provider().probing?.(made).use.sign(ref, labelled('x'))
      await provider().use.sign(ref, labelled('x'))
      const signs = (await standin().seen()).filter(({operation}) => operation === 'Sign')
      expect(signs.map(({userAgent}) => userAgent)).toEqual([
        expect.stringMatching(new RegExp(`keyrite/\\d+\\.\\d+\\.\\d+ probe ${made}\\b`)),
        expect.not.stringContaining('probe'),
      ])
      expect(signs[1]?.userAgent).toMatch(/keyrite\/\d+\.\d+\.\d+/)
    },
  )

  testWhen(ministack, 'refuses every scheme but the key’s own, whoever asks', async () => {
    const ref = await enabled(provider(), specOf('rsa-2048', {scheme: 'ps256'}))
    const stranger = new KMS({region: 'eu-central-1', endpoint: standin().url})
    const sign = async (SigningAlgorithm: 'RSASSA_PSS_SHA_256' | 'RSASSA_PKCS1_V1_5_SHA_256') =>
      stranger.sign({KeyId: ref.key, SigningAlgorithm, Message: Buffer.from('x')}).then(
        () => 'signed',
        (error: unknown) => (error as Error).name,
      )
    expect(await sign('RSASSA_PSS_SHA_256')).toBe('signed')
    expect(await sign('RSASSA_PKCS1_V1_5_SHA_256')).toBe('AccessDeniedException')
    stranger.destroy()
  })

  testWhen(ministack, 'tells its time, and it is not this machine’s', async () => {
    await standin().clock(3600)
    await provider().evidence.identity()
    const ahead = (provider().time()?.getTime() ?? 0) - Date.now()
    expect(Math.abs(ahead - 3_600_000)).toBeLessThan(60_000)
    await standin().clock(-3600)
  })

  testWhen(ministack, 'is not there, or takes the call and says nothing: given up in its time', async () => {
    const hurried = {...soon, connect: 500, answer: 400, tries: 2}
    expect(await outcome(openAws(settingsOf('http://127.0.0.1:1'), hurried))).toBe('PROVIDER_UNREACHABLE')
    for (const says of ['', 'HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{']) {
      const server = await listening(says)
      const {port} = server.address() as {port: number}
      const refused = await refusal(openAws(settingsOf(`http://127.0.0.1:${port}`), hurried))
      expect(refused.code).toBe('PROVIDER_UNREACHABLE')
      server.close()
    }
  })
})

/** A server that takes every call and says this, and no more. */
async function listening(says: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write(says))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function missing(what: string): never {
  throw new Error(what)
}
