import {
  constants,
  createDecipheriv,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  verify,
} from 'node:crypto'
import {privateDecrypt} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {algorithms, purposesOf, schemesOf} from '../../../src/providers/algorithms.ts'
import type {Algorithm, Scheme} from '../../../src/providers/algorithms.ts'
import type {Bench, Expected} from '../contract.ts'
import {
  bytesOf,
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

const types: Readonly<Record<string, readonly [string, number | string | undefined]>> = {
  'rsa-2048': ['rsa', 2048],
  'rsa-3072': ['rsa', 3072],
  'rsa-4096': ['rsa', 4096],
  'ec-p256': ['ec', 'prime256v1'],
  'ec-p384': ['ec', 'secp384r1'],
  'ec-p521': ['ec', 'secp521r1'],
}
const sizes: Readonly<Record<string, number>> = {
  ...{'rsa-2048': 256, 'rsa-3072': 384, 'rsa-4096': 512, 'ec-p256': 64, 'ec-p384': 96, 'ec-p521': 132},
  ...{ed25519: 64, 'ml-dsa-44': 2420, 'ml-dsa-65': 3309, 'ml-dsa-87': 4627},
}

/** As a stranger would, with the public half alone. */
function strangerVerifies(spki: Uint8Array, scheme: Scheme, message: Buffer, signature: Uint8Array): boolean {
  const key = createPublicKey({key: Buffer.from(spki), format: 'der', type: 'spki'})
  const bits = scheme.slice(2)
  if (scheme.startsWith('rs')) return verify(`sha${bits}`, message, key, signature)
  if (scheme.startsWith('ps')) {
    const padding = constants.RSA_PKCS1_PSS_PADDING
    return verify(`sha${bits}`, message, {key, padding, saltLength: Number(bits) / 8}, signature)
  }
  if (scheme.startsWith('es'))
    return verify(`sha${bits}`, message, {key, dsaEncoding: 'ieee-p1363'}, signature)
  return verify(null, message, key, signature)
}

const oaep = {padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256'}

export function useContract(
  {refuses, decipher, macKey = 48, quirks = []}: Expected,
  bench: () => Bench,
): void {
  // Every scheme on one size of RSA, and every algorithm with its first: RSA-4096 takes a second to make.
  const signers = algorithms.flatMap((algorithm): [Algorithm, Scheme][] => {
    const all: readonly Scheme[] = schemesOf[algorithm]
    const signing = all.filter((scheme) => purposesOf(scheme).includes('sign'))
    return (algorithm === 'rsa-2048' ? signing : signing.slice(0, 1)).map((scheme) => [algorithm, scheme])
  })

  const {signer} = usual(refuses)

  describe('using keys', () => {
    const missing = signers.filter(([algorithm, scheme]) => refuses.includes(`${algorithm} ${scheme}`))
    if (missing.length > 0)
      test(`what it does not sign with is refused: ${missing.map((one) => one.join(' ')).join(', ')}`, async () => {
        const {store} = bench().open
        for (const [algorithm, scheme] of missing)
          expect(await outcome(store.create(specOf(algorithm, {scheme}), intent()))).toBe('UNSUPPORTED')
      })

    test.each(
      signers.filter(
        ([algorithm, scheme]) => !refuses.includes(algorithm) && !refuses.includes(`${algorithm} ${scheme}`),
      ),
    )('%s signs with %s, and a stranger verifies it with the public half', async (algorithm, scheme) => {
      const {use} = bench().open
      const ref = await enabled(bench().open, specOf(algorithm, {scheme}))
      const message = randomBytes(1000)
      const [signature, spki] = [await use.sign(ref, message), await use.publicKey(ref)]
      const key = createPublicKey({key: Buffer.from(spki), format: 'der', type: 'spki'})
      const [type, detail] = types[algorithm] ?? [algorithm, undefined]
      expect(key.asymmetricKeyType).toBe(type)
      expect(key.asymmetricKeyDetails?.modulusLength ?? key.asymmetricKeyDetails?.namedCurve).toBe(detail)
      if (type === 'rsa') expect(key.asymmetricKeyDetails?.publicExponent).toBe(65_537n)
      expect(signature).toHaveLength(sizes[algorithm] ?? 0)
      expect(strangerVerifies(spki, scheme, message, signature)).toBe(true)
      expect(await use.verify(ref, message, signature)).toBe(true)
      expect(await use.verify(ref, flipped(message, 7), signature)).toBe(false)
      for (const bad of [
        none,
        signature.slice(1),
        Buffer.concat([signature, Buffer.of(0)]),
        flipped(signature, 40),
      ])
        expect(await use.verify(ref, message, bad)).toBe(false)
      if (refuses.includes('empty')) expect(await outcome(use.sign(ref, none))).toBe('UNSUPPORTED')
      else expect(await use.sign(ref, none)).toHaveLength(sizes[algorithm] ?? 0)
    })

    test('a signature of one key is not one of another', async () => {
      const {use} = bench().open
      const [a, b] = [
        await enabled(bench().open, specOf(signer)),
        await enabled(bench().open, specOf(signer)),
      ]
      const message = Buffer.from('message')
      expect(await use.verify(b, message, await use.sign(a, message))).toBe(false)
    })

    if (!refuses.includes('aes-256'))
      test('what is encrypted decrypts only whole, under the same key and in the same context', async () => {
        const {use} = bench().open
        const ref = await enabled(bench().open, specOf('aes-256'))
        const other = await enabled(bench().open, specOf('aes-256'))
        const [plaintext, context] = [randomBytes(99), Buffer.from('invoice 7')]
        const ciphertext = await use.encrypt(ref, plaintext, context)
        expect(bytesOf(await use.decrypt(ref, ciphertext, context))).toEqual(plaintext)
        expect(await use.encrypt(ref, plaintext, context)).not.toEqual(ciphertext)
        expect(Buffer.from(ciphertext).includes(plaintext.subarray(0, 8))).toBe(false)
        const refused = async (bytes: Uint8Array, about: Uint8Array, by = ref) =>
          outcome(use.decrypt(by, bytes, about))
        expect(await refused(ciphertext, none)).toBe('PROVIDER_FAILED')
        const touched = quirks.includes('opens-touched') ? 'ok' : 'PROVIDER_FAILED'
        expect(await refused(ciphertext, context, other)).toBe(touched)
        for (const length of [0, 1, 12, 27, 28])
          expect(await refused(ciphertext.slice(0, length), context)).toBe('PROVIDER_FAILED')
        expect(await refused(ciphertext.slice(0, -1), context)).toBe(touched)
        const from = quirks.includes('opens-touched') ? ciphertext.length - plaintext.length : 0
        for (let at = from; at < ciphertext.length; at++)
          expect(await refused(flipped(ciphertext, at), context)).toBe(touched)
        if (refuses.includes('empty')) expect(await outcome(use.encrypt(ref, none, none))).toBe('UNSUPPORTED')
        else expect(bytesOf(await use.decrypt(ref, await use.encrypt(ref, none, none), none))).toHaveLength(0)
      })

    if (!refuses.includes('aes-256'))
      test('wrapping takes a key in and gives it back, and refuses what was touched', async () => {
        const {use} = bench().open
        const ref = await enabled(bench().open, specOf('aes-256', {purpose: 'wrap'}))
        for (const length of [1, 7, 8, 9, 16, 32, 33, 1200]) {
          const material = randomBytes(length)
          const wrapped = await use.wrap(ref, secretOf(material))
          expect(bytesOf(await use.unwrap(ref, wrapped))).toEqual(material)
          const touched = quirks.includes('opens-touched') ? 'ok' : 'PROVIDER_FAILED'
          expect(await outcome(use.unwrap(ref, flipped(wrapped, length % wrapped.length)))).toBe(touched)
          if (touched === 'ok') continue
          expect(await outcome(use.unwrap(ref, wrapped.slice(0, -8)))).toBe('PROVIDER_FAILED')
        }
        for (const length of [0, 7, 8, 15, 17])
          // OpenSSL alone would give nothing for nothing
          expect(await outcome(use.unwrap(ref, new Uint8Array(length)))).toBe('PROVIDER_FAILED')
        expect(await outcome(use.wrap(ref, secretOf(none)))).toBe('UNSUPPORTED')
      })

    test.each(['rsa-2048', 'rsa-3072'] as const)(
      '%s decrypts and unwraps what a stranger encrypted to its public half',
      async (algorithm) => {
        const {use, store} = bench().open
        for (const purpose of ['decrypt', 'wrap'] as const) {
          if (refuses.includes('oaep-sha256')) {
            const spec = specOf(algorithm, {scheme: 'oaep-sha256', purpose})
            expect(await outcome(store.create(spec, intent()))).toBe('UNSUPPORTED')
            continue
          }
          const ref = await enabled(bench().open, specOf(algorithm, {scheme: 'oaep-sha256', purpose}))
          const key = createPublicKey({
            key: Buffer.from(await use.publicKey(ref)),
            format: 'der',
            type: 'spki',
          })
          const plaintext = randomBytes(32)
          const ciphertext = publicEncrypt({...oaep, key}, plaintext)
          const open = async (bytes: Uint8Array) =>
            purpose === 'wrap' ? use.unwrap(ref, bytes) : use.decrypt(ref, bytes, none)
          expect(bytesOf(await open(ciphertext))).toEqual(plaintext)
          expect(await outcome(open(flipped(ciphertext, 100)))).toBe('PROVIDER_FAILED')
          expect(await outcome(open(none))).toBe('PROVIDER_FAILED')
          if (purpose === 'decrypt')
            expect(await outcome(use.decrypt(ref, ciphertext, Buffer.from('c')))).toBe('UNSUPPORTED')
          else {
            const most = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8 - 66
            expect(
              bytesOf(await use.unwrap(ref, await use.wrap(ref, secretOf(randomBytes(most))))),
            ).toHaveLength(most)
            expect(await outcome(use.wrap(ref, secretOf(randomBytes(most + 1))))).toBe('UNSUPPORTED')
          }
        }
      },
    )

    if (!refuses.includes('hmac-sha256'))
      test('a MAC is 32 bytes, the same each time, and checked', async () => {
        const {use} = bench().open
        const ref = await enabled(bench().open, specOf('hmac-sha256'))
        const mac = await use.mac(ref, Buffer.from('message'))
        expect(mac).toHaveLength(32)
        expect(await use.mac(ref, Buffer.from('message'))).toEqual(mac)
        expect(await use.verify(ref, Buffer.from('message'), mac)).toBe(true)
        expect(await use.verify(ref, Buffer.from('massage'), mac)).toBe(false)
        for (const bad of [none, mac.slice(1), flipped(mac, 31)])
          expect(await use.verify(ref, Buffer.from('message'), bad)).toBe(false)
      })

    if (!refuses.includes('import'))
      test('with keys brought from outside, node:crypto agrees on every ciphertext and MAC', async () => {
        const {use, move, life} = bench().open
        const bring = async (spec: ReturnType<typeof specOf>, material: Uint8Array) => {
          const ref = await move.import(spec, secretOf(material), intent())
          await life.setAvailability(ref, 'enabled')
          return ref
        }
        const [aes, kek, hmac] = [randomBytes(32), randomBytes(32), randomBytes(macKey)]
        const message = labelled('from outside')
        if (!refuses.includes('hmac-sha256')) {
          const macced = await use.mac(await bring(specOf('hmac-sha256'), hmac), message)
          expect(Buffer.from(macced)).toEqual(createHmac('sha256', hmac).update(message).digest())
        }
        const ciphertext = await use.encrypt(
          await bring(specOf('aes-256'), aes),
          message,
          Buffer.from('context'),
        )
        if (decipher !== null) expect(decipher(aes, ciphertext, Buffer.from('context'))).toEqual(message)
        const wrapped = await use.wrap(
          await bring(specOf('aes-256', {purpose: 'wrap'}), kek),
          secretOf(message),
        )
        const kwp = createDecipheriv('id-aes256-wrap-pad', kek, Buffer.from('a65959a6', 'hex'))
        if (decipher !== null) expect(kwp.update(wrapped)).toEqual(message)
        if (refuses.includes('oaep-sha256')) return
        const {privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
        if (refuses.includes('import rsa-2048')) return
        const rsa = await bring(
          specOf('rsa-2048', {scheme: 'oaep-sha256', purpose: 'wrap'}),
          privateKey.export({format: 'der', type: 'pkcs8'}),
        )
        const sealed = await use.wrap(rsa, secretOf(message))
        const opens = () => privateDecrypt({...oaep, key: privateKey}, sealed)
        if (quirks.includes('no-rsa-encryption')) expect(opens).toThrow()
        else expect(opens()).toEqual(message)
      })
  })
}
