/** Signatures as X.509 has them, and taking a signed thing apart. */
import {sameBytes} from '../base/bytes.ts'
import {verifySignature} from '../keys/verify-signature.ts'
import type {Scheme} from '../providers/algorithms.ts'
import {elements, sequence, tags, unsigned} from './der.ts'

/** Bytes of each of the two numbers of an ECDSA signature. */
const numberBytes: Readonly<Partial<Record<Scheme, number>>> = {es256: 32, es384: 48, es512: 66}

/** @param raw - as providers give it: of ECDSA, r and s side by side. */
export function x509Signature(scheme: Scheme, raw: Uint8Array): Buffer {
  const size = numberBytes[scheme]
  if (size === undefined) return Buffer.from(raw)
  return sequence(unsigned(raw.subarray(0, size)), unsigned(raw.subarray(size)))
}

/** Whether a signature as X.509 has it is good, and in its one spelling. */
export function isSignedBy(
  scheme: Scheme,
  spki: Uint8Array,
  tbs: Uint8Array,
  signature: Uint8Array,
): boolean {
  const raw = rawSignature(scheme, signature)
  return raw !== undefined && verifySignature(scheme, spki, tbs, raw)
}

function rawSignature(scheme: Scheme, signature: Uint8Array): Buffer | undefined {
  const size = numberBytes[scheme]
  if (size === undefined) return Buffer.from(signature)
  try {
    const numbers = elements(elements(signature)[0]?.content ?? new Uint8Array())
    const raw = Buffer.concat(
      numbers.map(({content}) => {
        const magnitude = content[0] === 0 ? content.subarray(1) : content
        return Buffer.concat([Buffer.alloc(Math.max(0, size - magnitude.length)), magnitude])
      }),
    )
    return raw.length === 2 * size && sameBytes(x509Signature(scheme, raw), signature) ? raw : undefined
  } catch {
    return undefined // not DER
  }
}

export interface Parts {
  readonly tbs: Buffer
  /** AlgorithmIdentifier. */
  readonly algorithm: Buffer
  readonly signature: Buffer
}

/** The three parts of a certificate or request. @throws TypeError if it is not made so. */
export function partsOf(der: Uint8Array): Parts {
  const [outer, ...after] = elements(der)
  if (outer?.tag !== tags.sequence || after.length > 0) throw new TypeError('not one DER sequence')
  const [tbs, algorithm, signature, ...more] = elements(outer.content)
  if (
    tbs?.tag !== tags.sequence ||
    algorithm?.tag !== tags.sequence ||
    signature?.tag !== tags.bits ||
    signature.content[0] !== 0 ||
    more.length > 0
  )
    throw new TypeError('not what was signed, an algorithm and a signature')
  return {tbs: tbs.whole, algorithm: algorithm.whole, signature: signature.content.subarray(1)}
}
