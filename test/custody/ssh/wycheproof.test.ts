/** Published signatures inside SSH's own form, as approvals carry them: each gets its stated result. */
import {describe, expect} from '@jest/globals'
import {parsePublicKey, type PublicKey} from '../../../src/custody/ssh/public-key.ts'
import {verifySignatureBlob} from '../../../src/custody/ssh/signature.ts'
import {mpint, string} from '../../../src/custody/ssh/wire.ts'
import {testWith} from '../../support/needs.ts'
import {attempt, fromHex, numbersOf, wycheproof} from '../../support/wycheproof.ts'

interface Signature {
  readonly msg: string
  readonly sig: string
}

const keyOf = (type: string, ...parts: readonly (Buffer | string)[]): PublicKey =>
  parsePublicKey(`${type} ${Buffer.concat([type, ...parts].map(string)).toString('base64')}`)

const isGood = (key: PublicKey, signature: Buffer, message: Buffer): boolean =>
  attempt(() => verifySignatureBlob(key, Buffer.concat([string(key.type), string(signature)]), message))
    ?.kind === 'good'

describe('published signatures, in SSH form', () => {
  testWith('vectors', 'ssh-ed25519: all 151 get their stated result', () => {
    const wrong = wycheproof<Signature>('ed25519', 151).filter(([{msg, sig, result}, {publicKey}]) => {
      const key = keyOf('ssh-ed25519', fromHex(publicKey?.pk ?? ''))
      return isGood(key, fromHex(sig), fromHex(msg)) !== (result === 'valid')
    })
    expect(wrong.map(([{tcId}]) => tcId)).toEqual([])
  })

  for (const [curve, file, count] of [
    ['nistp256', 'ecdsa_secp256r1_sha256', 484],
    ['nistp384', 'ecdsa_secp384r1_sha384', 504],
  ] as const) {
    const type = `ecdsa-sha2-${curve}`
    testWith(
      'vectors',
      `${type}: all that are two positive numbers get their stated result, and DER none`,
      () => {
        let valid = 0
        for (const [{msg, sig, result, tcId}, {publicKey}] of wycheproof<Signature>(file, count)) {
          const key = keyOf(type, curve, fromHex(publicKey?.uncompressed ?? ''))
          expect([tcId, isGood(key, fromHex(sig), fromHex(msg))]).toEqual([tcId, false])
          const numbers = numbersOf(fromHex(sig))
          if (numbers === undefined) {
            expect([tcId, result]).toEqual([tcId, 'invalid'])
            continue
          }
          if (result === 'valid') valid += 1
          const good = isGood(key, Buffer.concat(numbers.map(mpint)), fromHex(msg))
          expect([tcId, good]).toEqual([tcId, result === 'valid'])
        }
        expect(valid).toBeGreaterThan(170)
      },
    )
  }
})
