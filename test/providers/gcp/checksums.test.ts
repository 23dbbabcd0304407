/** Every use of a key, with each thing that can go wrong with what passes: once it is asked again, three times it is refused, and never is an answer taken for another. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openKeyRing, type Place} from '../../../src/providers/gcp/index.ts'
import type {Provider, VersionRef} from '../../../src/providers/ports.ts'
import type {Fault} from '../../standins/google/world.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {bytesOf, enabled, none, outcome, secretOf, specOf} from '../support.ts'
import {startStandin, type Standin} from './standin.ts'

const text = Buffer.from('text')

describe('what passes between here and Google', () => {
  const box: {standin?: Standin; open?: Provider; raw?: Provider} = {}
  const standin = (): Standin => box.standin ?? missing()
  const open = (): Provider => box.open ?? missing()
  const raw = (): Provider => box.raw ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin()
    const {ring, endpoint, credentials, ca} = box.standin
    const place: Place = {ring, endpoint, credentials, ca, protection: 'software', destroyDays: 30}
    box.open = await openKeyRing(place, 'keyrite/test')
    box.raw = await openKeyRing({...place, rawAes: true}, 'keyrite/test')
  })
  afterAll(async () => {
    await box.open?.close()
    await box.raw?.close()
    await box.standin?.stop()
  })

  type Use = (ref: VersionRef, made: Uint8Array) => Promise<unknown>
  interface Row {
    readonly algorithm: Parameters<typeof specOf>[0]
    readonly purpose?: 'decrypt' | 'wrap' | 'encrypt'
    readonly method: string
    readonly faults: readonly Fault[]
    readonly from: () => Provider
    /** What is there before. */
    readonly make?: (ref: VersionRef) => Promise<Uint8Array>
    readonly use: Use
    readonly gives?: unknown
  }
  const every = ['damaged', 'unverified', 'misnamed'] as const
  const opened = async (secret: ReturnType<Provider['use']['decrypt']>) => bytesOf(await secret).toString()
  const rows: Readonly<Record<string, Row>> = {
    'sign a digest': {
      ...{algorithm: 'ec-p256', method: 'asymmetricSign', faults: every, from: open},
      use: async (ref) => open().use.verify(ref, text, await open().use.sign(ref, text)),
      gives: true,
    },
    'sign the data': {
      ...{algorithm: 'ed25519', method: 'asymmetricSign', faults: every, from: open},
      use: async (ref) => open().use.verify(ref, text, await open().use.sign(ref, text)),
      gives: true,
    },
    'sign with ML-DSA': {
      ...{algorithm: 'ml-dsa-44', method: 'asymmetricSign', faults: every, from: open},
      use: async (ref) => (await open().use.sign(ref, text)).length,
      gives: 2420,
    },
    'give a public half': {
      ...{algorithm: 'rsa-2048', method: 'getPublicKey', faults: ['damaged', 'misnamed'], from: open},
      use: async (ref) => (await open().use.publicKey(ref)).length,
      gives: 294,
    },
    'give a public half of ML-DSA': {
      ...{algorithm: 'ml-dsa-65', method: 'getPublicKey', faults: ['damaged', 'misnamed'], from: open},
      use: async (ref) => (await open().use.publicKey(ref)).length,
      gives: 1974,
    },
    mac: {
      ...{algorithm: 'hmac-sha256', method: 'macSign', faults: every, from: open},
      use: async (ref) => (await open().use.mac(ref, text)).length,
      gives: 32,
    },
    'verify a mac': {
      ...{algorithm: 'hmac-sha256', method: 'macVerify', faults: ['unverified', 'misnamed'], from: open},
      make: async (ref) => open().use.mac(ref, text),
      use: async (ref, mac) => open().use.verify(ref, text, mac),
      gives: true,
    },
    encrypt: {
      ...{algorithm: 'aes-256', method: 'encrypt', faults: every, from: open},
      use: async (ref) =>
        opened(
          open().use.decrypt(ref, await open().use.encrypt(ref, text, Buffer.from('x')), Buffer.from('x')),
        ),
      gives: 'text',
    },
    decrypt: {
      ...{algorithm: 'aes-256', method: 'decrypt', faults: ['damaged'], from: open},
      make: async (ref) => open().use.encrypt(ref, text, none),
      use: async (ref, sealed) => opened(open().use.decrypt(ref, sealed, none)),
      gives: 'text',
    },
    wrap: {
      ...{algorithm: 'aes-256', purpose: 'wrap', method: 'encrypt', faults: every, from: open},
      use: async (ref) => opened(open().use.unwrap(ref, await open().use.wrap(ref, secretOf(text)))),
      gives: 'text',
    },
    unwrap: {
      ...{algorithm: 'aes-256', purpose: 'wrap', method: 'decrypt', faults: ['damaged'], from: open},
      make: async (ref) => open().use.wrap(ref, secretOf(text)),
      use: async (ref, wrapped) => opened(open().use.unwrap(ref, wrapped)),
      gives: 'text',
    },
    'unwrap with a pair': {
      ...{algorithm: 'rsa-2048', purpose: 'wrap', method: 'asymmetricDecrypt', from: open},
      faults: ['damaged', 'unverified'],
      make: async (ref) => open().use.wrap(ref, secretOf(text)),
      use: async (ref, wrapped) => opened(open().use.unwrap(ref, wrapped)),
      gives: 'text',
    },
    'encrypt as anybody would': {
      ...{algorithm: 'aes-256', method: 'rawEncrypt', faults: every, from: raw},
      use: async (ref) => opened(raw().use.decrypt(ref, await raw().use.encrypt(ref, text, none), none)),
      gives: 'text',
    },
    'decrypt as anybody would': {
      ...{algorithm: 'aes-256', method: 'rawDecrypt', faults: ['damaged', 'unverified'], from: raw},
      make: async (ref) => raw().use.encrypt(ref, text, none),
      use: async (ref, sealed) => opened(raw().use.decrypt(ref, sealed, none)),
      gives: 'text',
    },
  }

  for (const [name, row] of Object.entries(rows))
    testWith('openssl', `to ${name}: asked again, and refused when it stays so`, async () => {
      const {algorithm, purpose, method, faults, from, make, use, gives} = row
      const scheme = algorithm === 'rsa-2048' && purpose === 'wrap' ? ({scheme: 'oaep-sha256'} as const) : {}
      const ref = await enabled(
        from(),
        specOf(algorithm, {...scheme, ...(purpose === undefined ? {} : {purpose})}),
      )
      const made = (await make?.(ref)) ?? none
      for (const fault of faults) {
        await standin().ask({faults: [{method, fault, times: 2}]})
        expect([fault, await use(ref, made)]).toEqual([fault, gives])
        await standin().ask({faults: [{method, fault, times: 3}]})
        expect([fault, await outcome(async () => use(ref, made))]).toEqual([fault, 'PROVIDER_FAILED'])
      }
      await standin().ask({faults: []})
    })

  testWith('openssl', 'to get random bytes: asked again, and refused when it stays so', async () => {
    await standin().ask({faults: [{method: 'generateRandomBytes', fault: 'damaged', times: 2}]})
    const {random} = open()
    expect((await random?.(32))?.use((bytes) => bytes.length)).toBe(32)
    await standin().ask({faults: [{method: 'generateRandomBytes', fault: 'damaged', times: 3}]})
    expect(await outcome(async () => random?.(32))).toBe('PROVIDER_FAILED')
  })

  testWith(
    'openssl',
    'bears checksums, or is refused: only an emulator on this machine may do without',
    async () => {
      const ref = await enabled(open(), specOf('hmac-sha256'))
      await standin().ask({quirks: ['no-checksums']})
      await expect(open().use.mac(ref, text)).rejects.toMatchObject({
        code: 'PROVIDER_FAILED',
        message: expect.stringMatching(/without the checksums that Google gives/),
      })
      await standin().ask({quirks: []})
    },
  )
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
