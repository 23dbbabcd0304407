/** Signatures that AWS KMS sends back: what is read is what would be written. */
import {generateKeyPairSync, sign} from 'node:crypto'
import {describe} from '@jest/globals'
import {derOf, plainOf} from '../../src/providers/aws/ecdsa.ts'
import {byteMutations} from './bytes.ts'
import {fuzz, isTypeError} from './fuzz.ts'

const signature = (namedCurve: string): Buffer =>
  sign('sha256', Buffer.from('a message'), generateKeyPairSync('ec', {namedCurve}).privateKey)

describe('AWS KMS', () => {
  for (const [namedCurve, half] of [
    ['P-256', 32],
    ['P-521', 66],
  ] as const)
    fuzz({
      name: `an ECDSA signature on ${namedCurve}`,
      seeds: [signature(namedCurve), signature(namedCurve)],
      mutations: byteMutations,
      refuses: isTypeError,
      take: (bytes) =>
        derOf(plainOf(bytes, half), half)?.equals(bytes) === true ? undefined : 'it is written otherwise',
    })
})
