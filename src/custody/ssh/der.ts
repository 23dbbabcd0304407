/** Private keys in the DER forms that Node reads; built from bytes, so that no secret number becomes a string. */
import type {Curve} from './key-object.ts'

const objectIds = {nistp256: '2a8648ce3d030107', nistp384: '2b81040022', nistp521: '2b81040023'} as const

/** PKCS#8 of an Ed25519 seed (RFC 8410 section 7). The caller wipes what these return. */
export function ed25519Pkcs8(seed: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
}

/** SEC 1 of an EC private key (RFC 5915), without its public half: OpenSSL then computes that itself. */
export function ecSec1(curve: Curve, scalar: Uint8Array): Buffer {
  const name = element(0xa0, element(0x06, Buffer.from(objectIds[curve.ssh], 'hex')))
  return element(0x30, integer(Buffer.of(1)), element(0x04, scalar), name)
}

/** PKCS#1 of an RSA private key (RFC 8017 appendix A.1.2), from magnitudes; the two exponents d mod p-1, q-1 are computed. */
export function rsaPkcs1(key: {
  readonly n: Uint8Array
  readonly e: Uint8Array
  readonly d: Uint8Array
  readonly p: Uint8Array
  readonly q: Uint8Array
  readonly inverse: Uint8Array
}): Buffer {
  const {n, e, d, p, q, inverse} = key
  const parts = [Buffer.of(0), n, e, d, p, q, lessOne(d, p), lessOne(d, q), inverse]
  return element(0x30, ...parts.map(integer))
}

/** d mod (prime - 1), bit by bit in buffers: a BigInt or its digits could not be wiped. */
function lessOne(d: Uint8Array, prime: Uint8Array): Buffer {
  const modulus = Buffer.concat([Buffer.of(0), prime])
  // The prime is odd: one less has no borrow.
  modulus.writeUInt8(modulus.readUInt8(modulus.length - 1) & 0xfe, modulus.length - 1)
  const remainder = Buffer.alloc(modulus.length)
  for (const byte of d) {
    for (let bit = 7; bit >= 0; bit--) {
      shiftIn(remainder, (byte >> bit) & 1)
      if (remainder.compare(modulus) >= 0) subtract(remainder, modulus)
    }
  }
  const first = remainder.findIndex((byte) => byte !== 0)
  return remainder.subarray(first === -1 ? remainder.length - 1 : first)
}

function shiftIn(number: Buffer, bit: number): void {
  let carry = bit
  for (let at = number.length - 1; at >= 0; at--) {
    const value = ((number[at] ?? 0) << 1) | carry
    number[at] = value & 0xff
    carry = value >> 8
  }
}

function subtract(number: Buffer, less: Uint8Array): void {
  let borrow = 0
  for (let at = number.length - 1; at >= 0; at--) {
    const value = (number[at] ?? 0) - (less[at] ?? 0) - borrow
    number[at] = value & 0xff
    borrow = value < 0 ? 1 : 0
  }
}

function integer(magnitude: Uint8Array): Buffer {
  return element(0x02, (magnitude[0] ?? 0x80) >= 0x80 ? Buffer.concat([Buffer.of(0), magnitude]) : magnitude)
}

function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const bytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...bytes), ...parts])
}
