/** How each algorithm is made and used on a token: mechanisms, key types, curves. */
import type {Mechanism} from 'pkcs11js'
import type {Algorithm, Scheme} from '../algorithms.ts'
import {ckk, ckm, mgf} from './constants.ts'

/** DER of the curve's object identifier (RFC 5480); edwards25519 by its name, as PKCS#11 v3.0 section 2.3.10 has it. */
export const curves = {
  'ec-p256': '06082a8648ce3d030107',
  'ec-p384': '06052b81040022',
  'ec-p521': '06052b81040023',
  ed25519: '130c656477617264733235353139',
} as const

const named = (name: string): string =>
  `13${Buffer.from([name.length]).toString('hex')}${Buffer.from(name, 'latin1').toString('hex')}`

/** Other spellings that tokens give back: by name, and for edwards25519 the identifiers of RFC 8410 and of GnuPG. */
const otherCurves: Readonly<Record<keyof typeof curves, readonly string[]>> = {
  'ec-p256': ['prime256v1', 'secp256r1', 'P-256'].map(named),
  'ec-p384': ['secp384r1', 'P-384'].map(named),
  'ec-p521': ['secp521r1', 'P-521'].map(named),
  ed25519: [named('Ed25519'), '06032b6570', '06092b06010401da470f01'],
}

/** Whether CKA_EC_PARAMS says that curve. */
export function isCurve(curve: keyof typeof curves, params: Buffer | undefined): boolean {
  const said = params?.toString('hex') ?? ''
  return said === curves[curve] || otherCurves[curve].includes(said)
}

export const mlDsaSets = {'ml-dsa-44': 1, 'ml-dsa-65': 2, 'ml-dsa-87': 3} as const

export interface Method {
  readonly makes: number
  readonly keyType: number
  /** What the token must have to use it. */
  readonly uses: number
  /** In bits, held against what the mechanism says of key sizes; null where that says nothing. */
  readonly bits: number | null
}

export function methodOf(algorithm: Algorithm): Method {
  switch (algorithm) {
    case 'aes-256':
      return {makes: ckm.aesGen, keyType: ckk.aes, uses: ckm.aesGcm, bits: null}
    case 'hmac-sha256':
      return {makes: ckm.genericGen, keyType: ckk.generic, uses: ckm.sha256Hmac, bits: null}
    case 'rsa-2048':
    case 'rsa-3072':
    case 'rsa-4096':
      return {makes: ckm.rsaPairGen, keyType: ckk.rsa, uses: ckm.rsaPkcs, bits: Number(algorithm.slice(4))}
    case 'ec-p256':
    case 'ec-p384':
    case 'ec-p521':
      return {makes: ckm.ecPairGen, keyType: ckk.ec, uses: ckm.ecdsa, bits: Number(algorithm.slice(4))}
    case 'ed25519':
      return {makes: ckm.edwardsPairGen, keyType: ckk.edwards, uses: ckm.eddsa, bits: null}
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return {makes: ckm.mlDsaPairGen, keyType: ckk.mlDsa, uses: ckm.mlDsa, bits: null}
  }
}

export interface Signing {
  readonly mechanism: Mechanism
  /** What is hashed before it goes to the token; null where the token takes the whole message. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null
}

/** The driver's own numbers for the parameters that go with a mechanism. */
export const params = {oaep: 4, pss: 5, gcm: 7} as const
type Params = Exclude<Mechanism['parameter'], number | Buffer | undefined>

const hashes = {
  '256': {hash: 'sha256', number: ckm.sha256, mgf: mgf.sha256, bytes: 32},
  '384': {hash: 'sha384', number: ckm.sha384, mgf: mgf.sha384, bytes: 48},
  '512': {hash: 'sha512', number: ckm.sha512, mgf: mgf.sha512, bytes: 64},
} as const
const withHash = {
  rs256: ckm.sha256RsaPkcs,
  rs384: ckm.sha384RsaPkcs,
  rs512: ckm.sha512RsaPkcs,
  ps256: ckm.sha256RsaPss,
  ps384: ckm.sha384RsaPss,
  ps512: ckm.sha512RsaPss,
} as const

/** PSS as RFC 7518 section 3.5 has it: salt as long as the hash. Tokens that do not hash for it are given the hash. */
function pss(scheme: 'ps256' | 'ps384' | 'ps512', has: Has): Signing {
  const {hash, number, mgf: generator, bytes} = hashes[scheme.slice(2) as keyof typeof hashes]
  const hashing = has(withHash[scheme])
  const parameter = {type: params.pss, hashAlg: number, mgf: generator, saltLen: bytes} as Params
  return {
    mechanism: {mechanism: hashing ? withHash[scheme] : ckm.rsaPss, parameter},
    hash: hashing ? null : hash,
  }
}

/** Whether the token has a mechanism. */
export type Has = (mechanism: number) => boolean

/** Undefined for schemes that do not sign. */
export function signingOf(scheme: Scheme, has: Has): Signing | undefined {
  const plain = (mechanism: number, hash: Signing['hash'] = null): Signing => ({mechanism: {mechanism}, hash})
  switch (scheme) {
    case 'rs256':
    case 'rs384':
    case 'rs512':
      return plain(withHash[scheme])
    case 'ps256':
    case 'ps384':
    case 'ps512':
      return pss(scheme, has)
    case 'es256':
      return plain(ckm.ecdsa, 'sha256')
    case 'es384':
      return plain(ckm.ecdsa, 'sha384')
    case 'es512':
      return plain(ckm.ecdsa, 'sha512')
    case 'eddsa':
      return plain(ckm.eddsa)
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return plain(ckm.mlDsa)
    case 'hs256':
      return plain(ckm.sha256Hmac)
    case 'a256gcm':
    case 'oaep-sha256':
      return undefined
  }
}

/** RSA-OAEP with one hash for both (RFC 8017 section 7.1), no label. */
export function oaep(hashAlg: number, generator: number): Mechanism {
  return {
    mechanism: ckm.rsaOaep,
    parameter: {type: params.oaep, hashAlg, mgf: generator, source: 1} as Params,
  }
}

export const oaepSha256 = oaep(ckm.sha256, mgf.sha256)
export const oaepSha1 = oaep(ckm.sha1, mgf.sha1)

/** AES-256-GCM with a 96-bit IV and a 128-bit tag (SP 800-38D). */
export function gcm(iv: Buffer, aad: Buffer): Mechanism {
  return {
    mechanism: ckm.aesGcm,
    parameter: {type: params.gcm, iv, ivBits: iv.length * 8, aad, tagBits: 128} as Params,
  }
}
