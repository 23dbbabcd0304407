/** The algorithms of Cloud KMS that this stand-in makes, each with its purpose and its material. */
import {generateKeyPairSync, randomBytes, type KeyObject} from 'node:crypto'

export type Material = KeyObject | Buffer

export interface Algorithm {
  readonly purpose: Purpose
  readonly make: () => Material
  /** Of a pair: the hash that is signed, or null where the data itself is. */
  readonly hash?: 'sha256' | 'sha384' | 'sha512' | null
  readonly padding?: 'pkcs1' | 'pss'
  /** By PKCS #1 over the data itself, with no name of a hash before it. */
  readonly raw?: true
  /** What `asymmetricKeyType`, and size or curve, of material from outside must be. */
  readonly type?: readonly [string, string | number | undefined]
  /** ML-DSA: GetPublicKey needs a format. */
  readonly postQuantum?: true
}

export type Purpose =
  'ENCRYPT_DECRYPT' | 'ASYMMETRIC_SIGN' | 'ASYMMETRIC_DECRYPT' | 'RAW_ENCRYPT_DECRYPT' | 'MAC'

const rsa = (bits: number) => (): KeyObject =>
  generateKeyPairSync('rsa', {modulusLength: bits, publicExponent: 65_537}).privateKey
const ec = (namedCurve: string) => (): KeyObject => generateKeyPairSync('ec', {namedCurve}).privateKey
const bytes = (count: number) => (): Buffer => randomBytes(count)

const pairs = [2048, 3072, 4096].flatMap((bits): [string, Algorithm][] => {
  const [make, type] = [rsa(bits), ['rsa', bits] as const]
  const sign = {purpose: 'ASYMMETRIC_SIGN', make, type} as const
  const all: [string, Algorithm][] = [
    [`RSA_SIGN_PKCS1_${bits}_SHA256`, {...sign, hash: 'sha256', padding: 'pkcs1'}],
    [`RSA_SIGN_PSS_${bits}_SHA256`, {...sign, hash: 'sha256', padding: 'pss'}],
    [`RSA_SIGN_RAW_PKCS1_${bits}`, {...sign, hash: null, raw: true}],
    [`RSA_DECRYPT_OAEP_${bits}_SHA256`, {purpose: 'ASYMMETRIC_DECRYPT', make, type, hash: 'sha256'}],
  ]
  return bits === 4096
    ? [
        ...all,
        ['RSA_SIGN_PKCS1_4096_SHA512', {...sign, hash: 'sha512', padding: 'pkcs1'}],
        ['RSA_SIGN_PSS_4096_SHA512', {...sign, hash: 'sha512', padding: 'pss'}],
      ]
    : all
})

const mlDsa = (['44', '65', '87'] as const).map((level): [string, Algorithm] => [
  `PQ_SIGN_ML_DSA_${level}`,
  {
    purpose: 'ASYMMETRIC_SIGN',
    // Node's types do not know all three.
    make: () => generateKeyPairSync(`ml-dsa-${level}` as 'ed25519').privateKey,
    hash: null,
    type: [`ml-dsa-${level}`, undefined],
    postQuantum: true,
  },
])

export const algorithms: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ['GOOGLE_SYMMETRIC_ENCRYPTION', {purpose: 'ENCRYPT_DECRYPT', make: bytes(32)}],
  ['AES_256_GCM', {purpose: 'RAW_ENCRYPT_DECRYPT', make: bytes(32)}],
  ['HMAC_SHA256', {purpose: 'MAC', make: bytes(32), hash: 'sha256'}],
  ...pairs,
  [
    'EC_SIGN_P256_SHA256',
    {purpose: 'ASYMMETRIC_SIGN', make: ec('P-256'), hash: 'sha256', type: ['ec', 'prime256v1']},
  ],
  [
    'EC_SIGN_P384_SHA384',
    {purpose: 'ASYMMETRIC_SIGN', make: ec('P-384'), hash: 'sha384', type: ['ec', 'secp384r1']},
  ],
  [
    'EC_SIGN_ED25519',
    {
      purpose: 'ASYMMETRIC_SIGN',
      make: () => generateKeyPairSync('ed25519').privateKey,
      hash: null,
      type: ['ed25519', undefined],
    },
  ],
  ...mlDsa,
])
