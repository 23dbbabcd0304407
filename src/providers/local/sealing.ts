import {createCipheriv, createDecipheriv} from 'node:crypto'
import type {Json} from '../../base/jcs.ts'
import {jcsBytes} from '../../base/jcs.ts'
import type {Random} from '../../base/world.ts'

/** AES-256-GCM output in its three parts: 12, n and 16 bytes. */
export interface Sealed {
  readonly nonce: Buffer
  readonly ciphertext: Buffer
  readonly tag: Buffer
}

const nonceBytes = 12
const tagBytes = 16

/** Encrypts under a 32-byte key with a fresh random nonce (NIST SP 800-38D 8.2.2); `about` is authenticated as canonical JSON. */
export function seal(key: Uint8Array, plaintext: Uint8Array, about: Json, random: Random): Sealed {
  return sealBytes(key, plaintext, jcsBytes(about), random)
}

/** @throws Error if anything but exactly what was sealed is given. The caller owns, and wipes, the plaintext. */
export function unseal(key: Uint8Array, sealed: Sealed, about: Json): Buffer {
  return unsealBytes(key, sealed, jcsBytes(about))
}

/** As `seal`, over bytes. */
export function sealBytes(key: Uint8Array, plaintext: Uint8Array, about: Uint8Array, random: Random): Sealed {
  const nonce = random.bytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, {authTagLength: tagBytes})
  cipher.setAAD(about)
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return {nonce, ciphertext, tag: cipher.getAuthTag()}
}

/** As `unseal`, over bytes. */
export function unsealBytes(key: Uint8Array, sealed: Sealed, about: Uint8Array): Buffer {
  // Node would take shorter tags and other nonces; only one size of each is ours.
  if (sealed.nonce.length !== nonceBytes || sealed.tag.length !== tagBytes) throw new Error('not ours')
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.nonce, {authTagLength: tagBytes})
  decipher.setAAD(about)
  decipher.setAuthTag(sealed.tag)
  const plaintext = decipher.update(sealed.ciphertext)
  try {
    decipher.final()
    return plaintext
  } catch (error) {
    plaintext.fill(0)
    throw error
  }
}

/** The three parts in one piece, as callers of `encrypt` keep them: nonce, ciphertext, tag. */
export function joined(sealed: Sealed): Buffer {
  return Buffer.concat([sealed.nonce, sealed.ciphertext, sealed.tag])
}

/** @throws Error if there is not even room for a nonce and a tag. */
export function parted(bytes: Uint8Array): Sealed {
  if (bytes.length < nonceBytes + tagBytes) throw new Error('too short')
  const whole = Buffer.from(bytes)
  return {
    nonce: whole.subarray(0, nonceBytes),
    ciphertext: whole.subarray(nonceBytes, whole.length - tagBytes),
    tag: whole.subarray(whole.length - tagBytes),
  }
}
