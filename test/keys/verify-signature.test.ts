/** Published signatures against what tells whether a provider signed: each gets its stated result. */
import {constants, createPublicKey, generateKeyPairSync, sign, verify} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {verifySignature} from '../../src/keys/verify-signature.ts'
import {testWith} from '../support/needs.ts'
import {attempt, fromHex, numbersOf, wycheproof} from '../support/wycheproof.ts'

interface Signature {
  readonly msg: string
  readonly sig: string
}

describe('published signatures', () => {
  testWith('vectors', 'Ed25519: all 151 get their stated result', () => {
    const wrong = wycheproof<Signature>('ed25519', 151).filter(
      ([{msg, sig, result}, {publicKeyDer = ''}]) => {
        const good = attempt(() =>
          verifySignature('eddsa', fromHex(publicKeyDer), fromHex(msg), fromHex(sig)),
        )
        return (good ?? false) !== (result === 'valid')
      },
    )
    expect(wrong.map(([{tcId}]) => tcId)).toEqual([])
  })

  for (const [scheme, file, size, count, fixed] of [
    ['es256', 'ecdsa_secp256r1_sha256', 32, 484, 233],
    ['es384', 'ecdsa_secp384r1_sha384', 48, 504, 253],
  ] as const) {
    testWith(
      'vectors',
      `${scheme}, in the fixed length that JOSE has: ${fixed} get their stated result`,
      () => {
        let asked = 0
        for (const [{msg, sig, result, tcId}, {publicKeyDer = ''}] of wycheproof<Signature>(file, count)) {
          const judged = (signature: Buffer): boolean =>
            verifySignature(scheme, fromHex(publicKeyDer), fromHex(msg), signature)
          expect([tcId, judged(fromHex(sig))]).toEqual([tcId, false]) // DER is another form, and never taken for this one
          const numbers = numbersOf(fromHex(sig))
          if (numbers === undefined || numbers.some((number) => number.length > size)) {
            expect([tcId, result]).toEqual([tcId, 'invalid'])
            continue
          }
          asked += 1
          const raw = Buffer.concat(
            numbers.map((number) => Buffer.concat([Buffer.alloc(size - number.length), number])),
          )
          expect([tcId, judged(raw)]).toEqual([tcId, result === 'valid'])
          expect(judged(raw.subarray(0, -1))).toBe(false)
          expect(judged(Buffer.concat([raw, Buffer.of(0)]))).toBe(false)
        }
        expect(asked).toBe(fixed)
      },
    )

    testWith(
      'vectors',
      `${scheme}, in DER, by node:crypto as for providers that answer in it: all ${count}`,
      () => {
        const hash = `sha${scheme.slice(2)}`
        const wrong = wycheproof<Signature>(file, count).filter(
          ([{msg, sig, result}, {publicKeyDer = ''}]) => {
            const key = createPublicKey({key: fromHex(publicKeyDer), format: 'der', type: 'spki'})
            const good = attempt(() => verify(hash, fromHex(msg), {key, dsaEncoding: 'der'}, fromHex(sig)))
            return (good ?? false) !== (result === 'valid')
          },
        )
        expect(wrong.map(([{tcId}]) => tcId)).toEqual([])
      },
    )
  }
})

test('a signature of PSS without the zeros that it begins with is none: it has one spelling', () => {
  const {privateKey, publicKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
  const [spki, message] = [publicKey.export({format: 'der', type: 'spki'}), Buffer.from('message')]
  const padding = constants.RSA_PKCS1_PSS_PADDING
  let signature = Buffer.alloc(0)
  // One in 256 begins with a zero.
  while (signature[0] !== 0) signature = sign('sha256', message, {key: privateKey, padding, saltLength: 32})
  expect(verifySignature('ps256', spki, message, signature)).toBe(true)
  expect(verifySignature('ps256', spki, message, signature.subarray(1))).toBe(false)
  expect(verifySignature('ps256', spki, message, Buffer.concat([Buffer.of(0), signature]))).toBe(false)
})
