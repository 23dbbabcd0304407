/** Each algorithm as transit has it, and each scheme as it is asked for. */
import type {Algorithm, Scheme} from '../algorithms.ts'

const types = {
  'aes-256': 'aes256-gcm96',
  'hmac-sha256': 'hmac',
  'rsa-2048': 'rsa-2048',
  'rsa-3072': 'rsa-3072',
  'rsa-4096': 'rsa-4096',
  'ec-p256': 'ecdsa-p256',
  'ec-p384': 'ecdsa-p384',
  'ec-p521': 'ecdsa-p521',
  ed25519: 'ed25519',
  'ml-dsa-44': 'mldsa-44',
  'ml-dsa-65': 'mldsa-65',
  'ml-dsa-87': 'mldsa-87',
} as const satisfies Record<Algorithm, string>

export function typeOf(algorithm: Algorithm): string {
  return types[algorithm]
}

/** @returns undefined for a type that keyrite does not use. */
export function algorithmOf(type: unknown): Algorithm | undefined {
  return (Object.keys(types) as Algorithm[]).find((one) => types[one] === type)
}

export interface Signing {
  /** What is hashed here, so that only the digest travels; null where the message itself does. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null
  readonly asked: Readonly<Record<string, unknown>>
}

/** @returns undefined for a scheme that does not sign. */
export function signingOf(scheme: Scheme): Signing | undefined {
  const bits = /^[rpe]s(256|384|512)$/.exec(scheme)?.[1]
  if (bits === undefined)
    return scheme === 'eddsa' || scheme.startsWith('ml-dsa') ? {hash: null, asked: {}} : undefined
  const hash = `sha${bits}` as 'sha256'
  const asked = {hash_algorithm: `sha2-${bits}`, prehashed: true}
  if (scheme.startsWith('rs')) return {hash, asked: {...asked, signature_algorithm: 'pkcs1v15'}}
  if (scheme.startsWith('ps'))
    // By default the salt is as long as it can be, which no JOSE library takes.
    return {hash, asked: {...asked, signature_algorithm: 'pss', salt_length: 'hash'}}
  return {hash, asked: {...asked, marshaling_algorithm: 'jws'}}
}

/** `vault:v3:BASE64`: what a version made. The version is known already; the bytes are what counts. */
export function bytesIn(text: unknown, version: number): Buffer | undefined {
  const [, number, content] = /^vault:v(\d+):([\w+/=-]*)$/.exec(typeof text === 'string' ? text : '') ?? []
  if (number !== String(version) || content === undefined) return undefined
  return Buffer.from(content, /[-_]/.test(content) ? 'base64url' : 'base64')
}

/** @param jws - with the letters of base64url, as the marshalling of ECDSA for JOSE wants them. */
export function textOf(bytes: Uint8Array, version: number, jws = false): string {
  return `vault:v${version}:${Buffer.from(bytes).toString(jws ? 'base64url' : 'base64')}`
}
