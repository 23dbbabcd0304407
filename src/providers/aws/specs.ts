/** How AWS KMS calls what keys are made of and how they are used. */
import type {KeySpec as AwsSpec, KeyUsageType, SigningAlgorithmSpec} from '@aws-sdk/client-kms'
import {KeyriteError} from '../../base/errors.ts'
import {algorithms, schemesOf, type Algorithm, type Scheme} from '../algorithms.ts'
import type {Capability, KeySpec} from '../ports.ts'
import type {Offered} from '../offered.ts'
import {demandFitting} from '../purposes.ts'

export const awsSpecs = {
  'aes-256': 'SYMMETRIC_DEFAULT',
  'hmac-sha256': 'HMAC_256',
  'rsa-2048': 'RSA_2048',
  'rsa-3072': 'RSA_3072',
  'rsa-4096': 'RSA_4096',
  'ec-p256': 'ECC_NIST_P256',
  'ec-p384': 'ECC_NIST_P384',
  'ec-p521': 'ECC_NIST_P521',
  ed25519: 'ECC_NIST_EDWARDS25519',
  'ml-dsa-44': 'ML_DSA_44',
  'ml-dsa-65': 'ML_DSA_65',
  'ml-dsa-87': 'ML_DSA_87',
} as const satisfies Record<Algorithm, AwsSpec>

/** What a key is made of; some that speak as KMS does have only the name that it had first. */
export function madeOf(metadata: {
  readonly KeySpec?: string | undefined
  readonly CustomerMasterKeySpec?: string | undefined
}): string | undefined {
  return metadata.KeySpec ?? metadata.CustomerMasterKeySpec
}

/** @returns undefined for what keyrite has no name for. */
export function algorithmOf(spec: string | undefined): Algorithm | undefined {
  return algorithms.find((one) => awsSpecs[one] === spec)
}

export function usageOf({purpose}: Pick<KeySpec, 'purpose'>): KeyUsageType {
  if (purpose === 'sign') return 'SIGN_VERIFY'
  return purpose === 'mac' ? 'GENERATE_VERIFY_MAC' : 'ENCRYPT_DECRYPT'
}

interface Signing {
  readonly by: SigningAlgorithmSpec
  /** What a message is made short with; null where only the whole message can be signed. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null
}

const signings: Readonly<Partial<Record<Scheme, Signing>>> = {
  rs256: {by: 'RSASSA_PKCS1_V1_5_SHA_256', hash: 'sha256'},
  rs384: {by: 'RSASSA_PKCS1_V1_5_SHA_384', hash: 'sha384'},
  rs512: {by: 'RSASSA_PKCS1_V1_5_SHA_512', hash: 'sha512'},
  ps256: {by: 'RSASSA_PSS_SHA_256', hash: 'sha256'},
  ps384: {by: 'RSASSA_PSS_SHA_384', hash: 'sha384'},
  ps512: {by: 'RSASSA_PSS_SHA_512', hash: 'sha512'},
  es256: {by: 'ECDSA_SHA_256', hash: 'sha256'},
  es384: {by: 'ECDSA_SHA_384', hash: 'sha384'},
  es512: {by: 'ECDSA_SHA_512', hash: 'sha512'},
  eddsa: {by: 'ED25519_SHA_512', hash: null},
  'ml-dsa-44': {by: 'ML_DSA_SHAKE_256', hash: null},
  'ml-dsa-65': {by: 'ML_DSA_SHAKE_256', hash: null},
  'ml-dsa-87': {by: 'ML_DSA_SHAKE_256', hash: null},
}

/** @throws TypeError for a scheme that signs nothing. */
export function signingOf(scheme: Scheme): Signing {
  const signing = signings[scheme]
  if (signing === undefined) throw new TypeError('the purpose was checked')
  return signing
}

/** What the service has, in some region; which of it a region lacks shows only when a key is made there. */
export function capabilitiesOf(customKeyStore: boolean): readonly Capability[] {
  const here = customKeyStore ? (['aes-256'] as const) : algorithms
  return here.map((algorithm) => ({algorithm, schemes: schemesOf[algorithm]}))
}

/** Into a custom key store nothing comes from outside; of one outside AWS the keys are made there, and named here. @param storeType - as KMS says it; null where keys lie in none. */
export function offered(storeType: string | null): Offered {
  if (storeType === null) return {keys: capabilitiesOf(false), imports: true}
  return {
    keys: capabilitiesOf(true),
    imports: false,
    ...(storeType === cloudHsmStore ? {} : {outside: true}),
  }
}

/** The type of the custom key stores that lie in a CloudHSM cluster. */
export const cloudHsmStore = 'AWS_CLOUDHSM'

/** @throws KeyriteError `USAGE` for a bad label, `UNSUPPORTED` where algorithm, scheme and purpose do not go together there. */
export function permitSpec(spec: KeySpec, customKeyStore: boolean): void {
  demandFitting(spec)
  const {label, algorithm} = spec
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot create key "${label}": ${fact}`)
  }
  const offered = capabilitiesOf(customKeyStore).map((one) => one.algorithm)
  if (!offered.includes(algorithm))
    refuse(`a custom key store has no ${algorithm}, but ${offered.join(', ')}`)
}
