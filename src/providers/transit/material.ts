/** Key material from outside: looked at before any of it goes to the server; and what the server gives out, as PKCS#8. */
import {createPrivateKey, createPublicKey, sign, verify, type KeyObject} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import {isPair, type Algorithm} from '../algorithms.ts'
import type {KeySpec} from '../ports.ts'

const curves: Readonly<Record<string, string>> = {
  prime256v1: 'ec-p256',
  secp384r1: 'ec-p384',
  secp521r1: 'ec-p521',
}

/**
 * @returns the public half as SPKI; null for symmetric keys.
 * @throws KeyriteError `UNSUPPORTED` if it is not what the spec says, or its halves do not belong together.
 */
export function demandMaterial({label, algorithm}: KeySpec, bytes: Uint8Array): Buffer | null {
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot import key "${label}": ${fact}`)
  }
  if (!isPair(algorithm)) {
    const fits = algorithm === 'aes-256' ? bytes.length === 32 : bytes.length >= 32 && bytes.length <= 64
    if (!fits) refuse(`expected ${algorithm === 'aes-256' ? '32' : '32 to 64'} bytes, got ${bytes.length}`)
    return null
  }
  const pair = privateOf(bytes) ?? refuse('expected a private key as PKCS#8 DER')
  const is = algorithmOf(pair)
  if (is !== algorithm) refuse(`it is ${is}, and not ${algorithm}`)
  const {publicExponent} = pair.asymmetricKeyDetails ?? {}
  if (publicExponent !== undefined && publicExponent !== 65_537n) refuse('its public exponent is not 65537')
  if (!belongTogether(pair)) refuse('its halves do not belong together')
  return createPublicKey(pair).export({format: 'der', type: 'spki'})
}

function algorithmOf({asymmetricKeyType: type, asymmetricKeyDetails: details}: KeyObject): string {
  if (type === 'rsa') return `rsa-${details?.modulusLength ?? 0}`
  if (type === 'ec') return curves[details?.namedCurve ?? ''] ?? 'another curve'
  return type ?? 'something else'
}

function privateOf(bytes: Uint8Array): KeyObject | undefined {
  try {
    const key = createPrivateKey({key: Buffer.from(bytes), format: 'der', type: 'pkcs8'})
    // As it would be written: nothing may hide behind or within it.
    const same = isSeedOnly(bytes) || key.export({format: 'der', type: 'pkcs8'}).equals(bytes)
    return same ? key : undefined
  } catch {
    return undefined // not a private key
  }
}

function belongTogether(pair: KeyObject): boolean {
  const probe = Buffer.from('do these belong together')
  const hash = pair.asymmetricKeyType === 'rsa' || pair.asymmetricKeyType === 'ec' ? 'sha256' : null
  try {
    return verify(hash, probe, createPublicKey(pair), sign(hash, probe, pair))
  } catch {
    return false // a pair that cannot sign is no pair
  }
}

/** PKCS#8 up to the 32 bytes of the seed (RFC 8410; RFC 9881 with the seed alone). */
const seedHeads: Partial<Record<Algorithm, string>> = {
  ed25519: '302e020100300506032b657004220420',
  'ml-dsa-44': '3034020100300b060960864801650304031104228020',
  'ml-dsa-65': '3034020100300b060960864801650304031204228020',
  'ml-dsa-87': '3034020100300b060960864801650304031304228020',
}

/**
 * As the server takes it in. Of ML-DSA it wants the seed alone, where OpenSSL writes the expanded key beside it.
 * @returns the caller's to wipe. @throws KeyriteError `UNSUPPORTED` where there is no seed.
 */
export function importable({label, algorithm}: KeySpec, pkcs8: Uint8Array): Buffer {
  const head = algorithm.startsWith('ml-dsa') ? seedHeads[algorithm] : undefined
  if (head === undefined || isSeedOnly(pkcs8)) return Buffer.from(pkcs8)
  if (pkcs8[24] === 0x30 && pkcs8[28] === 0x04 && pkcs8[29] === 32)
    return Buffer.concat([Buffer.from(head, 'hex'), pkcs8.subarray(30, 62)])
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot import key "${label}": its seed is not in it, and OpenBao takes nothing but the seed of ${algorithm}`,
  )
}

function isSeedOnly(bytes: Uint8Array): boolean {
  return Object.values(seedHeads).some(
    (head) =>
      bytes.length === head.length / 2 + 32 &&
      Buffer.from(bytes.subarray(0, head.length / 2)).equals(Buffer.from(head, 'hex')),
  )
}

/** What an export gives: PEM, or base64 of the bare key. @returns raw for symmetric keys, PKCS#8 DER for pairs; the caller's to wipe. */
export function exportedMaterial(algorithm: Algorithm, shown: string): Buffer {
  const head = seedHeads[algorithm]
  if (head !== undefined)
    return Buffer.concat([Buffer.from(head, 'hex'), Buffer.from(shown, 'base64').subarray(0, 32)])
  if (!isPair(algorithm)) return Buffer.from(shown, 'base64')
  return createPrivateKey(shown).export({format: 'der', type: 'pkcs8'})
}
