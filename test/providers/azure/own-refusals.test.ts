/** What is called refused at Azure the service itself refuses, to whoever asks past keyrite and its client; on the stand-in. And what it would not refuse is refused here, before it is asked. */
import {createPublicKey, publicEncrypt} from 'node:crypto'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {KeyriteError} from '../../../src/base/errors.ts'
import {openVault} from '../../../src/providers/azure/index.ts'
import type {Provider, VersionRef} from '../../../src/providers/ports.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {enabled, intent, none, outcome, secretOf, specOf} from '../support.ts'
import {answerTo, askPlainly} from './asked.ts'
import {placeOf} from './place.ts'
import {startStandin, type Standin} from './standin.ts'

const message = Buffer.from('a document')
const digest = Buffer.alloc(32, 1).toString('base64url')

describe('a Managed HSM of Azure, on the stand-in', () => {
  const box: {standin?: Standin; open?: Provider} = {}
  const standin = (): Standin => box.standin ?? missing()
  const open = (): Provider => box.open ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin('hsm')
    box.open = await openVault(placeOf(box.standin, 'hsm'), 'keyrite/test')
  })
  afterAll(async () => {
    await box.open?.close()
    await box.standin?.stop()
  })
  const asked = async () => (await standin().ask({})).map(({operation}) => operation)
  const answer = (...call: Parameters<typeof answerTo> extends [unknown, ...infer Rest] ? Rest : never) =>
    answerTo(standin(), ...call)

  /** One key to sign, one to encrypt, one to wrap: with what each does anew, and with what was made before. */
  async function three() {
    const {use} = open()
    const signer = await enabled(open(), specOf('ec-p256'))
    const sealer = await enabled(open(), specOf('aes-256'))
    const wrapper = await enabled(open(), specOf('rsa-2048', {scheme: 'oaep-sha256', purpose: 'wrap'}))
    const sealed = await use.encrypt(sealer, message, none)
    const spki = createPublicKey({
      key: Buffer.from(await use.publicKey(wrapper)),
      format: 'der',
      type: 'spki',
    })
    const wrapped = publicEncrypt({key: spki, oaepHash: 'sha256'}, message)
    const [iv, tag] = [sealed.subarray(0, 12), sealed.subarray(-16)]
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
    return [
      {
        ...{ref: signer, anew: 'sign', body: {alg: 'ES256', value: digest}},
        again: async () => use.sign(signer, message),
      },
      {
        ...{ref: sealer, anew: 'encrypt', body: {alg: 'A256GCM', value: text(message)}},
        again: async () => use.encrypt(sealer, message, none),
        back: 'decrypt',
        made: {alg: 'A256GCM', iv: text(iv), tag: text(tag), value: text(sealed.subarray(12, -16))},
        read: async () => use.decrypt(sealer, sealed, none),
      },
      {
        ...{ref: wrapper, anew: 'wrapkey', body: {alg: 'RSA-OAEP-256', value: text(message)}},
        again: async () => use.wrap(wrapper, secretOf(message)),
        back: 'unwrapkey',
        made: {alg: 'RSA-OAEP-256', value: text(wrapped)},
        read: async () => use.unwrap(wrapper, wrapped),
      },
    ] as const
  }

  const states: readonly (readonly [string, (ref: VersionRef) => Promise<unknown>, string, string])[] = [
    ['enabled', async () => undefined, '200', '200'],
    [
      'disabled',
      async (ref) => open().life.setAvailability(ref, 'disabled'),
      ...(['403 Forbidden KeyDisabled', '403 Forbidden KeyDisabled'] as const),
    ],
    [
      'only to read from now on',
      async (ref) => open().life.setAvailability(ref, 'historic'),
      ...(['403 Forbidden KeyOperationForbidden', '200'] as const),
    ],
    [
      'after its last day',
      async (ref) => open().life.setDates?.(ref, {from: null, until: new Date(Date.now() - 9e7)}),
      ...(['403 Forbidden', '200'] as const),
    ],
    [
      'deleted, and to be recovered yet',
      async (ref) => open().life.scheduleDestruction(ref, 90),
      ...(['404 KeyNotFound', '404 KeyNotFound'] as const),
    ],
  ]
  for (const [state, bring, anew, before] of states)
    testWith(
      'openssl',
      `with a key that is ${state} refuses itself what it must not do, and that is what keyrite says of it`,
      async () => {
        for (const one of await three()) {
          await bring(one.ref)
          const path = `/keys/${one.ref.key}/${one.ref.version}`
          expect([one.anew, await answer('POST', `${path}/${one.anew}`, one.body)]).toEqual([one.anew, anew])
          const tries = [[one.anew, one.again, anew] as const]
          if ('read' in one) {
            expect(await answer('POST', `${path}/${one.back}`, one.made)).toBe(before)
            tries.push([one.back, one.read, before] as never)
          }
          for (const [operation, act, said] of tries) {
            await asked()
            const error = await act().then(
              () => undefined,
              (reason: unknown) => reason,
            )
            // It was asked of the service, whatever keyrite knew: what comes of it is its own answer.
            expect(await asked()).toContain(operation)
            expect(error === undefined ? 'ok' : [codeOf(error), statusIn(error)]).toEqual(
              said === '200' ? 'ok' : ['KEY_STATE', Number(said.slice(0, 3))],
            )
          }
        }
      },
    )

  testWith(
    'openssl',
    'refuses itself a name that is deleted, a backup over a key that is there, purging that is forbidden, and whoever has no right',
    async () => {
      const {key, version} = await enabled(open(), specOf('ec-p256'))
      const sign = () => answer('POST', `/keys/${key}/${version}/sign`, {alg: 'ES256', value: digest})
      const backup = await askPlainly(standin(), 'POST', `/keys/${key}/backup`)
      expect(await answer('POST', '/keys/restore', backup.said)).toBe('409 Conflict')
      await standin().ask({denied: ['keys/sign/action']})
      expect(await sign()).toBe('403 Forbidden ForbiddenByRbac')
      await standin().ask({denied: []})
      expect(await sign()).toBe('200')
      expect(await answer('DELETE', `/keys/${key}`)).toBe('200')
      expect(await answer('POST', `/keys/${key}/create`, {kty: 'EC-HSM'})).toBe(
        '409 Conflict ObjectIsDeletedButRecoverable',
      )
      expect(await answer('POST', '/keys/restore', backup.said)).toBe('409 Conflict')
      expect(await answer('PATCH', `/keys/${key}/${version}`, {attributes: {enabled: true}})).toBe(
        '404 KeyNotFound',
      )
      expect(await answer('DELETE', `/deletedkeys/${key}`)).toBe('403 Forbidden')
    },
  )

  testWith(
    'openssl',
    'is not asked for a key of a name that is given, which it would make a version of, unless a version is meant',
    async () => {
      const spec = specOf('ec-p256')
      const ref = await enabled(open(), spec)
      const refused = async () => {
        await asked()
        expect(await outcome(open().store.create(spec, intent()))).toBe('KEY_EXISTS')
        expect(await asked()).not.toContain('create')
      }
      await refused()
      await open().life.setAvailability(ref, 'disabled')
      await refused()
      const versions = async () =>
        ((await askPlainly(standin(), 'GET', `/keys/${ref.key}/versions`)).said['value'] as unknown[]).length
      expect(await versions()).toBe(1)
      // Meant: asked once, and one more is there.
      expect((await open().life.rotate(ref.key, intent())).key).toBe(ref.key)
      expect((await asked()).filter((one) => one === 'create')).toHaveLength(1)
      expect(await versions()).toBe(2)
      // The service refuses nobody this: only the look before keeps it from being done.
      expect(await answer('POST', `/keys/${ref.key}/create`, {kty: 'EC-HSM'})).toBe('200')
      expect(await versions()).toBe(3)
      expect(await answer('DELETE', `/keys/${ref.key}`)).toBe('200')
      await refused()
    },
  )
})

function codeOf(error: unknown): string {
  return error instanceof KeyriteError ? error.code : String(error)
}

/** Of the answer that is behind it, however often it was put into other words. */
function statusIn(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined
  return 'statusCode' in error ? error.statusCode : statusIn(error.cause)
}

function missing(): never {
  throw new Error('the stand-in did not start')
}
