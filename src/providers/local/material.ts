/** Key material: made here, or taken from outside after it has been looked at. Raw for symmetric keys, PKCS#8 DER for pairs. */
import {createPrivateKey, generateKeyPair} from 'node:crypto'
import type {KeyObject} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import type {Random} from '../../base/world.ts'
import type {Algorithm} from '../algorithms.ts'
import {algorithms, isPair, schemesOf} from '../algorithms.ts'
import type {Offered} from '../offered.ts'
import type {KeySpec} from '../ports.ts'
import {oaepDecrypt, oaepEncrypt} from './wrapping.ts'
import {signWith, verifyWith} from './signing.ts'

const curves: Readonly<Partial<Record<Algorithm, string>>> = {
  'ec-p256': 'prime256v1',
  'ec-p384': 'secp384r1',
  'ec-p521': 'secp521r1',
}
const moduli: Readonly<Partial<Record<Algorithm, number>>> = {
  'rsa-2048': 2048,
  'rsa-3072': 3072,
  'rsa-4096': 4096,
}
const usualExponent = 65_537n

/** New material, which the caller wipes. */
export async function generate(algorithm: Algorithm, random: Random): Promise<Buffer> {
  if (!isPair(algorithm)) return random.bytes(32)
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, _publicKey: Buffer, privateKey: Buffer): void => {
      if (error === null) resolve(privateKey)
      else
        reject(
          new KeyriteError('PROVIDER_FAILED', `cannot generate ${algorithm}: OpenSSL refused`, {
            cause: error,
          }),
        )
    }
    const encodings = {
      publicKeyEncoding: {type: 'spki', format: 'der'},
      privateKeyEncoding: {type: 'pkcs8', format: 'der'},
    } as const
    const namedCurve = curves[algorithm]
    const modulusLength = moduli[algorithm]
    if (modulusLength !== undefined)
      generateKeyPair('rsa', {modulusLength, publicExponent: Number(usualExponent), ...encodings}, done)
    else if (namedCurve !== undefined) generateKeyPair('ec', {namedCurve, ...encodings}, done)
    else if (algorithm === 'ed25519') generateKeyPair('ed25519', encodings, done)
    else generateKeyPair(algorithm as 'ml-dsa-44', encodings, done)
  })
}

/** The algorithms that this Node can make: ML-DSA needs OpenSSL 3.5. Tried once. */
export async function possibleAlgorithms(): Promise<readonly Algorithm[]> {
  possible ??= tryAll()
  return possible
}
let possible: Promise<readonly Algorithm[]> | undefined

/** It is the same for every token. */
export async function offered(): Promise<Offered> {
  const keys = (await possibleAlgorithms()).map((algorithm) => ({algorithm, schemes: schemesOf[algorithm]}))
  return {keys, imports: true}
}

async function tryAll(): Promise<readonly Algorithm[]> {
  const random = {bytes: (count: number) => Buffer.alloc(count)}
  const absent = new Set<Algorithm>()
  for (const algorithm of ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const)
    try {
      ;(await generate(algorithm, random)).fill(0)
    } catch {
      absent.add(algorithm)
    }
  return algorithms.filter((one) => !absent.has(one))
}

/**
 * Material from outside, as it will be kept: size, curve and algorithm are those of the spec, and the halves of a pair belong together.
 * The caller wipes both what it gave and what it gets.
 * @throws KeyriteError `UNSUPPORTED` saying what was expected; the material is never part of it.
 */
export function checked(spec: KeySpec, given: Uint8Array): Buffer {
  const {label, algorithm} = spec
  const refuse = (fact: string): KeyriteError =>
    new KeyriteError('UNSUPPORTED', `cannot import key "${label}": ${fact}`)
  if (algorithm === 'aes-256') {
    if (given.length !== 32) throw refuse(`expected 32 bytes for aes-256, got ${given.length}`)
    return Buffer.from(given)
  }
  if (algorithm === 'hmac-sha256') {
    // Shorter ones are weaker than the hash, longer ones are hashed down (RFC 2104 section 3).
    if (given.length < 32 || given.length > 64)
      throw refuse(`expected 32 to 64 bytes for hmac-sha256, got ${given.length}`)
    return Buffer.from(given)
  }
  const key = parsePkcs8(given)
  if (key === undefined) throw refuse(`expected an unencrypted ${algorithm} private key as PKCS#8 DER`)
  const fact = differenceOf(key, algorithm)
  if (fact !== undefined) throw refuse(fact)
  const kept = key.export({format: 'der', type: 'pkcs8'})
  if (!halvesBelongTogether(spec, kept)) {
    kept.fill(0)
    throw refuse('its private half and its public half do not belong together')
  }
  return kept
}

function parsePkcs8(given: Uint8Array): KeyObject | undefined {
  const copy = Buffer.from(given)
  try {
    return createPrivateKey({key: copy, format: 'der', type: 'pkcs8'})
  } catch {
    return undefined // OpenSSL's reasons add nothing that the operator could act on
  } finally {
    copy.fill(0)
  }
}

function differenceOf(key: KeyObject, algorithm: Algorithm): string | undefined {
  const details = key.asymmetricKeyDetails ?? {}
  const curve = curves[algorithm]
  const modulus = moduli[algorithm]
  const type: string = modulus !== undefined ? 'rsa' : curve !== undefined ? 'ec' : algorithm
  if (key.asymmetricKeyType !== type)
    return `expected a key of ${algorithm}, got one of ${key.asymmetricKeyType ?? 'an unknown kind'}`
  if (details.namedCurve !== curve)
    return `expected a key on ${algorithm}, got one on ${details.namedCurve ?? 'no named curve'}`
  if (details.modulusLength !== modulus)
    return `expected ${algorithm}, got a modulus of ${details.modulusLength ?? 0} bits`
  if (modulus !== undefined && (details.publicExponent ?? 0n) < usualExponent)
    return 'its public exponent is below 65537 (FIPS 186-5, appendix A.1.1)'
  return undefined
}

/** A pair-wise consistency test, by use (FIPS 140-3 IG 10.3.A). */
function halvesBelongTogether({scheme, purpose}: KeySpec, pkcs8: Buffer): boolean {
  const message = Buffer.from('keyrite/v1/pair\n')
  try {
    if (purpose === 'sign') return verifyWith(scheme, pkcs8, message, signWith(scheme, pkcs8, message))
    return oaepDecrypt(pkcs8, oaepEncrypt(pkcs8, message)).equals(message)
  } catch {
    return false
  }
}
