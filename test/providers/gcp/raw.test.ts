/** Raw AES and random bytes at Google, and what is damaged on the way to and from it. */
import {createCipheriv, createDecipheriv, randomBytes} from 'node:crypto'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openKeyRing} from '../../../src/providers/gcp/index.ts'
import {placeFrom} from '../../../src/providers/gcp/place.ts'
import {Service} from '../../../src/providers/gcp/service.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {bytesOf, described, enabled, flipped, intent, none, outcome, secretOf, specOf} from '../support.ts'
import type {Fault} from '../../standins/google/world.ts'
import {startStandin, type Standin} from './standin.ts'

describe('with raw AES at Google', () => {
  const box: {standin?: Standin; open?: Provider; google?: Service} = {}
  const open = (): Provider => box.open ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin()
    const {ring, endpoint, credentials, ca} = box.standin
    const settings = {'key-ring': ring, endpoint, 'credentials-file': credentials, 'ca-file': ca}
    const place = placeFrom({
      ...settings,
      protection: 'software',
      'raw-aes': 'true',
      labels: 'team=payments,env=test',
    })
    box.open = await openKeyRing(place, 'keyrite/test')
    box.google = await Service.open(place, 'somebody/1')
  })
  afterAll(async () => {
    await box.google?.close()
    await box.open?.close()
    await box.standin?.stop()
  })
  const trouble = (method: string, fault: Fault, times = 1) =>
    box.standin?.ask({faults: [{method, fault, times}]})
  const context = Buffer.from('invoice 7')

  testWith(
    'openssl',
    'whoever has the key reads what was encrypted, and writes what it decrypts',
    async () => {
      const key = randomBytes(32)
      const ref = await open().move.import(specOf('aes-256'), secretOf(key), intent())
      const plaintext = randomBytes(99)
      const sealed = Buffer.from(await open().use.encrypt(ref, plaintext, context))
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), {authTagLength: 16})
      decipher.setAAD(context).setAuthTag(sealed.subarray(-16))
      expect(Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])).toEqual(plaintext)
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context)
      const ours = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
      expect(bytesOf(await open().use.decrypt(ref, ours, context))).toEqual(plaintext)
    },
  )

  testWith(
    'openssl',
    'each version decrypts its own and nothing that was touched, and a new one is not made primary',
    async () => {
      const ref = await enabled(open(), specOf('aes-256', {purpose: 'wrap'}))
      const next = await open().life.rotate(ref.key, intent())
      await open().life.setPrimary?.(next)
      const wrapped = await open().use.wrap(ref, secretOf('a key to keep'))
      expect(bytesOf(await open().use.unwrap(ref, wrapped)).toString()).toBe('a key to keep')
      expect(await outcome(open().use.unwrap(next, wrapped))).toBe('PROVIDER_FAILED')
      for (const at of [0, 12, wrapped.length - 1])
        expect(await outcome(open().use.unwrap(ref, flipped(wrapped, at)))).toBe('PROVIDER_FAILED')
      for (const length of [0, 12, 27])
        expect(await outcome(open().use.unwrap(ref, wrapped.slice(0, length)))).toBe('PROVIDER_FAILED')
      expect((await described(open().store, next)).spec).toMatchObject({
        algorithm: 'aes-256',
        scheme: 'a256gcm',
        purpose: 'wrap',
      })
      await open().life.setAvailability(ref, 'disabled')
      expect(await outcome(open().use.unwrap(ref, wrapped))).toBe('KEY_STATE')
      const [key] =
        (await box.google?.askPlainly((kms) =>
          kms.getCryptoKey({name: `${box.standin?.ring ?? ''}/cryptoKeys/${ref.key}`}),
        )) ?? missing()
      expect(key).toMatchObject({
        purpose: 'RAW_ENCRYPT_DECRYPT',
        labels: {team: 'payments', env: 'test'},
        primary: null,
      })
      expect(await outcome(open().schedule?.read(ref.key) ?? Promise.resolve())).toBe('UNSUPPORTED')
    },
  )

  testWith('openssl', 'random bytes are as many as were asked for, and never the same', async () => {
    for (const count of [1, 7, 8, 32, 1024, 1025, 3000]) {
      const [one, other] = [await open().random?.(count), await open().random?.(count)]
      expect(one === undefined ? none : bytesOf(one)).toHaveLength(count)
      if (count >= 8) expect(bytesOf(one ?? secretOf('')).equals(bytesOf(other ?? secretOf('')))).toBe(false)
    }
    await box.standin?.ask({denied: ['cloudkms.locations.generateRandomBytes']})
    expect(await outcome(open().random?.(8) ?? Promise.resolve())).toBe('CREDENTIALS_REFUSED')
    await box.standin?.ask({denied: []})
  })

  testWith(
    'openssl',
    'what is damaged on the way is asked for again, and refused when it stays so',
    async () => {
      const {use} = open()
      const [aes, mac, pair] = [
        await enabled(open(), specOf('aes-256')),
        await enabled(open(), specOf('hmac-sha256')),
        await enabled(open(), specOf('ec-p256')),
      ]
      const message = Buffer.from('message')
      const sealed = await use.encrypt(aes, message, context)
      const acts: readonly [string, Fault, () => Promise<unknown>][] = [
        ['rawEncrypt', 'damaged', () => use.encrypt(aes, message, context)],
        ['rawEncrypt', 'unverified', () => use.encrypt(aes, message, context)],
        ['rawDecrypt', 'damaged', () => use.decrypt(aes, sealed, context)],
        ['rawDecrypt', 'unverified', () => use.decrypt(aes, sealed, context)],
        ['generateRandomBytes', 'damaged', () => open().random?.(32) ?? missing()],
        ['macSign', 'damaged', () => use.mac(mac, message)],
        ['macSign', 'unverified', () => use.mac(mac, message)],
        ['asymmetricSign', 'damaged', () => use.sign(pair, message)],
        ['asymmetricSign', 'unverified', () => use.sign(pair, message)],
      ]
      for (const [method, fault, act] of acts) {
        await trouble(method, fault, 2)
        expect([method, fault, await outcome(act())]).toEqual([method, fault, 'ok'])
        await trouble(method, fault, 3)
        expect([method, fault, await outcome(act())]).toEqual([method, fault, 'PROVIDER_FAILED'])
      }
    },
  )

  testWith(
    'openssl',
    'a quota, a break or a late answer is waited for, since nothing is changed',
    async () => {
      const ref = await enabled(open(), specOf('aes-256'))
      const sealed = await open().use.encrypt(ref, Buffer.from('x'), context)
      for (const fault of ['throttle', 'unavailable'] as const)
        for (const [method, act] of [
          ['rawEncrypt', () => open().use.encrypt(ref, Buffer.from('x'), context)],
          ['rawDecrypt', () => open().use.decrypt(ref, sealed, context)],
          ['generateRandomBytes', () => open().random?.(16) ?? missing()],
        ] as const) {
          await trouble(method, fault)
          expect([method, fault, await outcome(act)]).toEqual([method, fault, 'ok'])
        }
    },
  )

  testWith('openssl', 'labels that cannot be are refused before anything is asked', async () => {
    const ring = {'key-ring': 'projects/p/locations/l/keyRings/r'}
    for (const labels of ['Team=x', 'team', 'team=X', 'keyrite-intent=1', 'a=1,a=2', 'a=1,'])
      expect([labels, await outcome(async () => Promise.resolve(placeFrom({...ring, labels})))]).toEqual([
        labels,
        'USAGE',
      ])
    expect(placeFrom({...ring, labels: 'a=1,b='}).labels).toEqual({a: '1', b: ''})
  })
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
