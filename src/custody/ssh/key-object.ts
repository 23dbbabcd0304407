/** Keys of the three families as Node's own objects, refused if they are too weak or not what they should be. */
import {createPublicKey, type KeyObject} from 'node:crypto'
import {WireError} from './wire.ts'

/** A NIST curve under its names; `hash` is the one that RFC 5656 section 6.2.1 pairs with it. */
export interface Curve {
  readonly ssh: 'nistp256' | 'nistp384' | 'nistp521'
  readonly jwk: string
  readonly openssl: string
  readonly coordinateBytes: number
  readonly hash: 'sha256' | 'sha384' | 'sha512'
}

export const curves: readonly Curve[] = [
  {ssh: 'nistp256', jwk: 'P-256', openssl: 'prime256v1', coordinateBytes: 32, hash: 'sha256'},
  {ssh: 'nistp384', jwk: 'P-384', openssl: 'secp384r1', coordinateBytes: 48, hash: 'sha384'},
  {ssh: 'nistp521', jwk: 'P-521', openssl: 'secp521r1', coordinateBytes: 66, hash: 'sha512'},
]

/** The curve that a key or signature type such as `ecdsa-sha2-nistp256` names. @throws WireError if it names none. */
export function curveOf(type: string): Curve {
  const curve = curves.find(({ssh}) => type.includes(`-sha2-${ssh}`))
  if (curve === undefined) throw new WireError('its curve is unknown')
  return curve
}

/** The y coordinates, sign bit cleared, of the points of order 1, 2, 4 and 8: anyone can sign for such a key. */
const weakEd25519 = [
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  '00'.repeat(32),
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]

/** @throws WireError unless these are the 32 bytes of a key that only its holder can sign for. */
export function ed25519Key(raw: Uint8Array): KeyObject {
  if (raw.length !== 32) throw new WireError('an Ed25519 key in it is not 32 bytes long')
  const y = Buffer.from(raw)
  y.writeUInt8(y.readUInt8(31) & 0x7f, 31)
  // RFC 8032 section 5.1.3: y is below p = 2^255 - 19, whose bytes are ed ff … ff 7f.
  const tooLarge =
    y.readUInt8(0) >= 0xed && y.readUInt8(31) === 0x7f && y.subarray(1, 31).every((byte) => byte === 0xff)
  if (tooLarge || weakEd25519.includes(y.toString('hex')))
    throw new WireError('its Ed25519 key is a weak one')
  return imported({kty: 'OKP', crv: 'Ed25519', x: base64url(raw)})
}

/** @throws WireError unless this is an uncompressed point of the curve. */
export function ecKey(curve: Curve, point: Uint8Array): KeyObject {
  if (point[0] !== 4 || point.length !== 1 + 2 * curve.coordinateBytes) {
    throw new WireError('its point is not an uncompressed one of its curve')
  }
  const x = base64url(point.subarray(1, 1 + curve.coordinateBytes))
  const y = base64url(point.subarray(1 + curve.coordinateBytes))
  return imported({kty: 'EC', crv: curve.jwk, x, y})
}

/** From magnitudes, most significant byte first. @throws WireError for less than 2048 or more than 16384 bits. */
export function rsaKey(modulus: Uint8Array, exponent: Uint8Array): KeyObject {
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24
  if (bits < 2048)
    throw new WireError(`its RSA modulus has ${bits} bits, and 2048 are the least that is accepted`)
  if (bits > 16_384)
    throw new WireError(`its RSA modulus has ${bits} bits, and 16384 are the most that is accepted`)
  const smallest = exponent.length === 1 ? (exponent[0] ?? 0) : 3
  // A long exponent only serves to make each verification slow.
  if (exponent.length > 8 || smallest < 3 || isEven(exponent) || isEven(modulus)) {
    throw new WireError('its RSA numbers are not those of a key')
  }
  return imported({kty: 'RSA', n: base64url(modulus), e: base64url(exponent)})
}

function isEven(magnitude: Uint8Array): boolean {
  return ((magnitude.at(-1) ?? 0) & 1) === 0
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

function imported(jwk: Record<string, string>): KeyObject {
  try {
    return createPublicKey({key: jwk, format: 'jwk'})
  } catch {
    // OpenSSL refuses a point that is not on its curve.
    throw new WireError('its numbers are not those of a key')
  }
}
