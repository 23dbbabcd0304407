/** Key material from outside: looked at before any of it is sent, and wrapped as KMS wants it on the way. */
import {constants, createPublicKey, publicEncrypt} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import {rsaAesWrap} from '../../base/kwp.ts'
import {isPair} from '../algorithms.ts'
import {demandPair} from '../outside.ts'
import type {KeySpec} from '../ports.ts'

/** @throws KeyriteError `UNSUPPORTED` if it is not what the spec says, or its halves do not belong together. */
export function demandMaterial(spec: KeySpec, bytes: Uint8Array): void {
  const {label, algorithm} = spec
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot import key "${label}": ${fact}`)
  }
  if (algorithm.startsWith('ml-dsa')) refuse(`AWS KMS takes no ${algorithm} from outside`)
  if (!isPair(algorithm)) {
    const most = algorithm === 'aes-256' ? 32 : 64
    if (bytes.length < 32 || bytes.length > most)
      refuse(`expected ${most === 32 ? '32' : `32 to ${most}`} bytes, got ${bytes.length}`)
    return
  }
  demandPair(spec, bytes)
}

/** How KMS takes each: what fits into RSA-OAEP alone, and a private key under an AES key that is. */
export function wrappingOf({algorithm}: KeySpec): 'RSAES_OAEP_SHA_256' | 'RSA_AES_KEY_WRAP_SHA_256' {
  return isPair(algorithm) ? 'RSA_AES_KEY_WRAP_SHA_256' : 'RSAES_OAEP_SHA_256'
}

/** @param under - KMS's public key for this import, SPKI DER. */
export function wrapped(spec: KeySpec, material: Uint8Array, under: Uint8Array): Buffer {
  const key = createPublicKey({key: Buffer.from(under), format: 'der', type: 'spki'})
  if (wrappingOf(spec) === 'RSA_AES_KEY_WRAP_SHA_256') return rsaAesWrap(key, 'sha256', material)
  return publicEncrypt({key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256'}, material)
}
