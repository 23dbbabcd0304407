/** Which algorithm of Cloud KMS stands for ours. What is not here it has not, or nobody has seen it take. */
import {KeyriteError} from '../../base/errors.ts'
import {algorithms, schemesOf, type Algorithm, type Scheme} from '../algorithms.ts'
import type {Capability, KeySpec} from '../ports.ts'
import {demandFitting} from '../purposes.ts'

export type KeyPurpose =
  'RAW_ENCRYPT_DECRYPT' | 'ENCRYPT_DECRYPT' | 'ASYMMETRIC_SIGN' | 'ASYMMETRIC_DECRYPT' | 'MAC'

interface Row {
  readonly algorithm: Algorithm
  readonly scheme: Scheme
  readonly name: string
  /** Whether its material can come from outside. */
  readonly imports: boolean
}

const rsaRows = ([2048, 3072, 4096] as const).flatMap((bits): Row[] => {
  const row = (scheme: Scheme, name: string): Row => ({algorithm: `rsa-${bits}`, scheme, name, imports: true})
  return [
    row('rs256', `RSA_SIGN_PKCS1_${bits}_SHA256`),
    row('ps256', `RSA_SIGN_PSS_${bits}_SHA256`),
    row('oaep-sha256', `RSA_DECRYPT_OAEP_${bits}_SHA256`),
    // It has SHA-512 with 4096 bits only, and SHA-384 with none.
    ...(bits === 4096
      ? [row('rs512', 'RSA_SIGN_PKCS1_4096_SHA512'), row('ps512', 'RSA_SIGN_PSS_4096_SHA512')]
      : []),
  ]
})

/** Ciphertext as anybody computes it, and not as Google packs it. */
export const rawAes = 'AES_256_GCM'

const rows: readonly Row[] = [
  {algorithm: 'aes-256', scheme: 'a256gcm', name: 'GOOGLE_SYMMETRIC_ENCRYPTION', imports: true},
  // Asked for by the profile; the first is taken unless told.
  {algorithm: 'aes-256', scheme: 'a256gcm', name: rawAes, imports: true},
  {algorithm: 'hmac-sha256', scheme: 'hs256', name: 'HMAC_SHA256', imports: true},
  ...rsaRows,
  {algorithm: 'ec-p256', scheme: 'es256', name: 'EC_SIGN_P256_SHA256', imports: true},
  {algorithm: 'ec-p384', scheme: 'es384', name: 'EC_SIGN_P384_SHA384', imports: true},
  {algorithm: 'ed25519', scheme: 'eddsa', name: 'EC_SIGN_ED25519', imports: false},
  {algorithm: 'ml-dsa-44', scheme: 'ml-dsa-44', name: 'PQ_SIGN_ML_DSA_44', imports: false},
  {algorithm: 'ml-dsa-65', scheme: 'ml-dsa-65', name: 'PQ_SIGN_ML_DSA_65', imports: false},
  {algorithm: 'ml-dsa-87', scheme: 'ml-dsa-87', name: 'PQ_SIGN_ML_DSA_87', imports: false},
]

export const capabilityList: readonly Capability[] = algorithms.flatMap((algorithm) => {
  const own = rows.filter((row) => row.algorithm === algorithm).map(({scheme}) => scheme)
  return own.length === 0
    ? []
    : [{algorithm, schemes: schemesOf[algorithm].filter((one) => own.includes(one))}]
})

/** The row of a name of Cloud KMS; undefined where keyrite has no such algorithm. */
export function rowOf(name: string): Row | undefined {
  return rows.find((row) => row.name === name)
}

export function nameOf({algorithm, scheme}: Pick<KeySpec, 'algorithm' | 'scheme'>): string | undefined {
  return rows.find((row) => row.algorithm === algorithm && row.scheme === scheme)?.name
}

export function keyPurposeOf(scheme: Scheme, algorithm: string): KeyPurpose {
  if (algorithm === rawAes) return 'RAW_ENCRYPT_DECRYPT'
  if (scheme === 'a256gcm') return 'ENCRYPT_DECRYPT'
  if (scheme === 'hs256') return 'MAC'
  return scheme === 'oaep-sha256' ? 'ASYMMETRIC_DECRYPT' : 'ASYMMETRIC_SIGN'
}

/** @throws KeyriteError `USAGE` for a bad label, `UNSUPPORTED` where algorithm, scheme and purpose do not go together in Cloud KMS. */
export function permitSpec(spec: KeySpec, isRaw: boolean): string {
  demandFitting(spec)
  const {label, algorithm, scheme} = spec
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot create key "${label}": ${fact}`)
  }
  const can = capabilityList.find((one) => one.algorithm === algorithm)
  if (can === undefined)
    return refuse(
      `Google Cloud KMS has no ${algorithm}, but ${capabilityList.map((one) => one.algorithm).join(', ')}`,
    )
  if (isRaw && algorithm === 'aes-256' && scheme === 'a256gcm') return rawAes
  return (
    nameOf({algorithm, scheme}) ??
    refuse(`Google Cloud KMS uses ${algorithm} with ${can.schemes.join(', ')}, and not with ${scheme}`)
  )
}
