/** What is transit's own: versions under two numbers, keys that others made exportable, and ciphertexts opened without it. */
import {
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  privateDecrypt,
  randomBytes,
  constants,
} from 'node:crypto'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {settingsFor} from '../../../src/providers/transit/states.ts'
import {availabilityIn, versionsOf, type Key} from '../../../src/providers/transit/keys.ts'
import {readName} from '../../../src/providers/transit/names.ts'
import {KeyriteError} from '../../../src/base/errors.ts'
import type {Availability, Provider, VersionRef} from '../../../src/providers/ports.ts'
import type {OpenBao} from '../../backends/openbao.ts'
import {testWhen} from '../../support/needs.ts'
import {all, enabled, intent, none, outcome, secretOf, specOf} from '../support.ts'
import {openAs, openbao, placeOf, startTransit} from './bao.ts'

describe('the settings for one version', () => {
  const name = readName(`k.es256.sign.${'0'.repeat(32)}`) ?? missing()
  const key = (over: Partial<Key>): Key => ({
    id: 'k',
    name,
    algorithm: 'ec-p256',
    lowest: 1,
    latest: 3,
    minDecryption: 1,
    minEncryption: 1,
    softDeleted: false,
    exportable: false,
    backupable: false,
    imported: false,
    shown: {},
    ...over,
  })

  test('leave every other version as it was, or are refused', () => {
    const counts = {ok: 0, refused: 0}
    for (const lowest of [1, 2])
      for (const latest of [2, 3, 4])
        for (let minDecryption = lowest; minDecryption <= latest; minDecryption++)
          for (let minEncryption = minDecryption; minEncryption <= latest; minEncryption++)
            for (const softDeleted of [true, false, null]) {
              const before = key({lowest, latest, minDecryption, minEncryption, softDeleted})
              for (const version of versionsOf(before))
                for (const wanted of ['enabled', 'historic', 'disabled', 'probe'] as const)
                  counts[same(before, version, wanted)]++
            }
    expect(counts.ok).toBeGreaterThan(100)
    expect(counts.refused).toBeGreaterThan(100)
  })

  function same(before: Key, version: number, wanted: Availability): 'ok' | 'refused' {
    try {
      const after = {...before, ...settingsFor(before, version, wanted)}
      expect(after.minDecryption).toBeGreaterThanOrEqual(before.lowest)
      expect(after.minEncryption).toBeGreaterThanOrEqual(after.minDecryption)
      expect(after.minEncryption).toBeLessThanOrEqual(before.latest)
      const newest = wanted === 'historic' && version === before.latest
      const target = newest || wanted === 'probe' ? 'enabled' : wanted
      for (const one of versionsOf(before))
        expect(availabilityIn(after, one)).toBe(one === version ? target : availabilityIn(before, one))
      return 'ok'
    } catch (error) {
      if (!(error instanceof KeyriteError)) throw error
      expect(error.code).toBe('UNSUPPORTED')
      return 'refused'
    }
  }

  test('say which version comes first, and that Vault cannot disable the newest', () => {
    expect(() => settingsFor(key({}), 3, 'disabled')).toThrow('the older versions first')
    expect(() => settingsFor(key({}), 2, 'historic')).toThrow('the older versions first')
    expect(() => settingsFor(key({minDecryption: 3, minEncryption: 3}), 1, 'enabled')).toThrow(
      'the newer versions first',
    )
    expect(() => settingsFor(key({latest: 1, softDeleted: null}), 1, 'disabled')).toThrow(
      'this server cannot disable the newest',
    )
  })
})

test.each([
  'payments',
  'payments.es256.sign',
  `payments.es256.sign.${'0'.repeat(31)}`,
  `payments.es256.sign.${'0'.repeat(32)}.x`,
  `payments.es256.decrypt.${'0'.repeat(32)}`,
  `payments.none.sign.${'0'.repeat(32)}`,
  `Payments.es256.sign.${'0'.repeat(32)}`,
  `payments.es256.sign.${'A'.repeat(32)}`,
])('a name that keyrite did not give is left alone: %s', (name) => {
  expect(readName(name)).toBeUndefined()
})

