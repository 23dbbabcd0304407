/** The signature inside an SSHSIG, and inside an agent's answer: an algorithm's name and what that algorithm defines. */
import {constants, verify} from 'node:crypto'
import {sha256} from '../../base/bytes.ts'
import {curveOf} from './key-object.ts'
import type {PublicKey} from './public-key.ts'
import {webauthnHash} from './webauthn.ts'
import {leftPad, uint32, WireError, WireReader} from './wire.ts'

/** The outcome of a verification. `algorithm` is one that we do not know: such a signature is neither good nor bad. */
export type Verdict =
  | {readonly kind: 'good'; readonly flags: number | null; readonly counter: number | null}
  | {readonly kind: 'bad'; readonly reason: string}
  | {readonly kind: 'unsupported'; readonly algorithm: string}

export const bad = (reason: string): Verdict => ({kind: 'bad', reason})

/** For each signature algorithm the type of the key that makes it. `ssh-rsa` and `ssh-dss` are SHA-1 and make nothing. */
const keyTypeOf: Readonly<Record<string, string | null>> = {
  'ssh-ed25519': 'ssh-ed25519',
  'ecdsa-sha2-nistp256': 'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384': 'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521': 'ecdsa-sha2-nistp521',
  'rsa-sha2-256': 'ssh-rsa',
  'rsa-sha2-512': 'ssh-rsa',
  'sk-ssh-ed25519@openssh.com': 'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com': 'sk-ecdsa-sha2-nistp256@openssh.com',
  'webauthn-sk-ecdsa-sha2-nistp256@openssh.com': 'sk-ecdsa-sha2-nistp256@openssh.com',
  'ssh-rsa': null,
  'ssh-dss': null,
}

/** An authenticator's flags: user present, attested credential data follows, extension data follows. */
const flag = {userPresent: 0x01, attestedData: 0x40, extensionData: 0x80} as const

/**
 * Verifies a signature blob by `key` over `data`.
 * @throws WireError if the blob is not of its form
 */
export function verifySignatureBlob(key: PublicKey, blob: Uint8Array, data: Uint8Array): Verdict {
  const reader = new WireReader(blob)
  const algorithm = reader.text()
  const type = Object.hasOwn(keyTypeOf, algorithm) ? keyTypeOf[algorithm] : undefined
  if (type === undefined) return unsupported(algorithm)
  if (type === null) return bad(`its signature algorithm is "${algorithm}", which uses SHA-1`)
  if (type !== key.type)
    return bad(`a signature of kind "${algorithm}" is not one of a key of kind "${key.type}"`)
  const signature = reader.string()
  if (key.application !== null)
    return verifySecurityKey(key, key.application, algorithm, signature, reader, data)
  reader.end()
  return matches(key, algorithm, signature, data) ? {kind: 'good', flags: null, counter: null} : doesNotMatch
}

/** The verdict on an algorithm of this name. @throws WireError if it cannot be a name (RFC 4251 section 6). */
export function unsupported(algorithm: string): Verdict {
  if (!/^[\x21-\x7e]{1,64}$/.test(algorithm)) throw new WireError('the name of its algorithm is not one')
  return {kind: 'unsupported', algorithm}
}

const doesNotMatch = bad('the signature does not match the message and the key')

/** PROTOCOL.u2f, "SSH U2F Signatures": the key signs its application, flags, counter and a hash of the message. */
function verifySecurityKey(
  key: PublicKey,
  application: string,
  algorithm: string,
  signature: Uint8Array,
  reader: WireReader,
  data: Uint8Array,
): Verdict {
  const flags = reader.byte()
  const counter = reader.uint32()
  const webauthn = algorithm.startsWith('webauthn-')
  const origin = webauthn ? reader.text() : ''
  const clientData = webauthn ? reader.string() : Buffer.alloc(0)
  const extensions = webauthn ? reader.string() : Buffer.alloc(0)
  reader.end()
  // Data that the flags announce and the signature does not hold: what was signed is not an assertion.
  // The plain format has no room for such data, so there these bits say nothing (ssh-keygen passes over them too).
  if (webauthn && (flags & flag.attestedData) !== 0) return bad('its flags announce a new credential')
  if (webauthn && ((flags & flag.extensionData) !== 0) !== extensions.length > 0)
    return bad('its flags and its extensions differ')
  const hash = webauthn ? webauthnHash(origin, clientData, data) : sha256(data)
  const signed = Buffer.concat([sha256(application), Buffer.of(flags), uint32(counter), extensions, hash])
  if (!matches(key, algorithm, signature, signed)) return doesNotMatch
  // After the mathematics, so that this reason means a signature that the key really made.
  if ((flags & flag.userPresent) === 0) return bad('no user presence')
  return {kind: 'good', flags, counter}
}

function matches(key: PublicKey, algorithm: string, signature: Uint8Array, signed: Uint8Array): boolean {
  if (algorithm.startsWith('rsa-')) {
    // RFC 8017 section 8.2.2: a signature is as long as the modulus, which OpenSSL checks.
    const hash = algorithm === 'rsa-sha2-512' ? 'sha512' : 'sha256'
    return verify(hash, signed, {key: key.key, padding: constants.RSA_PKCS1_PADDING}, signature)
  }
  if (algorithm.includes('ed25519'))
    return signature.length === 64 && verify(null, signed, key.key, signature)
  const curve = curveOf(algorithm)
  const numbers = new WireReader(signature)
  const r = leftPad(numbers.mpint(), curve.coordinateBytes)
  const s = leftPad(numbers.mpint(), curve.coordinateBytes)
  numbers.end()
  return verify(curve.hash, signed, {key: key.key, dsaEncoding: 'ieee-p1363'}, Buffer.concat([r, s]))
}
