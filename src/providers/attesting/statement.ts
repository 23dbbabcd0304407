/**
 * What a LiquidSecurity HSM signs of a key (CAVIUM_V2): big-endian headers, then for each half of the key its attributes, then 256 bytes of RSA.
 *
 *   answer     code, flags, size of everything, size of the part with attributes: 4 bytes each; then more that is signed and not read
 *   part       version, flags, where the first object begins in it, where the second does (0: there is none): 2 bytes each
 *   object     handle, number of attributes, size: 4 bytes each
 *   attribute  type, length: 4 bytes each; value
 *
 * Source: Marvell, "Software key attestation"; Google, "Verifying attestations". Never seen from an HSM.
 */
import {demand} from './not-attested.ts'

export const signatureBytes = 256
const [answerBytes, partBytes, objectBytes, attributeBytes] = [16, 8, 12, 8] as const
const mostAttributes = 256
export const mostBytes = 65_536

/** By type: numbers of PKCS #11, as far as this reads them. */
export const types = {
  class: 0x0000,
  keyType: 0x0100,
  id: 0x0102,
  sensitive: 0x0103,
  modulus: 0x0120,
  publicExponent: 0x0122,
  extractable: 0x0162,
  local: 0x0163,
  neverExtractable: 0x0164,
  alwaysSensitive: 0x0165,
  /** Of Marvell's own: SHA-256 of the public half (SubjectPublicKeyInfo), by its published program. */
  digest: 0x1003,
} as const

export type Attributes = ReadonlyMap<number, Buffer>

export interface Statement {
  /** Everything that is signed. */
  readonly signed: Buffer
  readonly signature: Buffer
  /** One of a secret key, two of a pair. */
  readonly objects: readonly Attributes[]
}

/** @param content - as the HSM gave it, not compressed. @throws NotAttested if it is not of its form. */
export function readStatement(content: Uint8Array): Statement {
  const whole = Buffer.from(content)
  demand(whole.length <= mostBytes, 'the statement is too long')
  demand(whole.length >= answerBytes + partBytes + signatureBytes, 'the statement is cut off')
  const [code, size, partSize] = [0, 8, 12].map((at) => whole.readUInt32BE(at))
  demand(code === 0, `the HSM answered with code ${String(code)}`)
  demand(size === whole.length, 'the statement is not as long as it says')
  const from = whole.length - signatureBytes - (partSize ?? 0)
  demand(from >= answerBytes && (partSize ?? 0) >= partBytes, 'the statement has no room for what it says')
  const part = whole.subarray(from, whole.length - signatureBytes)
  const [first, second] = [part.readUInt16BE(4), part.readUInt16BE(6)]
  const ends = second === 0 ? part.length : second
  demand(
    first >= partBytes && first < ends && ends <= part.length,
    'the halves of the key are not where it says',
  )
  return {
    signed: whole.subarray(0, -signatureBytes),
    signature: whole.subarray(-signatureBytes),
    objects: [
      attributesIn(part.subarray(first, ends)),
      ...(second === 0 ? [] : [attributesIn(part.subarray(second))]),
    ],
  }
}

function attributesIn(object: Buffer): Attributes {
  demand(object.length >= objectBytes, 'a half of the key is cut off')
  const count = object.readUInt32BE(4)
  demand(count <= mostAttributes, 'a half of the key has too many attributes')
  const all = new Map<number, Buffer>()
  let at: number = objectBytes
  for (let n = 0; n < count; n++) {
    demand(at + attributeBytes <= object.length, 'an attribute is cut off')
    const [type, length] = [object.readUInt32BE(at), object.readUInt32BE(at + 4)]
    at += attributeBytes
    demand(length <= object.length - at, 'an attribute is cut off')
    demand(!all.has(type), 'an attribute is there twice')
    all.set(type, object.subarray(at, at + length))
    at += length
  }
  return all
}

/** One byte, 0 or 1; undefined where it is not there. @throws NotAttested. */
export function flagIn(attributes: Attributes, type: number): boolean | undefined {
  const value = attributes.get(type)
  if (value === undefined) return undefined
  demand(value.length === 1 && (value[0] ?? 2) < 2, 'an attribute that is yes or no is neither')
  return value[0] === 1
}
