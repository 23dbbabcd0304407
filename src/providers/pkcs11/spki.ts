/** The public half as SubjectPublicKeyInfo, from the attributes of a public key object. */
import {createPublicKey} from 'node:crypto'
import type {Handle} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'
import type {Algorithm} from '../algorithms.ts'
import {cka} from './constants.ts'
import {curves} from './methods.ts'
import {unpadded} from './objects.ts'
import type {Token} from './token.ts'

/** DER before the key itself: RFC 8410 section 4 and RFC 9881 section 4. */
const heads = {
  ed25519: '302a300506032b6570032100',
  'ml-dsa-44': '30820532300b06096086480165030403110382052100',
  'ml-dsa-65': '308207b2300b0609608648016503040312038207a100',
  'ml-dsa-87': '30820a32300b060960864801650304031303820a2100',
} as const

export function spkiOf(token: Token, object: Handle, algorithm: Algorithm): Buffer {
  const needed = (type: number): Buffer => {
    const value = token.attribute(object, type)
    if (value === undefined)
      throw new KeyriteError(
        'PROVIDER_FAILED',
        `cannot read the public key: the token does not give attribute 0x${type.toString(16)}`,
      )
    return value
  }
  if (algorithm.startsWith('rsa-')) {
    const url = (bytes: Buffer): string => unpadded(bytes).toString('base64url')
    const key = {kty: 'RSA', n: url(needed(cka.modulus)), e: url(needed(cka.publicExponent))}
    return createPublicKey({key, format: 'jwk'}).export({format: 'der', type: 'spki'})
  }
  if (algorithm === 'ec-p256' || algorithm === 'ec-p384' || algorithm === 'ec-p521')
    return ecSpki(curves[algorithm], pointOf(needed(cka.ecPoint), 1 + 2 * fieldBytes[algorithm]))
  if (algorithm === 'ed25519')
    return Buffer.concat([Buffer.from(heads.ed25519, 'hex'), pointOf(needed(cka.ecPoint), 32)])
  const head = heads[algorithm as keyof typeof heads]
  return Buffer.concat([Buffer.from(head, 'hex'), needed(cka.value)])
}

const fieldBytes = {'ec-p256': 32, 'ec-p384': 48, 'ec-p521': 66} as const

/** The point is an OCTET STRING that holds it; some tokens give it bare, or as a BIT STRING. */
function pointOf(value: Buffer, length: number): Buffer {
  if (value.length === length) return value
  const point = value.subarray(-length)
  const said = [der(0x04, point), der(0x03, Buffer.concat([Buffer.from([0]), point]))]
  if (value.length > length && said.some((one) => one.equals(value))) return point
  throw new KeyriteError(
    'PROVIDER_FAILED',
    `cannot read the public key: expected a point of ${length} bytes, got ${value.length}`,
  )
}

/** RFC 5480 section 2. */
function ecSpki(curve: string, point: Buffer): Buffer {
  const algorithm = der(
    0x30,
    Buffer.concat([Buffer.from('06072a8648ce3d0201', 'hex'), Buffer.from(curve, 'hex')]),
  )
  return der(0x30, Buffer.concat([algorithm, der(0x03, Buffer.concat([Buffer.from([0]), point]))]))
}

/** One DER element of up to 65 535 bytes. */
function der(tag: number, content: Buffer): Buffer {
  const {length} = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
