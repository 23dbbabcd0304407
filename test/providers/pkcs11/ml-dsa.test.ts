/** ML-DSA by PKCS#11 3.2, on our stand-in in front of SoftHSM2: no maker's module that makes it was ever seen. */
import {createPublicKey, generateKeyPairSync, verify} from 'node:crypto'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {Secret} from '../../../src/base/secret.ts'
import {openHsm} from '../../../src/providers/pkcs11/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {testWhen} from '../../support/needs.ts'
import {described, enabled, intent, none, outcome, specOf} from '../support.ts'
import {quirkyHsm, standinNeed, type QuirkyHsm} from './standin.ts'

describe('a module that makes ML-DSA', () => {
  const box: {hsm?: QuirkyHsm; open?: Provider} = {}
  const hsm = (): QuirkyHsm => box.hsm ?? missing()
  const open = (): Provider => box.open ?? missing()
  beforeAll(async () => {
    if (!standinNeed.present) return
    box.hsm = quirkyHsm('mldsa')
    const place = {module: hsm().module, serial: hsm().serial, label: null}
    box.open = await openHsm(place, new Secret(Buffer.from(hsm().pin)))
  })
  afterAll(async () => {
    await box.open?.close()
    box.hsm?.remove()
  })

  testWhen(standinNeed, 'says so among what it can, with one scheme each', async () => {
    const {keys} = await open().evidence.capabilities()
    expect(keys.filter(({algorithm}) => algorithm.startsWith('ml-dsa'))).toEqual(
      ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'].map((one) => ({algorithm: one, schemes: [one]})),
    )
  })

  for (const algorithm of ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const)
    testWhen(
      standinNeed,
      `makes ${algorithm}, signs with it until it is disabled, and gives it to nobody`,
      async () => {
        const {use, life, evidence, move, store} = open()
        const ref = await enabled(open(), specOf(algorithm))
        expect(await described(store, ref)).toMatchObject({spec: {algorithm, scheme: algorithm}})
        expect(await evidence.protection(ref)).toMatchObject({evidence: 'verified'})
        const message = Buffer.from('a whole message, and no digest of it')
        const signature = await use.sign(ref, message)
        const half = Buffer.from(await use.publicKey(ref))
        const spki = createPublicKey({key: half, format: 'der', type: 'spki'})
        expect(spki.asymmetricKeyType).toBe(algorithm)
        expect(verify(null, message, spki, signature)).toBe(true)
        expect(verify(null, Buffer.from('another'), spki, signature)).toBe(false)
        expect(await use.verify(ref, message, signature)).toBe(true)
        expect(await use.verify(ref, Buffer.from('another'), signature)).toBe(false)
        expect(await use.verify(ref, message, signature.subarray(1))).toBe(false)
        expect(await outcome(use.encrypt(ref, message, none))).toBe('UNSUPPORTED')
        expect(await outcome(move.export(ref, under))).toBe('UNSUPPORTED')
        expect(await life.setAvailability(ref, 'disabled')).toBe('disabled')
        expect(await outcome(use.sign(ref, message))).toBe('KEY_STATE')
        expect(await life.setAvailability(ref, 'historic')).toBe('historic')
        expect(await use.verify(ref, message, signature)).toBe(true)
        expect(await outcome(use.sign(ref, message))).toBe('KEY_STATE')
        expect(await life.setAvailability(ref, 'enabled')).toBe('enabled')
        expect(verify(null, message, spki, await use.sign(ref, message))).toBe(true)
        const second = await life.rotate(ref.key, intent())
        expect(await described(store, second)).toMatchObject({spec: {algorithm}})
        expect(await outcome(life.scheduleDestruction(ref, 0))).toBe('ok')
        expect(await store.describe(ref)).toBeUndefined()
      },
    )

  testWhen(standinNeed, 'dies when it has made a pair: that is found, and it is made once', async () => {
    const made = intent()
    hsm().now('mldsa', 'die C_GenerateKeyPair 1')
    expect(await outcome(open().store.create(specOf('ml-dsa-65'), made))).not.toBe('ok')
    hsm().now('mldsa')
    expect(await open().store.find(made, [])).toMatchObject({kind: 'one'})
  })
})

const under = generateKeyPairSync('rsa', {modulusLength: 2048}).publicKey.export({
  format: 'der',
  type: 'spki',
})

function missing(): never {
  throw new Error('nothing is open')
}
