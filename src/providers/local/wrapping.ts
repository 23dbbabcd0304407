import {constants, createPrivateKey, createPublicKey, privateDecrypt, publicEncrypt} from 'node:crypto'
import {publicHalf} from './signing.ts'

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
