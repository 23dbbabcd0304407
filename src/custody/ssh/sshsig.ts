/** SSH signatures of files and messages, as `ssh-keygen -Y sign` makes them. Source: OpenSSH, PROTOCOL.sshsig. */
import {hash as hashOnce} from 'node:crypto'
import {fromBase64, sameBytes} from '../../base/bytes.ts'
import {isKeyType, type PublicKey} from './public-key.ts'
import {bad, unsupported, verifySignatureBlob, type Verdict} from './signature.ts'
import {string, uint32, WireError, WireReader} from './wire.ts'

export type {Verdict} from './signature.ts'

export type HashName = 'sha256' | 'sha512'

/** The parts of an SSHSIG as it states them: nothing here is verified. */
export interface Sshsig {
  readonly version: number
  readonly publicKey: Buffer
  readonly namespace: string
  readonly reserved: Buffer
  readonly hash: string
  readonly signature: Buffer
}

/** The longest SSHSIG that is looked at; one of RSA-16384 has under 5000 bytes. */
export const limitBytes = 16_384

const magic = Buffer.from('SSHSIG', 'latin1')
const begin = '-----BEGIN SSH SIGNATURE-----\n'
const end = '-----END SSH SIGNATURE-----\n'

/** Takes an SSHSIG apart. @throws WireError (a TypeError) if the bytes are not one. */
export function parseSshsig(blob: Uint8Array): Sshsig {
  if (blob.length > limitBytes) throw new WireError('it is too long')
  const reader = new WireReader(blob)
  if (!reader.take(magic.length).equals(magic)) throw new WireError('it does not start with "SSHSIG"')
  const version = reader.uint32()
  if (version !== 1) throw new WireError('its version is not 1')
  const publicKey = reader.string()
  const namespace = utf8(reader.string())
  const reserved = reader.string()
  const hash = reader.text()
  const signature = reader.string()
  reader.end()
  return {version, publicKey, namespace, reserved, hash, signature}
}

/** Puts an SSHSIG together around `signature`, which is an algorithm's name and its signature of `signedData`. */
export function buildSshsig(parts: {
  readonly publicKey: Uint8Array
  readonly namespace: string
  readonly hash: HashName
  readonly signature: Uint8Array
}): Buffer {
  return Buffer.concat([
    magic,
    uint32(1),
    string(parts.publicKey),
    string(parts.namespace),
    string(''),
    string(parts.hash),
    string(parts.signature),
  ])
}

/** The bytes that a key signs for a message. @throws TypeError for an empty namespace, which PROTOCOL.sshsig forbids. */
export function signedData(namespace: string, hash: HashName, message: Uint8Array): Buffer {
  if (namespace === '') throw new TypeError('the namespace of a signature is empty')
  const digest = hashOnce(hash, message, 'buffer')
  return Buffer.concat([magic, string(namespace), string(''), string(hash), string(digest)])
}

/** The text form, byte for byte as ssh-keygen writes it: base64 in lines of 70, and a newline at the end. */
export function armor(blob: Uint8Array): string {
  const lines =
    Buffer.from(blob)
      .toString('base64')
      .match(/.{1,70}/g) ?? []
  return begin + lines.map((line) => `${line}\n`).join('') + end
}

/** Reads the text form. @throws TypeError for any other spelling than the one that `armor` writes. */
export function parseArmored(text: string): Buffer {
  if (text.length > 2 * limitBytes) throw new WireError('it is too long')
  if (!text.startsWith(begin) || !text.endsWith(end))
    throw new WireError('it is not an armored SSH signature')
  const blob = fromBase64(text.slice(begin.length, -end.length).replaceAll('\n', ''))
  if (armor(blob) !== text) throw new WireError('its lines are not those that ssh-keygen writes')
  return blob
}

/**
 * Verifies a signature (an SSHSIG blob) of `message` in `namespace` by exactly this key. Never throws for hostile bytes.
 *
 * Good means: of this key, namespace and message, with SHA-256 or SHA-512, and for a security key with the user present.
 * Whether the user was verified (0x04) stands in `flags`; `counter` is the security key's. A signature whose key or
 * algorithm we do not know is unsupported, whatever else is wrong with it.
 */
export function verifySshsig(given: {
  readonly signature: Uint8Array
  readonly message: Uint8Array
  readonly namespace: string
  readonly key: PublicKey
}): Verdict {
  try {
    return verifyParts(parseSshsig(given.signature), given)
  } catch (error) {
    if (error instanceof WireError) return bad(`the signature is malformed: ${error.message}`)
    throw error
  }
}

function verifyParts(
  parts: Sshsig,
  {
    message,
    namespace,
    key,
  }: {readonly message: Uint8Array; readonly namespace: string; readonly key: PublicKey},
): Verdict {
  if (!sameBytes(parts.publicKey, key.blob)) {
    const type = new WireReader(parts.publicKey).text()
    return isKeyType(type) ? bad('it is by another key') : unsupported(type)
  }
  if (namespace === '' || parts.namespace !== namespace) return bad('it is for another namespace')
  if (parts.reserved.length > 0) return bad('its reserved field is not empty')
  if (parts.hash !== 'sha256' && parts.hash !== 'sha512') return bad('its hash is neither sha256 nor sha512')
  return verifySignatureBlob(key, parts.signature, signedData(namespace, parts.hash, message))
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes)
  } catch {
    throw new WireError('its namespace is not UTF-8')
  }
}
