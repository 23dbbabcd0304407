/** Key material from outside: looked at before any of it is sent. */
import {createPrivateKey, createPublicKey, sign, verify, type KeyObject} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import {isPair} from '../algorithms.ts'
import type {KeySpec} from '../ports.ts'

const namedCurves: Readonly<Record<string, string>> = {
  prime256v1: 'ec-p256',
  secp384r1: 'ec-p384',
  secp521r1: 'ec-p521',
}

/** @throws KeyriteError `UNSUPPORTED` if it is not what the spec says, or its halves do not belong together. */
export function demandMaterial({label, algorithm}: KeySpec, bytes: Uint8Array): void {
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot import key "${label}": ${fact}`)
  }
  if (!isPair(algorithm)) {
    if (bytes.length !== 32) refuse(`Azure takes 32 bytes for ${algorithm}, not ${bytes.length}`)
    return
  }
  const pair = privateOf(bytes) ?? refuse('expected a private key as PKCS#8 DER')
  const {modulusLength, namedCurve, publicExponent} = pair.asymmetricKeyDetails ?? {}
  const is =
    pair.asymmetricKeyType === 'rsa'
      ? `rsa-${modulusLength ?? 0}`
      : (namedCurves[namedCurve ?? ''] ?? pair.asymmetricKeyType ?? 'something else')
  if (is !== algorithm) refuse(`it is ${is}, and not ${algorithm}`)
  if (publicExponent !== undefined && publicExponent !== 65_537n) refuse('its public exponent is not 65537')
  if (!belongTogether(pair)) refuse('its halves do not belong together')
}

function privateOf(bytes: Uint8Array): KeyObject | undefined {
  try {
    const key = createPrivateKey({key: Buffer.from(bytes), format: 'der', type: 'pkcs8'})
    // As it would be written: nothing may hide behind or within it.
    return key.export({format: 'der', type: 'pkcs8'}).equals(bytes) ? key : undefined
  } catch {
    return undefined // not a private key
  }
}

function belongTogether(pair: KeyObject): boolean {
  const probe = Buffer.from('do these belong together')
  try {
    return verify('sha256', probe, createPublicKey(pair), sign('sha256', probe, pair))
  } catch {
    return false // a pair that cannot sign is no pair
  }
}
