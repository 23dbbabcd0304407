/** SSH public keys: the kinds that may be enrolled, and the one spelling of each. */
import type {KeyObject} from 'node:crypto'
import {fromBase64, sha256, sha256Hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {curveOf, ecKey, ed25519Key, rsaKey} from './key-object.ts'
import {WireError, WireReader} from './wire.ts'

/** Every kind of key that keyrite knows, as the first word of its public key file says. */
export const keyTypes = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
] as const

export type KeyType = (typeof keyTypes)[number]

export interface PublicKey {
  readonly type: KeyType
  /** The key in SSH's own encoding: two keys are the same when these bytes are. */
  readonly blob: Buffer
  /** `type base64`, without a comment. */
  readonly text: string
  /** `SHA256:…`, as ssh-keygen prints it. */
  readonly fingerprint: string
  /**
   * Digest of the numbers that a signature is verified with, hex: the same for one pair of keys under each type,
   * application and exponent that it is dressed in. Two people, or an old key and a new one, never have the same.
   */
  readonly pair: string
  /** The FIDO application (relying party), such as `ssh:`; null unless the key is a security key's. */
  readonly application: string | null
  /** Whether the key lives in a FIDO security key, by its type (which software can claim too). */
  readonly sk: boolean
  readonly key: KeyObject
}

const limitBytes = 16_384

export function isKeyType(name: string): name is KeyType {
  return keyTypes.some((type) => type === name)
}

/**
 * Reads one line of a public key file: `type base64 [comment]`, with or without its newline.
 * @throws KeyriteError `USAGE` if it is anything else, or a key too weak to trust; `UNSUPPORTED` for a certificate or an
 * algorithm that keyrite does not know.
 */
export function parsePublicKey(line: string): PublicKey {
  const before = known.get(line)
  if (before !== undefined) return before
  const key = readPublicKey(line)
  if (known.size >= 1_000) known.clear()
  known.set(line, key)
  return key
}

/** Keys that were read: those of a roster are asked for at every statement. */
const known = new Map<string, PublicKey>()

function readPublicKey(line: string): PublicKey {
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(line)) {
    throw new KeyriteError('USAGE', 'cannot read the public key: this is a private key', {
      hints: ['give the file that ends in .pub, and show the private key to nobody'],
    })
  }
  if (line.length > limitBytes) throw malformed('it is too long')
  const match = /^([\x21-\x7e]+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t]+\P{Cc}*)?(?:\r?\n)?$/u.exec(line)
  const [, type, encoded] = match ?? []
  if (type === undefined || encoded === undefined) throw malformed('expected one line "type base64 comment"')
  let blob: Buffer
  try {
    blob = fromBase64(encoded)
  } catch (error) {
    throw malformed('its second word is not base64', error)
  }
  const key = publicKeyOf(blob)
  if (key.type !== type) throw malformed(`the line says "${type}", the key inside "${key.type}"`)
  return key
}

/** Reads a key in SSH's own encoding (RFC 4253 section 6.6, PROTOCOL.u2f). @throws KeyriteError as `parsePublicKey` does. */
export function publicKeyOf(blob: Uint8Array): PublicKey {
  try {
    if (blob.length > limitBytes) throw new WireError('it is too long')
    const reader = new WireReader(blob)
    const type = reader.text()
    if (!isKeyType(type)) throw unsupported(type)
    const {key, numbers} = readKey(type, reader)
    const application = type.startsWith('sk-') ? reader.text() : null
    if (application === '') throw new WireError('its application is empty')
    reader.end()
    const own = Buffer.from(blob)
    return {
      type,
      blob: own,
      text: `${type} ${own.toString('base64')}`,
      fingerprint: fingerprintOf(own),
      pair: sha256Hex(numbers),
      application,
      sk: application !== null,
      key,
    }
  } catch (error) {
    if (error instanceof WireError) throw malformed(error.message, error)
    throw error
  }
}

/** `SHA256:` and the base64 of the blob's SHA-256 without padding. */
export function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${sha256(blob).toString('base64').replace(/=+$/, '')}`
}

function readKey(type: KeyType, reader: WireReader): {readonly key: KeyObject; readonly numbers: Uint8Array} {
  switch (type) {
    case 'ssh-ed25519':
    case 'sk-ssh-ed25519@openssh.com': {
      const numbers = reader.string()
      return {key: ed25519Key(numbers), numbers}
    }
    case 'ssh-rsa': {
      const exponent = reader.mpint()
      const numbers = reader.mpint()
      return {key: rsaKey(numbers, exponent), numbers}
    }
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
    case 'sk-ecdsa-sha2-nistp256@openssh.com': {
      const curve = curveOf(type)
      if (reader.text() !== curve.ssh) throw new WireError('its curve is not the one of its type')
      const numbers = reader.string()
      return {key: ecKey(curve, numbers), numbers}
    }
  }
}

function malformed(fact: string, cause?: unknown): KeyriteError {
  return new KeyriteError('USAGE', `cannot read the public key: ${fact}`, {
    hints: ['give one line of a .pub file, such as ~/.ssh/id_ed25519.pub'],
    cause,
  })
}

function unsupported(type: string): KeyriteError {
  const name = type.slice(0, 64)
  return type.includes('-cert-')
    ? new KeyriteError('UNSUPPORTED', `cannot use the public key: it is a certificate ("${name}")`, {
        hints: ['give the key itself: the .pub file without -cert in its name'],
      })
    : new KeyriteError(
        'UNSUPPORTED',
        `cannot use the public key: keyrite does not know the algorithm "${name}"`,
        {
          hints: [`use one of ${keyTypes.join(', ')}`],
        },
      )
}
