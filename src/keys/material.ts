/** Key material from outside, named before it is brought: so that what is brought is what people approved. */
import {createHash, createPrivateKey, createPublicKey} from 'node:crypto'
import {sha256Hex} from '../base/bytes.ts'
import type {Secret} from '../base/secret.ts'
import {isPair, type Algorithm} from '../providers/algorithms.ts'

/** Stands, with a line feed, before the bytes of a secret key: so that the digest is of no use elsewhere. */
export const materialPrefix = 'keyrite-material/1'

/**
 * SHA-256, hex: of a pair's public half (SubjectPublicKeyInfo as DER), of a secret key's 32 bytes after `materialPrefix`.
 * The latter gives nothing away of a key that was drawn at random; of one made of a password it lets others try guesses.
 * @param material - PKCS#8 as DER, or the bytes; stays the caller's.
 */
export function materialSha256(algorithm: Algorithm, material: Secret): string {
  return material.use((bytes) =>
    isPair(algorithm)
      ? sha256Hex(publicOf(bytes))
      : createHash('sha256').update(`${materialPrefix}\n`).update(bytes).digest('hex'),
  )
}

/** SubjectPublicKeyInfo, as DER. */
export function publicOf(pkcs8: Uint8Array): Buffer {
  const key = createPrivateKey({key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8'})
  return createPublicKey(key).export({format: 'der', type: 'spki'})
}
