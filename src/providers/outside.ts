/** A pair from outside, looked at before any of it goes anywhere: the same at every place that takes one in. */
import {createPrivateKey, createPublicKey, sign, verify, type KeyObject} from 'node:crypto'
import {KeyriteError} from '../base/errors.ts'
import type {KeySpec} from './ports.ts'

const namedCurves: Readonly<Record<string, string>> = {
  prime256v1: 'ec-p256',
  secp384r1: 'ec-p384',
  secp521r1: 'ec-p521',
}

/**
 * @param pkcs8 - DER.
 * @param otherForm - whether it stands as it would not be written here, and is taken all the same.
 * @throws KeyriteError `UNSUPPORTED` if it is not what the spec says, or its halves do not belong together; the material is never part of it.
 */
export function demandPair(
  {label, algorithm}: KeySpec,
  pkcs8: Uint8Array,
  otherForm: (bytes: Uint8Array) => boolean = () => false,
): KeyObject {
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot import key "${label}": ${fact}`)
  }
  const pair = privateOf(pkcs8, otherForm) ?? refuse('expected a private key as PKCS#8 DER')
  const is = algorithmOf(pair)
  if (is !== algorithm) refuse(`it is ${is}, and not ${algorithm}`)
  const {publicExponent} = pair.asymmetricKeyDetails ?? {}
  if (publicExponent !== undefined && publicExponent !== 65_537n) refuse('its public exponent is not 65537')
  if (!belongTogether(pair)) refuse('its halves do not belong together')
  return pair
}

function algorithmOf({asymmetricKeyType: type, asymmetricKeyDetails: details}: KeyObject): string {
  if (type === 'rsa') return `rsa-${details?.modulusLength ?? 0}`
  if (type === 'ec') return namedCurves[details?.namedCurve ?? ''] ?? 'another curve'
  return type ?? 'something else'
}

function privateOf(bytes: Uint8Array, otherForm: (bytes: Uint8Array) => boolean): KeyObject | undefined {
  try {
    const key = createPrivateKey({key: Buffer.from(bytes), format: 'der', type: 'pkcs8'})
    // As it would be written: nothing may hide behind or within it.
    const same = otherForm(bytes) || key.export({format: 'der', type: 'pkcs8'}).equals(bytes)
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
