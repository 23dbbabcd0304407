import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto'
import {publicHalf} from './signing.ts'

const kwp = 'id-aes256-wrap-pad'
/** RFC 5649 section 3: the alternative initial value; Node adds the length by itself. */
const alternativeIv = Buffer.from('a65959a6', 'hex')
/** Far above any key. */
export const mostWrapped = 65_536

/** AES Key Wrap with Padding (RFC 5649) of 1 to 65 536 bytes. */
export function kwpWrap(key: Uint8Array, material: Uint8Array): Buffer {
  const cipher = createCipheriv(kwp, key, alternativeIv)
  return Buffer.concat([cipher.update(material), cipher.final()])
}

/** @throws Error if it is not what this key wrapped. The caller wipes the result. */
export function kwpUnwrap(key: Uint8Array, wrapped: Uint8Array): Buffer {
  // Whole blocks of 8, at least 2: OpenSSL takes nothing at all for a good wrapping of nothing.
  if (wrapped.length < 16 || wrapped.length % 8 !== 0 || wrapped.length > mostWrapped + 8)
    throw new Error('not a wrapping')
  const decipher = createDecipheriv(kwp, key, alternativeIv)
  const material = decipher.update(wrapped)
  decipher.final() // gives no more bytes
  if (material.length === 0) throw new Error('not a wrapping')
  return material
}

const oaep = {padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256'}

/** The most that RSA-OAEP with SHA-256 takes: the modulus less 66 bytes (RFC 8017 section 7.1.1). */
export function mostOaep(pkcs8: Buffer): number {
  const bits =
    createPrivateKey({key: pkcs8, format: 'der', type: 'pkcs8'}).asymmetricKeyDetails?.modulusLength ?? 0
  return bits / 8 - 66
}

export function oaepEncrypt(pkcs8: Buffer, plaintext: Uint8Array): Buffer {
  const key = createPublicKey({key: publicHalf(pkcs8), format: 'der', type: 'spki'})
  return publicEncrypt({...oaep, key}, plaintext)
}

/** @throws Error if it is not for this key. The caller wipes the result. */
export function oaepDecrypt(pkcs8: Buffer, ciphertext: Uint8Array): Buffer {
  return privateDecrypt(
    {...oaep, key: createPrivateKey({key: pkcs8, format: 'der', type: 'pkcs8'})},
    ciphertext,
  )
}
