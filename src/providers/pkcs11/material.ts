/** Key material from outside: looked at before any of it goes to the token. */
import {createPrivateKey, createPublicKey} from 'node:crypto'
import type {Attribute} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'
import {isPair, type Algorithm} from '../algorithms.ts'
import {demandPair} from '../outside.ts'
import type {KeySpec} from '../ports.ts'
import {cka} from './constants.ts'
import {curves} from './methods.ts'

/** @throws KeyriteError `UNSUPPORTED` if it is not what the spec says, or its halves do not belong together. */
export function demandMaterial(spec: KeySpec, bytes: Uint8Array): void {
  const {label, algorithm} = spec
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot import key "${label}": ${fact}`)
  }
  if (!isPair(algorithm)) {
    const fits = algorithm === 'aes-256' ? bytes.length === 32 : bytes.length >= 32 && bytes.length <= 64
    if (!fits) refuse(`expected ${algorithm === 'aes-256' ? '32' : '32 to 64'} bytes, got ${bytes.length}`)
    return
  }
  demandPair(spec, bytes)
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
