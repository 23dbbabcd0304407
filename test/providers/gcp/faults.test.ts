/** What goes wrong between here and Google: asked of the stand-in, which does it on purpose. */
import {randomBytes} from 'node:crypto'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {crc32c} from '../../../src/providers/gcp/crc32c.ts'
import {noTerms} from '../../../src/providers/schedule.ts'
import {fromDer} from '../../../src/providers/gcp/public.ts'
import {openKeyRing, type Place} from '../../../src/providers/gcp/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {all, described, enabled, intent, outcome, specOf} from '../support.ts'
import type {Fault} from '../../standins/google/world.ts'
import {startStandin, type Standin} from './standin.ts'

describe('trouble with Google Cloud KMS', () => {
  const box: {standin?: Standin; open?: Provider} = {}
  const standin = (): Standin => box.standin ?? missing()
  const open = (): Provider => box.open ?? missing()
  const place = (): Place => {
    const {ring, endpoint, credentials, ca} = standin()
    return {ring, endpoint, credentials, ca, protection: 'software', destroyDays: 30}
  }
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin()
    box.open = await openKeyRing(place(), 'keyrite/test')
  })
  afterAll(async () => {
    await box.open?.close()
    await box.standin?.stop()
  })
  const trouble = (method: string, fault: Fault, times = 1) =>
    standin().ask({faults: [{method, fault, times}]})

  testWith('openssl', 'a reply that is lost after a key was made: it is found, and made once', async () => {
    const made = intent()
    const spec = specOf('ec-p256')
    await trouble('createCryptoKey', 'cut')
    expect(await outcome(open().store.create(spec, made))).toBe('PROVIDER_UNREACHABLE')
    expect(await open().store.find(made, [])).toEqual({kind: 'one', ref: {key: spec.label, version: '1'}})
    expect(await outcome(open().store.create(spec, made))).toBe('KEY_EXISTS')
  })

  testWith(
    'openssl',
    'a reply that is lost after a rotation: the version is found, and made once',
    async () => {
      const first = await enabled(open(), specOf('aes-256'))
      const made = intent()
      await trouble('createCryptoKeyVersion', 'cut')
      expect(await outcome(open().life.rotate(first.key, made))).toBe('PROVIDER_UNREACHABLE')
      expect(await open().store.find(made, [first])).toEqual({kind: 'one', ref: {...first, version: '2'}})
      expect(await outcome(open().life.rotate(first.key, made))).toBe('KEY_EXISTS')
    },
  )

  testWith('openssl', 'a request that is lost before: nothing is found, and it can be done', async () => {
    const first = await enabled(open(), specOf('aes-256'))
    const made = intent()
    await trouble('createCryptoKeyVersion', 'unavailable')
    expect(await outcome(open().life.rotate(first.key, made))).toBe('PROVIDER_UNREACHABLE')
    expect(await open().store.find(made, [first])).toEqual({kind: 'none'})
    expect((await open().life.rotate(first.key, made)).version).toBe('2')
  })

  testWith('openssl', 'versions that others made beside ours: which is whose cannot be told', async () => {
    const first = await enabled(open(), specOf('aes-256'))
    const [theirs, made] = [intent(), intent()]
    await open().life.rotate(first.key, theirs)
    await open().life.rotate(first.key, made)
    expect(await open().store.find(made, [first])).toMatchObject({kind: 'ambiguous'})
    expect(await open().store.find(made, [first, {...first, version: '2'}])).toMatchObject({kind: 'one'})
  })

  testWith('openssl', 'a yes that is none: what is said is what is', async () => {
    const ref = await enabled(open(), specOf('hmac-sha256'))
    await trouble('updateCryptoKeyVersion', 'lie')
    await expect(open().life.setAvailability(ref, 'disabled')).rejects.toMatchObject({
      ...{code: 'PROVIDER_FAILED', changed: true},
      message: `cannot make key "${ref.key}" disabled: Google said yes, and version ${ref.version} is still enabled`,
    })
    expect((await described(open().store, ref)).availability).toBe('enabled')
    await trouble('destroyCryptoKeyVersion', 'lie')
    expect(await outcome(open().life.scheduleDestruction(ref, 30))).toBe('PROVIDER_FAILED')
    expect((await described(open().store, ref)).availability).toBe('enabled')
  })

  testWith(
    'openssl',
    'a disable that lags: uses still succeed for a while, as the service says they may',
    async () => {
      const ref = await enabled(open(), specOf('hmac-sha256'))
      await standin().ask({disableLag: 2})
      expect(await open().life.setAvailability(ref, 'disabled')).toBe('disabled')
      const tries: string[] = []
      for (let n = 0; n < 4; n++) tries.push(await outcome(open().use.mac(ref, Buffer.from('x'))))
      await standin().ask({disableLag: 0})
      expect(tries).toEqual(['ok', 'ok', 'KEY_STATE', 'KEY_STATE'])
    },
  )

  testWith(
    'openssl',
    'a quota that is used up is waited for where nothing is changed, and said where something is',
    async () => {
      await trouble('getCryptoKey', 'throttle', 2)
      const ref = await enabled(open(), specOf('hmac-sha256'))
      expect((await described(open().store, ref)).availability).toBe('enabled')
      const count = (await all(open().store)).length
      await trouble('createCryptoKey', 'throttle')
      expect(await outcome(open().store.create(specOf('hmac-sha256'), intent()))).toBe('PROVIDER_FAILED')
      expect(await all(open().store)).toHaveLength(count)
    },
  )

  testWith(
    'openssl',
    'credentials that are refused, and permissions that are missing, are said as such',
    async () => {
      const ref = await enabled(open(), specOf('hmac-sha256'))
      await trouble('macSign', 'unauthenticated')
      expect(await outcome(open().use.mac(ref, Buffer.from('x')))).toBe('CREDENTIALS_REFUSED')
      await standin().ask({denied: ['cloudkms.cryptoKeyVersions.useToSign']})
      expect(await outcome(open().use.mac(ref, Buffer.from('x')))).toBe('CREDENTIALS_REFUSED')
      await standin().ask({denied: []})
      expect(await outcome(open().use.mac(ref, Buffer.from('x')))).toBe('ok')
    },
  )

  testWith(
    'openssl',
    'what mends a refusal is named: credentials of each kind, and what broke there is asked for again',
    async () => {
      const create = () =>
        open()
          .store.create(specOf('hmac-sha256'), intent())
          .catch((error: unknown) => error)
      await trouble('createCryptoKey', 'unauthenticated')
      expect(await create()).toMatchObject({
        code: 'CREDENTIALS_REFUSED',
        hints: [
          'gcloud auth application-default login',
          expect.stringMatching(/key file.*keyrite profile show PROFILE$/),
        ],
      })
      await trouble('createCryptoKey', 'internal')
      expect(await create()).toMatchObject({
        ...{code: 'PROVIDER_FAILED', hints: ['the same command again: it asks what was done']},
        message: expect.stringMatching(/: Google failed at it, Internal error encountered\.$/),
      })
      await trouble('getKeyRing', 'unauthenticated', 9)
      const lines = await open().evidence.check()
      await standin().ask({faults: []})
      expect(lines.find(({ok}) => !ok)?.fix).toContain(place().credentials)
    },
  )

  testWith(
    'openssl',
    'a schedule that is not set for certain is not called set, and the same again ends it',
    async () => {
      const {key} = await enabled(open(), specOf('aes-256'))
      const {schedule} = open()
      const set = () => schedule?.set(key, {...noTerms, everyDays: 90})
      for (const [fault, code] of [
        ['throttle', 'PROVIDER_FAILED'],
        ['unavailable', 'PROVIDER_UNREACHABLE'],
        ['cut', 'PROVIDER_UNREACHABLE'],
        ['unauthenticated', 'CREDENTIALS_REFUSED'],
      ] as const) {
        await trouble('updateCryptoKey', fault)
        expect([fault, await outcome(async () => set())]).toEqual([fault, code])
      }
      await schedule?.set(key, noTerms)
      await trouble('updateCryptoKey', 'lie')
      expect(await set()).toMatchObject({everyDays: null})
      expect(await set()).toMatchObject({everyDays: 90})
      expect(await schedule?.set(key, noTerms)).toMatchObject({everyDays: null, next: null})
    },
  )

  testWith('openssl', 'a schedule whose setting loses the labels of a key is not called set', async () => {
    const {key} = await enabled(open(), specOf('aes-256'))
    await standin().ask({quirks: ['ignores-masks']})
    const said = await open()
      .schedule?.set(key, {...noTerms, everyDays: 90})
      .catch((error: unknown) => error)
    await standin().ask({quirks: []})
    expect(said).toMatchObject({
      code: 'PROVIDER_FAILED',
      message: expect.stringMatching(/is gone, by which keyrite finds it/),
    })
  })

  testWith('openssl', 'a pair that takes its time is waited for', async () => {
    await standin().ask({generation: 1500})
    const ref = await open().store.create(specOf('ec-p256'), intent())
    expect((await described(open().store, ref)).availability).toBe('enabled')
    await standin().ask({generation: 0})
  })

  testWith('openssl', 'long lists come whole', async () => {
    const before = (await all(open().store)).length
    const keys = Array.from({length: 30}, () => specOf('hmac-sha256'))
    for (const spec of keys) await open().store.create(spec, intent())
    const found = await all(open().store)
    expect(found).toHaveLength(before + 30)
    expect(new Set(found.map(({ref}) => `${ref.key}/${ref.version}`)).size).toBe(before + 30)
  })

  testWith('openssl', 'is told who asks, and when it is only to prove that a key works', async () => {
    const ref = await enabled(open(), specOf('ec-p256'))
    const why = intent()
    await standin().ask({})
    await open().use.sign(ref, Buffer.from('a real one'))
    await open().probing?.(why).use.sign(ref, Buffer.from('a probe'))
    const signs = (await standin().ask({})).filter(({operation}) => operation === 'asymmetricSign')
    expect(signs.at(0)?.userAgent).toMatch(/keyrite\/test/)
    expect(signs.at(0)?.userAgent).not.toContain('probe')
    expect(signs.at(-1)?.userAgent).toContain(`keyrite/test probe ${why}`)
  })

  testWith(
    'openssl',
    'is waited for no longer than was said, and asked again by the same command',
    async () => {
      const hasty = await openKeyRing(place(), 'keyrite/test', 1000)
      try {
        const ref = await enabled(open(), specOf('ec-p256'))
        await standin().ask({
          faults: [{method: 'asymmetricSign', fault: 'late', times: 1, milliseconds: 5000}],
        })
        const began = performance.now()
        expect(await outcome(hasty.use.sign(ref, Buffer.from('x')))).toBe('PROVIDER_UNREACHABLE')
        expect(performance.now() - began).toBeLessThan(4500)
        expect(await outcome(hasty.use.sign(ref, Buffer.from('x')))).toBe('ok')
      } finally {
        await hasty.close()
      }
    },
  )
})

describe('what goes over the line to Google', () => {
  // RFC 3720, appendix B.4.
  test.each([
    ['00'.repeat(32), 0x8a_91_36_aa],
    ['ff'.repeat(32), 0x62_a8_ab_43],
    [Buffer.from(Array.from({length: 32}, (_, at) => at)).toString('hex'), 0x46_dd_79_4e],
    [Buffer.from(Array.from({length: 32}, (_, at) => 31 - at)).toString('hex'), 0x11_3f_db_5c],
  ])('CRC-32C of %s is the published one', (hex, sum) => {
    expect(crc32c(Buffer.from(hex, 'hex'))).toBe(sum)
  })

  test('a signature that is not of its form is refused, and never taken for another', () => {
    for (let n = 0; n < 500; n++) {
      const bytes = randomBytes(n % 80)
      try {
        expect(fromDer(bytes, 'es256')).toHaveLength(64)
      } catch (error) {
        expect(error).toMatchObject({code: 'PROVIDER_FAILED'})
      }
    }
    expect(fromDer(Buffer.from('3006020101020102', 'hex'), 'es256').toString('hex')).toBe(
      `${'00'.repeat(31)}01${'00'.repeat(31)}02`,
    )
  })
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
