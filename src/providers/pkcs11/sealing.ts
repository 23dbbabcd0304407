/** Encrypting and wrapping on the token. What does not open is refused in one way, whatever the token says of it. */
import {randomBytes} from 'node:crypto'
import type {Handle} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'
import {Secret} from '../../base/secret.ts'
import type {Algorithm} from '../algorithms.ts'
import {wrapMechanism} from './capable.ts'
import {cka, ckk, cko} from './constants.ts'
import {isGone, rv, rvOf} from './failures.ts'
import {gcm, oaepSha256} from './methods.ts'
import type {Version} from './objects.ts'
import type {Token} from './token.ts'

const ivBytes = 12
const tagBytes = 16

/** IV, ciphertext and tag, one after the other; for a pair RSA-OAEP. */
export function seal(
  token: Token,
  {object, half, spec}: Version,
  plaintext: Uint8Array,
  aad: Buffer,
): Buffer {
  const content = Buffer.from(plaintext)
  try {
    if (spec.scheme === 'oaep-sha256') return token.encrypt(oaepSha256, half ?? object, content, 1024)
    const iv = randomBytes(ivBytes)
    return Buffer.concat([iv, token.encrypt(gcm(iv, aad), object, content, content.length + 64)])
  } finally {
    content.fill(0)
  }
}

/** @throws KeyriteError `PROVIDER_FAILED` if this version did not make it, or it was touched. */
export function unseal(token: Token, version: Version, sealed: Uint8Array, aad: Buffer): Secret {
  const {object, spec} = version
  const bytes = Buffer.from(sealed)
  const oaep = spec.scheme === 'oaep-sha256'
  if (bytes.length < (oaep ? 1 : ivBytes + tagBytes)) throw touched(version, 'decrypt')
  return new Secret(
    opened(version, 'decrypt', () =>
      oaep
        ? token.decrypt(oaepSha256, object, bytes)
        : token.decrypt(gcm(bytes.subarray(0, ivBytes), aad), object, bytes.subarray(ivBytes)),
    ),
  )
}

/** In bytes. */
export function mostWrapped(algorithm: Algorithm): number {
  // RFC 8017 section 7.1.1: the modulus without two hashes and two bytes. RFC 5649 alone would allow 2^32.
  return algorithm.startsWith('rsa-') ? Number(algorithm.slice(4)) / 8 - 66 : 4096
}

/**
 * The content goes in as an object of this session only, and out as C_WrapKey gives it. Under an AES key its length goes
 * before it (two bytes, big-endian): some tokens leave the padding on what they unwrap.
 */
export function wrapContent(token: Token, version: Version, content: Uint8Array): Buffer {
  const value = Buffer.concat(isRsa(version) ? [content] : [lengthOf(content), content])
  const object = token.module.C_CreateObject(token.session, [...passing, {type: cka.value, value}])
  value.fill(0)
  try {
    const out = Buffer.alloc(content.length + 1024)
    return Buffer.from(
      token.module.C_WrapKey(
        token.session,
        mechanismOf(token, version),
        version.half ?? version.object,
        object,
        out,
      ),
    )
  } finally {
    token.discard(object)
  }
}

export function unwrapContent(token: Token, version: Version, wrapped: Buffer): Secret {
  const rsa = isRsa(version)
  if (rsa ? wrapped.length === 0 : wrapped.length < 16 || wrapped.length % 8 !== 0)
    throw touched(version, 'unwrap')
  const object = opened(version, 'unwrap', () =>
    token.module.C_UnwrapKey(token.session, mechanismOf(token, version), version.object, wrapped, [
      ...passing,
    ]),
  )
  try {
    const value = token.attribute(object, cka.value)
    if (value === undefined || value.length === 0) throw touched(version, 'unwrap')
    if (rsa) return new Secret(value)
    const length = value.length < 2 ? 0 : value.readUInt16BE()
    const content = Uint8Array.from(value.subarray(2, 2 + length))
    value.fill(0)
    if (length === 0 || content.length !== length) throw touched(version, 'unwrap')
    return new Secret(content)
  } finally {
    token.discard(object)
  }
}

function isRsa({spec}: Version): boolean {
  return spec.scheme === 'oaep-sha256'
}

function lengthOf({length}: Uint8Array): Buffer {
  return Buffer.from([length >> 8, length & 0xff])
}

/** An object on its way through: in this session only, readable, of no use. */
const passing = [
  {type: cka.class, value: cko.secretKey},
  {type: cka.keyType, value: ckk.generic},
  {type: cka.token, value: false},
  {type: cka.private, value: true},
  {type: cka.sensitive, value: false},
  {type: cka.extractable, value: true},
]

function mechanismOf(token: Token, {spec}: Version): typeof oaepSha256 {
  return spec.scheme === 'oaep-sha256' ? oaepSha256 : {mechanism: wrapMechanism(token) ?? 0}
}

/** A refusal by state and a token that is gone stay what they are; all else is one answer, which tells an attacker nothing. */
function opened<T extends Buffer | Handle>(version: Version, verb: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    const value = rvOf(error)
    if (value === undefined || value === rv.keyFunctionNotPermitted || isGone(error)) throw error
    throw touched(version, verb)
  }
}

function touched({spec}: Version, verb: string): KeyriteError {
  return new KeyriteError(
    'PROVIDER_FAILED',
    `cannot ${verb} with key "${spec.label}": it is not what this version made, or it was touched`,
  )
}
