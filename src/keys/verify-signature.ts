/** Checks signatures and MACs with `node:crypto`, so that a provider is never its own witness. */
import {constants, createPublicKey, verify, type KeyObject} from 'node:crypto'
import {hasWholeLength, type Scheme} from '../providers/algorithms.ts'

/** @param spki - SubjectPublicKeyInfo DER. @param signature - raw, as JOSE has it. */
export function verifySignature(
  scheme: Scheme,
  spki: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = createPublicKey({key: Buffer.from(spki), format: 'der', type: 'spki'})
  if (!hasWholeLength(key, signature)) return false
  const hash = `sha${scheme.slice(-3)}`
  switch (scheme.slice(0, 2)) {
    case 'rs':
      return verify(hash, message, {key, padding: constants.RSA_PKCS1_PADDING}, signature)
    case 'ps':
      return verify(
        hash,
        message,
        {key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST},
        signature,
      )
    case 'es':
      return verify(hash, message, {key, dsaEncoding: 'ieee-p1363'}, signature)
    default:
      return verify(null, message, key, signature)
  }
}

/** What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410). */
const ed25519 = Buffer.from('302a300506032b6570032100', 'hex')

/** Whether a public key is of the algorithm that the plan says: its kind, and its size or curve. What is no public key is of none. */
export function isOfAlgorithm(algorithm: string, spki: Uint8Array): boolean {
  // Any 32 bytes are taken for a public key of Ed25519, by OpenSSL too: it is told by what stands before them.
  if (spki.length === ed25519.length + 32 && ed25519.every((byte, at) => spki[at] === byte))
    return algorithm === 'ed25519'
  try {
    return algorithmOf(createPublicKey({key: Buffer.from(spki), format: 'der', type: 'spki'})) === algorithm
  } catch {
    return false
  }
}

function algorithmOf(key: KeyObject): string {
  const {modulusLength, namedCurve} = key.asymmetricKeyDetails ?? {}
  const curves: Readonly<Record<string, string>> = {
    prime256v1: 'ec-p256',
    secp384r1: 'ec-p384',
    secp521r1: 'ec-p521',
  }
  if (key.asymmetricKeyType === 'rsa') return `rsa-${modulusLength ?? 0}`
  if (key.asymmetricKeyType === 'ec') return curves[namedCurve ?? ''] ?? ''
  return key.asymmetricKeyType ?? ''
}
