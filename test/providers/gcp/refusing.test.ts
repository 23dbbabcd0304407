/** What emulators of other people lack or do otherwise so that no key could be kept there, one at a time, on the stand-in in the clear: each is refused by a code and by words, never as a bug; and what Google's published suite asks of it beside. */
import {createPublicKey, publicDecrypt, verify} from 'node:crypto'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openKeyRing, type Place} from '../../../src/providers/gcp/index.ts'
import {Service} from '../../../src/providers/gcp/service.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import type {Quirk} from '../../standins/google/quirks.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {all, enabled, intent, none, outcome, secretOf, specOf} from '../support.ts'
import {startStandin, type Standin} from './standin.ts'

const text = Buffer.from('text')

interface Row {
  readonly ready?: Parameters<typeof specOf>[0]
  readonly act: (open: Provider, key: {readonly key: string; readonly version: string}) => Promise<unknown>
  readonly code: string
  readonly says: RegExp
  /** Whether a key may have been made before it was refused. */
  readonly makes?: true
}

const creating: Row['act'] = ({store}) => store.create(specOf('aes-256'), intent())
const bringing: Row['act'] = ({move}) =>
  move.import(specOf('aes-256'), secretOf(Buffer.alloc(32, 1)), intent())
const rows: Readonly<Partial<Record<Quirk, Row>>> = {
  'no-labels': {
    ...{act: creating, code: 'KEY_NOT_AS_PLANNED', says: /without its labels/, makes: true},
  },
  'strict-fields': {act: creating, code: 'UNSUPPORTED', says: /field not supported: page_size/},
  'no-import': {act: bringing, code: 'UNSUPPORTED', says: /unknown method/},
  'first-version-always': {
    ...{act: bringing, code: 'KEY_NOT_AS_PLANNED', says: /made by itself/, makes: true},
  },
  'no-destroy-time': {
    ready: 'hmac-sha256',
    act: ({life}, ref) => life.scheduleDestruction(ref, 30),
    ...{code: 'KEY_NOT_AS_PLANNED', says: /does not say for when/},
  },
  'signs-digests': {
    ready: 'ed25519',
    act: ({use}, ref) => use.sign(ref, text),
    ...{code: 'PROVIDER_FAILED', says: /digest is required/},
  },
  'key-named': {
    ready: 'aes-256',
    act: ({use}, ref) => use.encrypt(ref, text, none),
    ...{code: 'PROVIDER_FAILED', says: /cannot encrypt with key/},
  },
  'no-random': {
    act: async ({random}) => random?.(32),
    ...{code: 'UNSUPPORTED', says: /unknown method/},
  },
  'no-iam': {
    ready: 'hmac-sha256',
    act: async ({rights}, {key}) => rights?.read(key),
    ...{code: 'UNSUPPORTED', says: /unknown method/},
  },
}

describe('an emulator of Cloud KMS that no key can be kept in', () => {
  const box: {standin?: Standin; open?: Provider; service?: Service} = {}
  const standin = (): Standin => box.standin ?? missing()
  const open = (): Provider => box.open ?? missing()
  const service = (): Service => box.service ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin('--plain')
    const {ring, endpoint} = box.standin
    const place: Place = {
      ...{ring, endpoint, credentials: null, ca: null},
      ...{protection: 'software', destroyDays: 30},
    }
    box.open = await openKeyRing(place, 'keyrite/test')
    box.service = await Service.open(place, 'somebody else')
  })
  afterAll(async () => {
    await box.open?.close()
    await box.service?.close()
    await box.standin?.stop()
  })

  for (const [quirk, {ready, act, code, says, makes = false}] of Object.entries(rows))
    testWith(
      'openssl',
      `is refused, with ${quirk}, and before anything is touched where that can be`,
      async () => {
        const ref = ready === undefined ? {key: 'none', version: '1'} : await enabled(open(), specOf(ready))
        await standin().ask({quirks: [quirk as Quirk]})
        try {
          const error: unknown = await act(open(), ref).then(
            () => 'done',
            (one: unknown) => one,
          )
          expect(error).toMatchObject({code, message: expect.stringMatching(says)})
          const made = (await standin().ask({})).filter(({operation}) => operation === 'createCryptoKey')
          expect(made.length > 0 && ready === undefined).toBe(makes)
        } finally {
          await standin().ask({quirks: []})
        }
      },
    )

  testWith(
    'openssl',
    'a key of an algorithm that keyrite has not is no key of its lists, and refused by its name',
    async () => {
      const signs = async (algorithm: string, id: string) => {
        await service().ask('make it', (kms) =>
          kms.createCryptoKey({
            parent: standin().ring,
            cryptoKeyId: id,
            cryptoKey: {purpose: 'ASYMMETRIC_SIGN', versionTemplate: {algorithm: algorithm as 'HMAC_SHA256'}},
          }),
        )
        const name = `${standin().ring}/cryptoKeys/${id}/cryptoKeyVersions/1`
        const [[half], [said]] = await Promise.all([
          service().ask('look', (kms) => kms.getPublicKey({name})),
          service().ask('sign', (kms) => kms.asymmetricSign({name, data: text})),
        ])
        return {half: createPublicKey(half.pem ?? ''), signature: Buffer.from(said.signature as Uint8Array)}
      }
      const raw = await signs('RSA_SIGN_RAW_PKCS1_2048', 'raw')
      expect(publicDecrypt(raw.half, raw.signature).toString()).toBe('text')
      const ref = {key: 'raw', version: '1'}
      expect((await all(open().store)).filter(({ref: {key}}) => key === 'raw')).toEqual([])
      expect(await open().store.describe(ref)).toBeUndefined()
      await expect(open().use.sign(ref, text)).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringMatching(/RSA_SIGN_RAW_PKCS1_2048/),
      })
      // T: a message instead of its digest.
      const pair = await signs('EC_SIGN_P384_SHA384', 'message')
      expect(verify('sha384', text, pair.half, pair.signature)).toBe(true)
      expect(
        await outcome(
          service().ask('get random bytes', (kms) =>
            kms.generateRandomBytes({location: 'nowhere', lengthBytes: 32, protectionLevel: 'HSM'}),
          ),
        ),
      ).toBe('PROVIDER_FAILED')
    },
  )
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