describe('transit', () => {
  const box: {bao?: OpenBao; open?: Provider} = {}
  const open = (): Provider => box.open ?? missing()
  const bao = (): OpenBao => box.bao ?? missing()
  beforeAll(async () => {
    if (!openbao.present) return
    box.bao = await startTransit()
    box.open = await openAs(placeOf(box.bao), box.bao.token)
  })
  afterAll(async () => {
    await box.open?.close()
    await box.bao?.stop()
  })

  testWhen(
    openbao,
    'an older version is deactivated, suspended and destroyed by itself, and the newer goes on',
    async () => {
      const {life, use, store} = open()
      const first = await enabled(open(), specOf('ec-p256'))
      const message = Buffer.from('from before')
      const signature = await use.sign(first, message)
      const second = await life.rotate(first.key, intent())
      expect(await life.setAvailability(first, 'historic')).toBe('historic')
      expect(await outcome(use.sign(first, message))).toBe('KEY_STATE')
      expect(await use.verify(first, message, signature)).toBe(true)
      expect(await life.setAvailability(first, 'disabled')).toBe('disabled')
      expect(await outcome(use.verify(first, message, signature))).toBe('KEY_STATE')
      expect(await store.describe(first)).toMatchObject({availability: 'disabled', createdAt: null})
      expect(await outcome(use.sign(second, message))).toBe('ok')
      expect(await life.setAvailability(first, 'enabled')).toBe('enabled')
      expect(await use.verify(first, message, signature)).toBe(true)
      expect(await outcome(life.scheduleDestruction(second, 0))).toBe('UNSUPPORTED')
      await life.scheduleDestruction(first, 0)
      expect(await store.describe(first)).toBeUndefined()
      expect(await outcome(use.verify(first, message, signature))).toBe('KEY_NOT_FOUND')
      expect(await outcome(use.sign(second, message))).toBe('ok')
    },
  )

  testWhen(
    openbao,
    'a whole key is disabled version by version, and comes back the newest first',
    async () => {
      const {life, use} = open()
      const first = await enabled(open(), specOf('aes-256'))
      const sealed = await use.encrypt(first, Buffer.from('old'), none)
      const second = await life.rotate(first.key, intent())
      expect(await outcome(life.setAvailability(second, 'disabled'))).toBe('UNSUPPORTED')
      await life.setAvailability(first, 'disabled')
      await life.setAvailability(second, 'disabled')
      expect(await outcome(use.encrypt(second, Buffer.from('x'), none))).toBe('KEY_STATE')
      expect(await outcome(life.setAvailability(first, 'historic'))).toBe('UNSUPPORTED')
      expect(await life.setAvailability(second, 'enabled')).toBe('enabled')
      expect(await outcome(use.decrypt(first, sealed, none))).toBe('KEY_STATE')
      expect(await life.setAvailability(first, 'historic')).toBe('historic')
      expect(await outcome(use.decrypt(first, sealed, none))).toBe('ok')
      expect(await outcome(use.encrypt(first, Buffer.from('x'), none))).toBe('KEY_STATE')
    },
  )

  testWhen(
    openbao,
    'the newest version cannot be kept from working forward, and that is what is answered',
    async () => {
      const {life, store} = open()
      const ref = await enabled(open(), specOf('ec-p256'))
      expect(await life.setAvailability(ref, 'historic')).toBe('enabled')
      expect((await store.describe(ref))?.availability).toBe('enabled')
    },
  )

  testWhen(
    openbao,
    'what it encrypts under a key that was brought, node:crypto opens in the same context',
    async () => {
      const {move, use} = open()
      const key = randomBytes(32)
      for (const purpose of ['encrypt', 'wrap'] as const) {
        const ref = await move.import(specOf('aes-256', {purpose}), secretOf(key), intent())
        const [plain, context] = [randomBytes(40), purpose === 'wrap' ? none : Buffer.from('invoice 7')]
        const sealed = Buffer.from(
          purpose === 'wrap' ? await use.wrap(ref, secretOf(plain)) : await use.encrypt(ref, plain, context),
        )
        const opened = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
          .setAAD(context)
          .setAuthTag(sealed.subarray(-16))
        expect(Buffer.concat([opened.update(sealed.subarray(12, -16)), opened.final()])).toEqual(plain)
      }
    },
  )

  testWhen(
    openbao,
    'a key that others made exportable is told as such, and leaves only under the key that is given',
    async () => {
      const {move, use, store, evidence} = open()
      const {publicKey, privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
      const under = publicKey.export({format: 'der', type: 'spki'})
      const made: readonly (readonly [string, string])[] = [
        ['rs256.sign', 'rsa-2048'],
        ['oaep-sha256.decrypt', 'rsa-2048'],
        ['es384.sign', 'ecdsa-p384'],
        ['eddsa.sign', 'ed25519'],
        ['ml-dsa-65.sign', 'mldsa-65'],
        ['a256gcm.wrap', 'aes256-gcm96'],
        ['hs256.mac', 'hmac'],
      ]
      for (const [at, [words, type]] of made.entries()) {
        const ref: VersionRef = {key: `others${at}.${words}.${intent()}`, version: '1'}
        const size = type === 'hmac' ? ['key_size=32'] : []
        await bao().bao('write', `transit/keys/${ref.key}`, `type=${type}`, 'exportable=true', ...size)
        expect((await evidence.protection(ref)).detail).toContain('may be exported')
        const blob = Buffer.from(await move.export(ref, under))
        const oaep = {key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256'}
        const transport = privateDecrypt(oaep, blob.subarray(0, 256))
        const kwp = createDecipheriv('id-aes256-wrap-pad', transport, Buffer.from('a65959a6', 'hex'))
        const material = Buffer.concat([kwp.update(blob.subarray(256)), kwp.final()])
        const spec = (await store.describe(ref))?.spec
        if (spec?.purpose === 'wrap' || spec?.purpose === 'mac') expect(material).toHaveLength(32)
        else {
          const half = createPublicKey(createPrivateKey({key: material, format: 'der', type: 'pkcs8'}))
          expect(half.export({format: 'der', type: 'spki'})).toEqual(Buffer.from(await use.publicKey(ref)))
        }
      }
    },
  )

  testWhen(openbao, 'keys that others named are described and used as far as keyrite has such', async () => {
    const {store, use, life} = open()
    const ref = {key: 'their_Signer', version: '1'}
    await bao().bao('write', `transit/keys/${ref.key}`, 'type=ecdsa-p256')
    await bao().bao('write', 'transit/keys/derived', 'type=aes256-gcm96', 'derived=true')
    expect(await store.describe(ref)).toMatchObject({
      spec: {label: 'their_Signer', algorithm: 'ec-p256', scheme: 'es256', purpose: 'sign'},
      intent: null,
      availability: 'enabled',
    })
    expect(await store.describe({key: 'derived', version: '1'})).toBeUndefined()
    const message = Buffer.from('theirs')
    expect(await use.verify(ref, message, await use.sign(ref, message))).toBe(true)
    expect(await life.setAvailability(ref, 'disabled')).toBe('disabled')
    expect(await outcome(use.sign(ref, message))).toBe('KEY_STATE')
    expect((await all(store)).some(({ref: {key}}) => key === ref.key)).toBe(true)
    for (const name of ['../sys', 'a/b', ''])
      expect(await store.describe({key: name, version: '1'})).toBeUndefined()
  })

  testWhen(
    openbao,
    'a long list comes in pages, whole, with what others made',
    async () => {
      const count = process.env['SLOW'] === '1' ? 1100 : 210
      const before = (await all(open().store)).length
      const names = Array.from({length: count}, (_, at) => `many${at}.a256gcm.encrypt.${intent()}`)
      names.push('foreign', 'foreign.key', 'zz')
      while (names.length > 0)
        await Promise.all(
          names.splice(0, 30).map(async (name) =>
            fetch(`${bao().url}/v1/transit/keys/${name}`, {
              method: 'POST',
              headers: {'x-vault-token': bao().token},
            }),
          ),
        )
      expect((await all(open().store)).length - before).toBe(count + 3)
      expect(await outcome(open().store.create(specOf('aes-256', {label: 'many207'}), intent()))).toBe(
        'KEY_EXISTS',
      )
    },
    120_000,
  )
})

function missing(): never {
  throw new Error('it is not there')
}
