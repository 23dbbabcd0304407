import {createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {algorithms, isPair} from '../../../src/providers/algorithms.ts'
import type {Algorithm} from '../../../src/providers/algorithms.ts'
import type {Bench, Expected} from '../contract.ts'
import {
  all,
  bytesOf,
  described,
  enabled,
  flipped,
  intent,
  labelled,
  none,
  outcome,
  secretOf,
  specOf,
  usual,
} from '../support.ts'

/** Material as an outsider would bring it. RSA is made once a size. */
function outsideKey(algorithm: Algorithm): Buffer {
  const curves: Partial<Record<Algorithm, string>> = {
    'ec-p256': 'P-256',
    'ec-p384': 'P-384',
    'ec-p521': 'P-521',
  }
  const namedCurve = curves[algorithm]
  if (!isPair(algorithm)) return randomBytes(32)
  const {privateKey} =
    namedCurve !== undefined
      ? generateKeyPairSync('ec', {namedCurve})
      : algorithm.startsWith('rsa-')
        ? generateKeyPairSync('rsa', {modulusLength: Number(algorithm.slice(4))})
        : generateKeyPairSync(algorithm as 'ed25519')
  return privateKey.export({format: 'der', type: 'pkcs8'})
}

export function moveContract({refuses}: Expected, bench: () => Bench): void {
  const has = algorithms.filter((one) => !refuses.includes(one) && one !== 'rsa-4096')

  const {signer, secret} = usual(refuses)

  describe('moving keys', () => {
    if (refuses.includes('import'))
      test('import is refused', async () => {
        const {move} = bench().open
        expect(await outcome(move.import(specOf(secret), secretOf(randomBytes(32)), intent()))).toBe(
          'UNSUPPORTED',
        )
      })
    else {
      test('every algorithm is taken in, and the public half is the one it had outside', async () => {
        const {move, store, use} = bench().open
        for (const algorithm of has) {
          if (refuses.includes(`import ${algorithm}`)) {
            const refused = move.import(specOf(algorithm), secretOf(outsideKey(algorithm)), intent())
            expect(await outcome(refused)).toBe('UNSUPPORTED')
            continue
          }
          const material = outsideKey(algorithm)
          const [spec, made] = [specOf(algorithm), intent()]
          const ref = await move.import(spec, secretOf(material), made)
          expect((await described(store, ref)).spec).toEqual(spec)
          expect(await store.find(made, [])).toEqual({kind: 'one', ref})
          if (!isPair(algorithm)) continue
          const outside = createPublicKey(createPrivateKey({key: material, format: 'der', type: 'pkcs8'}))
          expect(Buffer.from(await use.publicKey(ref))).toEqual(outside.export({format: 'der', type: 'spki'}))
        }
      })

      test('material of another algorithm, size or curve is refused, and nothing is kept', async () => {
        const {move, store} = bench().open
        const count = (await all(store)).length
        const material = new Map(has.map((algorithm) => [algorithm, outsideKey(algorithm)]))
        for (const claimed of has.filter(isPair))
          for (const [real, bytes] of material)
            if (real !== claimed)
              expect(await outcome(move.import(specOf(claimed), secretOf(bytes), intent()))).toBe(
                'UNSUPPORTED',
              )
        for (const length of [0, 16, 31, 33, 65])
          for (const claimed of (['aes-256', 'hmac-sha256'] as const).filter((one) => has.includes(one)))
            if (claimed === 'aes-256' || length !== 33)
              expect(
                await outcome(move.import(specOf(claimed), secretOf(randomBytes(length)), intent())),
              ).toBe('UNSUPPORTED')
        expect(await all(store)).toHaveLength(count)
      })

      test('halves that do not belong together are refused', async () => {
        const {move} = bench().open
        const material = outsideKey('ec-p256') // PKCS#8 of an EC key ends with the public point: put another there
        const foreign = Buffer.concat([material.subarray(0, -65), outsideKey('ec-p256').subarray(-65)])
        expect(await outcome(move.import(specOf('ec-p256'), secretOf(foreign), intent()))).toBe('UNSUPPORTED')
        for (const at of [0, 10, 30, 100])
          expect(
            await outcome(move.import(specOf('ec-p256'), secretOf(flipped(material, at)), intent())),
          ).toBe('UNSUPPORTED')
      })

      test('a name or an intent that was used is refused for imports too', async () => {
        const {move, store} = bench().open
        const [spec, made] = [specOf(secret), intent()]
        await store.create(spec, made)
        const material = randomBytes(32)
        expect(await outcome(move.import(spec, secretOf(material), intent()))).toBe('KEY_EXISTS')
        expect(await outcome(move.import(specOf(secret), secretOf(material), made))).toBe('KEY_EXISTS')
      })
    }

    if (refuses.includes('export'))
      test('no key is exported, whatever its state', async () => {
        const {move} = bench().open
        const {publicKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
        const under = publicKey.export({format: 'der', type: 'spki'})
        for (const algorithm of new Set([signer, secret, ...has.filter((one) => one === 'hmac-sha256')]))
          expect(await outcome(move.export(await enabled(bench().open, specOf(algorithm)), under))).toBe(
            'UNSUPPORTED',
          )
        expect(await outcome(move.export({key: 'nowhere', version: '1'}, under))).toBe('KEY_NOT_FOUND')
      })

    if (!refuses.includes('backup')) {
      test('a backup brings every key into an empty place, and into no other', async () => {
        const {open} = bench()
        const ref = await enabled(open, specOf(secret))
        const ciphertext = await open.use.encrypt(ref, Buffer.from('before'), none)
        const backup = await open.move.backup()
        const before = await all(open.store)
        const other = await bench().empty()
        try {
          await other.move.restore(backup)
          const sorted = (list: typeof before) =>
            list
              .map(({ref: {key, version}, spec}) => [key, version, JSON.stringify(spec)].join(' '))
              .toSorted()
          expect(sorted(await all(other.store))).toEqual(sorted(before))
          await other.life.setAvailability(ref, 'enabled')
          expect(bytesOf(await other.use.decrypt(ref, ciphertext, none)).toString()).toBe('before')
          expect(await outcome(other.move.restore(backup))).toBe('EXISTS')
        } finally {
          await other.close()
        }
        expect(await outcome(open.move.restore(backup))).toBe('EXISTS')
        expect(await outcome(open.use.encrypt(ref, labelled('still here'), none))).toBe('ok')
      })
    } else
      test('no backup is made, and none is taken', async () => {
        const {move, store} = bench().open
        const before = (await all(store)).length
        expect(await outcome(move.backup())).toBe('UNSUPPORTED')
        expect(await outcome(move.restore(none))).toBe('UNSUPPORTED')
        expect(await all(store)).toHaveLength(before)
      })
  })
}
