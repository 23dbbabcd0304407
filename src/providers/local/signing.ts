import {
  constants,
  createHmac,
  createPrivateKey,
  createPublicKey,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import type {SigningOptions} from 'node:crypto'
import {hasWholeLength, type Scheme} from '../algorithms.ts'

interface Method {
  /** Null where the algorithm hashes by itself. */
  readonly hash: string | null
  readonly options: SigningOptions
}

const pkcs1 = {padding: constants.RSA_PKCS1_PADDING}
const pss = {padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST}
const raw = {dsaEncoding: 'ieee-p1363'} as const

/** RFC 7518 section 3, RFC 8037, FIPS 204 (pure, empty context). */
const methods: Readonly<Partial<Record<Scheme, Method>>> = {
  rs256: {hash: 'sha256', options: pkcs1},
  rs384: {hash: 'sha384', options: pkcs1},
  rs512: {hash: 'sha512', options: pkcs1},
  ps256: {hash: 'sha256', options: pss},
  ps384: {hash: 'sha384', options: pss},
  ps512: {hash: 'sha512', options: pss},
  es256: {hash: 'sha256', options: raw},
  es384: {hash: 'sha384', options: raw},
  es512: {hash: 'sha512', options: raw},
  eddsa: {hash: null, options: {}},
  'ml-dsa-44': {hash: null, options: {}},
  'ml-dsa-65': {hash: null, options: {}},
  'ml-dsa-87': {hash: null, options: {}},
}

/** @throws Error if the scheme does not sign. */
export function signWith(scheme: Scheme, pkcs8: Buffer, message: Uint8Array): Buffer {
  const {hash, options} = methodOf(scheme)
  return sign(hash, message, {...options, key: createPrivateKey({key: pkcs8, format: 'der', type: 'pkcs8'})})
}

/** With the public half of the pair. A malformed signature is not good. */
export function verifyWith(
  scheme: Scheme,
  pkcs8: Buffer,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const {hash, options} = methodOf(scheme)
  const key = createPublicKey({key: publicHalf(pkcs8), format: 'der', type: 'spki'})
  if (!hasWholeLength(key, signature)) return false
  try {
    return verify(hash, message, {...options, key}, signature)
  } catch {
    return false // the key and the method are ours; what is left to be wrong is the signature
  }
}

/** SubjectPublicKeyInfo, DER. */
export function publicHalf(pkcs8: Buffer): Buffer {
  const pair = createPrivateKey({key: pkcs8, format: 'der', type: 'pkcs8'})
  return createPublicKey(pair).export({format: 'der', type: 'spki'})
}

/** HMAC-SHA-256. */
export function macWith(key: Uint8Array, message: Uint8Array): Buffer {
  return createHmac('sha256', key).update(message).digest()
}

export function sameMac(key: Uint8Array, message: Uint8Array, mac: Uint8Array): boolean {
  const expected = macWith(key, message)
  return mac.length === expected.length && timingSafeEqual(expected, mac)
}

function methodOf(scheme: Scheme): Method {
  const method = methods[scheme]
  if (method === undefined) throw new Error(`${scheme} does not sign`)
  return method
}
