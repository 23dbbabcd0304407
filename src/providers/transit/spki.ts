/** A public half as SubjectPublicKeyInfo DER. Transit gives PEM for RSA and the NIST curves, and bare bytes for the others. */
import {createPublicKey} from 'node:crypto'
import type {Algorithm} from '../algorithms.ts'

/** The heads of RFC 8410 and RFC 9881, up to the bit string's bytes. */
const heads: Partial<Record<Algorithm, readonly [head: string, length: number]>> = {
  ed25519: ['302a300506032b6570032100', 32],
  'ml-dsa-44': ['30820532300b06096086480165030403110382052100', 1312],
  'ml-dsa-65': ['308207b2300b0609608648016503040312038207a100', 1952],
  'ml-dsa-87': ['30820a32300b060960864801650304031303820a2100', 2592],
}

/** @returns undefined where it is not a public key of this algorithm. */
export function spkiOf(algorithm: Algorithm, shown: unknown): Buffer | undefined {
  if (typeof shown !== 'string') return undefined
  const [head, length] = heads[algorithm] ?? []
  if (head !== undefined) {
    const bytes = Buffer.from(shown, 'base64')
    return bytes.length === length ? Buffer.concat([Buffer.from(head, 'hex'), bytes]) : undefined
  }
  try {
    return createPublicKey(shown).export({format: 'der', type: 'spki'})
  } catch {
    return undefined // not a public key
  }
}
