import type {KeyObject} from 'node:crypto'

/** What a key can be made of, and the schemes each can be used with (P8). The first scheme is the default. */
export const schemesOf = {
  'aes-256': ['a256gcm'],
  'hmac-sha256': ['hs256'],
  'rsa-2048': ['rs256', 'rs384', 'rs512', 'ps256', 'ps384', 'ps512', 'oaep-sha256'],
  'rsa-3072': ['rs256', 'rs384', 'rs512', 'ps256', 'ps384', 'ps512', 'oaep-sha256'],
  'rsa-4096': ['rs256', 'rs384', 'rs512', 'ps256', 'ps384', 'ps512', 'oaep-sha256'],
  'ec-p256': ['es256'],
  'ec-p384': ['es384'],
  'ec-p521': ['es512'],
  ed25519: ['eddsa'],
  'ml-dsa-44': ['ml-dsa-44'],
  'ml-dsa-65': ['ml-dsa-65'],
  'ml-dsa-87': ['ml-dsa-87'],
} as const

export type Algorithm = keyof typeof schemesOf
export type Scheme = (typeof schemesOf)[Algorithm][number]

/** One key has one purpose (K8): a signing key never encrypts. */
export const purposes = ['sign', 'encrypt', 'wrap', 'mac', 'decrypt'] as const
export type Purpose = (typeof purposes)[number]

export const algorithms = Object.keys(schemesOf) as readonly Algorithm[]
export const schemes = [...new Set(Object.values(schemesOf).flat())] as readonly Scheme[]

/** The purposes that a scheme can serve. `encrypt` is symmetric; `decrypt` is the private half of an encryption pair. */
export function purposesOf(scheme: Scheme): readonly Purpose[] {
  if (scheme === 'a256gcm') return ['encrypt', 'wrap']
  if (scheme === 'hs256') return ['mac']
  if (scheme === 'oaep-sha256') return ['decrypt', 'wrap']
  return ['sign']
}

/**
 * Whether a signature is as long as the modulus of its RSA key (RFC 8017, sections 8.1.2 and 8.2.2, step 1); of other keys always.
 * OpenSSL takes one of PSS without the zeros that it begins with: another spelling of the same signature.
 */
export function hasWholeLength(key: KeyObject, signature: Uint8Array): boolean {
  const bits = key.asymmetricKeyType === 'rsa' ? key.asymmetricKeyDetails?.modulusLength : undefined
  return bits === undefined || signature.length === Math.ceil(bits / 8)
}

/** Whether the algorithm has a public half. */
export function isPair(algorithm: Algorithm): boolean {
  return algorithm !== 'aes-256' && algorithm !== 'hmac-sha256'
}
