/** Key material from outside: looked at before any of it goes to the token. */
import {createPrivateKey, createPublicKey, sign, verify, type KeyObject} from 'node:crypto'
import type {Attribute} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'
import {isPair, type Algorithm} from '../algorithms.ts'
import type {KeySpec} from '../ports.ts'
import {cka} from './constants.ts'
import {curves} from './methods.ts'

const namedCurves: Readonly<Record<string, string>> = {
  'ec-p256': 'prime256v1',
  'ec-p384': 'secp384r1',
  'ec-p521': 'secp521r1',
}

/** @throws KeyriteError `UNSUPPORTED` if it is not what the spec says, or its halves do not belong together. */
export function demandMaterial({label, algorithm}: KeySpec, bytes: Uint8Array): void {
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot import key "${label}": ${fact}`)
  }
  if (!isPair(algorithm)) {
    const fits = algorithm === 'aes-256' ? bytes.length === 32 : bytes.length >= 32 && bytes.length <= 64
    if (!fits) refuse(`expected ${algorithm === 'aes-256' ? '32' : '32 to 64'} bytes, got ${bytes.length}`)
    return
  }
  const pair = privateOf(bytes) ?? refuse('expected a private key as PKCS#8 DER')
  const {modulusLength, namedCurve, publicExponent} = pair.asymmetricKeyDetails ?? {}
  const is = algorithm.startsWith('rsa-')
    ? `rsa-${modulusLength ?? 0}`
    : namedCurve === undefined
      ? (pair.asymmetricKeyType ?? '')
      : (Object.keys(namedCurves).find((one) => namedCurves[one] === namedCurve) ?? namedCurve)
  if (is !== algorithm) refuse(`it is ${pair.asymmetricKeyType ?? 'something else'}, and not ${algorithm}`)
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
    const hash = pair.asymmetricKeyType === 'rsa' || pair.asymmetricKeyType === 'ec' ? 'sha256' : null
    return verify(hash, probe, createPublicKey(pair), sign(hash, probe, pair))
  } catch {
    return false // a pair that cannot sign is no pair
  }
}

/** The attributes that the public object is made of. */
export function publicParts(algorithm: Algorithm, pkcs8: Buffer): Attribute[] {
  const key = createPublicKey(createPrivateKey({key: pkcs8, format: 'der', type: 'pkcs8'}))
  const {n, e, x, y} = key.export({format: 'jwk'})
  const bytes = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64url')
  if (algorithm.startsWith('rsa-'))
    return [
      {type: cka.modulus, value: bytes(n)},
      {type: cka.publicExponent, value: bytes(e)},
    ]
  const point = algorithm === 'ed25519' ? bytes(x) : Buffer.concat([Buffer.from([4]), bytes(x), bytes(y)])
  const size = point.length < 128 ? [point.length] : [0x81, point.length]
  return [
    {type: cka.ecParams, value: Buffer.from(curves[algorithm as keyof typeof curves], 'hex')},
    {type: cka.ecPoint, value: Buffer.concat([Buffer.from([0x04, ...size]), point])},
  ]
}
