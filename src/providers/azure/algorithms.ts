/** What a vault or a Managed HSM can be asked for. */
import {KeyriteError} from '../../base/errors.ts'
import {algorithms, schemesOf, type Algorithm, type Purpose} from '../algorithms.ts'
import type {Availability, Capability, KeySpec} from '../ports.ts'
import {demandFitting} from '../purposes.ts'
import type {Place} from './place.ts'

/** A vault has no symmetric keys; neither has Ed25519, ML-DSA or a key for HMAC. */
export function capabilitiesOf({isHsm}: Pick<Place, 'isHsm'>): readonly Capability[] {
  const missing: readonly Algorithm[] = ['hmac-sha256', 'ed25519', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87']
  return algorithms
    .filter((one) => !missing.includes(one) && (isHsm || one !== 'aes-256'))
    .map((algorithm) => ({algorithm, schemes: schemesOf[algorithm]}))
}

const curveNames: Partial<Record<Algorithm, string>> = {
  'ec-p256': 'P-256',
  'ec-p384': 'P-384',
  'ec-p521': 'P-521',
}

export interface Shape {
  readonly kty: string
  readonly keySize?: number
  readonly curve?: string
}

export function shapeOf(algorithm: Algorithm, isHsm: boolean): Shape {
  const kty = (name: string): string => (isHsm ? `${name}-HSM` : name)
  const curve = curveNames[algorithm]
  if (algorithm === 'aes-256') return {kty: 'oct-HSM', keySize: 256}
  if (curve !== undefined) return {kty: kty('EC'), curve}
  return {kty: kty('RSA'), keySize: Number(algorithm.slice('rsa-'.length))}
}

/** @param bytes - of an RSA modulus. @returns undefined where keyrite has no such algorithm. */
export function algorithmOf(kty: string, crv: string | undefined, bytes: number): Algorithm | undefined {
  if (kty === 'oct-HSM') return 'aes-256'
  if (kty.startsWith('EC')) return algorithms.find((one) => curveNames[one] === crv)
  return algorithms.find((one) => one === `rsa-${bytes * 8}`)
}

/** The operations that a version has, by what it may be used for: the service refuses every other. */
export function operationsOf(purpose: Purpose, availability: Availability): string[] {
  const [forward, backward] = {
    sign: ['sign', 'verify'],
    encrypt: ['encrypt', 'decrypt'],
    decrypt: ['encrypt', 'decrypt'],
    wrap: ['wrapKey', 'unwrapKey'],
    mac: ['sign', 'verify'],
  }[purpose] as [string, string]
  return availability === 'historic' ? [backward] : [forward, backward]
}

/** @throws KeyriteError `USAGE` for a bad label, `UNSUPPORTED` where algorithm, scheme and purpose do not go together here. */
export function permitSpec(place: Place, spec: KeySpec): void {
  demandFitting(spec)
  const {label, algorithm} = spec
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot create key "${label}": ${fact}`)
  }
  const can = capabilitiesOf(place).map((one) => one.algorithm)
  if (!can.includes(algorithm))
    refuse(`${place.isHsm ? 'Managed HSM' : 'Key Vault'} has no ${algorithm}, but ${can.join(', ')}`)
}
