/** AES Key Wrap with Padding (RFC 5649), and its use under RSA: the one wrapping by which key material travels and rests. */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  publicEncrypt,
  randomBytes,
  type KeyObject,
} from 'node:crypto'

const kwp = 'id-aes256-wrap-pad'
/** RFC 5649 section 3: the alternative initial value; Node adds the length by itself. */
const alternativeIv = Buffer.from('a65959a6', 'hex')
/** Far above any key. */
export const mostWrapped = 65_536

/** @param key - of 32 bytes. @param material - of 1 to 65 536 bytes. */
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

/** RSA_AES_KEY_WRAP of PKCS #11: an AES key of this call under RSAES-OAEP, and the material under that. */
export function rsaAesWrap(key: KeyObject, oaepHash: 'sha1' | 'sha256', material: Uint8Array): Buffer {
  const between = randomBytes(32)
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    return Buffer.concat([publicEncrypt({key, padding, oaepHash}, between), kwpWrap(between, material)])
  } finally {
    between.fill(0)
  }
}
