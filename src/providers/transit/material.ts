/** Key material from outside: looked at before any of it goes to the server; and what the server gives out, as PKCS#8. */
import {createPrivateKey, createPublicKey} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import {isPair, type Algorithm} from '../algorithms.ts'
import {demandPair} from '../outside.ts'
import type {KeySpec} from '../ports.ts'

/**
 * @returns the public half as SPKI; null for symmetric keys.
 * @throws KeyriteError `UNSUPPORTED` if it is not what the spec says, or its halves do not belong together.
 */
export function demandMaterial(spec: KeySpec, bytes: Uint8Array): Buffer | null {
  const {label, algorithm} = spec
  if (!isPair(algorithm)) {
    const fits = algorithm === 'aes-256' ? bytes.length === 32 : bytes.length >= 32 && bytes.length <= 64
    if (!fits)
      throw new KeyriteError(
        'UNSUPPORTED',
        `cannot import key "${label}": expected ${algorithm === 'aes-256' ? '32' : '32 to 64'} bytes, got ${bytes.length}`,
      )
    return null
  }
  const pair = demandPair(spec, bytes, isSeedOnly)
  return createPublicKey(pair).export({format: 'der', type: 'spki'})
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
