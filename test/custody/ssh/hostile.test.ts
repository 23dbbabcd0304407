/** Bytes that nobody signed: none is good, none throws, and each has its answer at once. */
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {generateEd25519} from '../../../src/custody/ssh/private-key.ts'
import type {PublicKey} from '../../../src/custody/ssh/public-key.ts'
import {
  armor,
  buildSshsig,
  parseArmored,
  verifySshsig,
  type Verdict,
} from '../../../src/custody/ssh/sshsig.ts'
import {skEd25519, skSignature} from './software-keys.ts'

const namespace = 'keyrite-approval-v1@example.org'
const message = Buffer.from('the plan')
const maker = generateEd25519()
const key = maker.publicKey
const signature = Buffer.from(await maker.signer.sign(namespace, message))
const verdict = (bytes: Uint8Array, by: PublicKey = key): Verdict =>
  verifySshsig({signature: bytes, message, namespace, key: by})

describe('hostile bytes', () => {
  const read = (text: string): string => {
    try {
      return verdict(parseArmored(text)).kind
    } catch (error) {
      if (error instanceof TypeError) return 'refused'
      throw error
    }
  }

  test('no byte of an armored signature can be another', () => {
    const text = armor(signature)
    for (let at = 0; at < text.length; at++) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64]) {
        const other = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ bit) + text.slice(at + 1)
        expect(read(other)).not.toBe('good')
      }
    }
  })

  const sk = skEd25519()
  const withPresence = buildSshsig({
    publicKey: sk.publicKey.blob,
    namespace,
    hash: 'sha512',
    signature: skSignature(sk, namespace, message, {flags: 1}),
  })
  const ones = [
    [key, signature],
    [sk.publicKey, withPresence],
  ] as const
  const numRuns = process.env['SLOW'] === '1' ? 50_000 : 500

  test('a signature cut, spliced or overwritten anywhere is never good, and never throws', () => {
    const edit = fc.record({at: fc.nat(), remove: fc.nat({max: 40}), insert: fc.uint8Array({maxLength: 40})})
    fc.assert(
      fc.property(
        fc.constantFrom(...ones),
        fc.array(edit, {minLength: 1, maxLength: 3}),
        ([by, blob], edits) => {
          const bytes = edits.reduce((before, {at, remove, insert}) => {
            const from = at % (before.length + 1)
            return Buffer.concat([before.subarray(0, from), insert, before.subarray(from + remove)])
          }, blob)
          fc.pre(!bytes.equals(blob))
          expect(verdict(bytes, by).kind).not.toBe('good')
        },
      ),
      {numRuns},
    )
  })

  test('bytes of any kind are bad', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 400}), (bytes) => {
        expect(verdict(bytes).kind).toBe('bad')
        expect(verdict(Buffer.concat([signature.subarray(0, 10), bytes])).kind).not.toBe('good')
      }),
      {numRuns},
    )
  })
})
