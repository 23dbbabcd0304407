/** What a token can do: by its list of mechanisms, and where that list does not tell, by trying without a trace. */
import {generateKeyPairSync} from 'node:crypto'
import type {MechanismInfo} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'
import {algorithms, isPair, schemesOf, type Algorithm, type Scheme} from '../algorithms.ts'
import type {Offered} from '../offered.ts'
import type {Capability, KeySpec} from '../ports.ts'
import {demandFitting} from '../purposes.ts'
import {anyUse, cka, ckfUse, ckk, ckm, cko} from './constants.ts'
import {rvOf} from './failures.ts'
import {methodOf, oaepSha256, signingOf} from './methods.ts'
import type {Token} from './token.ts'

/** It does not change while a token is open. */
const known = new WeakMap<Token, readonly Capability[]>()

export function capabilitiesOf(token: Token): readonly Capability[] {
  const before = known.get(token)
  if (before !== undefined) return before
  const {mechanisms} = token
  const found = keysBy(mechanisms, mechanisms.has(ckm.rsaOaep) && takesOaep(token))
  known.set(token, found)
  return found
}

type Mechanisms = Token['mechanisms']

/** Before anybody logs in: of OAEP the list says that it is there, and no more can be tried. */
export function offeredBy(mechanisms: Mechanisms): Offered {
  return {
    keys: keysBy(mechanisms, mechanisms.has(ckm.rsaOaep)),
    imports: wrapMechanism({mechanisms}) !== undefined,
  }
}

function keysBy(mechanisms: Mechanisms, oaep: boolean): readonly Capability[] {
  const wraps = wrapMechanism({mechanisms}) !== undefined
  return algorithms.flatMap((algorithm): Capability[] => {
    if (!makes(mechanisms, algorithm)) return []
    const schemes = schemesOf[algorithm].filter((scheme) => uses(mechanisms, scheme, oaep))
    if (schemes.length === 0) return []
    return [{algorithm, schemes, ...(algorithm === 'aes-256' && !wraps ? {without: ['wrap'] as const} : {})}]
  })
}

/** A mechanism may be there to verify old signatures only, as under FIPS 140. */
function isFor({flags}: MechanismInfo, use: number): boolean {
  return (flags & anyUse) === 0 || (flags & use) !== 0
}

function makes(mechanisms: Mechanisms, algorithm: Algorithm): boolean {
  const {makes: mechanism, uses: used, bits} = methodOf(algorithm)
  const info = mechanisms.get(mechanism)
  if (info === undefined || !mechanisms.has(used)) return false
  if (!isFor(info, isPair(algorithm) ? ckfUse.generatePair : ckfUse.generate)) return false
  // Some say 0, or give bytes: then nothing is held against it.
  const inBits = info.maxKeySize > (algorithm.startsWith('rsa-') ? 1024 : 111)
  return bits === null || !inBits || (bits >= info.minKeySize && bits <= info.maxKeySize)
}

function uses(mechanisms: Mechanisms, scheme: Scheme, oaep: boolean): boolean {
  if (scheme === 'a256gcm') return mechanisms.has(ckm.aesGcm)
  if (scheme === 'oaep-sha256') return oaep
  const signing = signingOf(scheme, (one) => mechanisms.has(one))
  const info = signing === undefined ? undefined : mechanisms.get(signing.mechanism.mechanism)
  return info !== undefined && isFor(info, ckfUse.sign)
}

/** AES key wrap with padding (RFC 5649): by its own number, or as the older one that tokens give the same meaning. */
export function wrapMechanism({mechanisms}: Pick<Token, 'mechanisms'>): number | undefined {
  return [ckm.aesWrapKwp, ckm.aesWrapPad].find((one) => mechanisms.has(one))
}

/** The list says that there is OAEP, and not with which hash. A public key of nobody, in this session only, is tried. */
function takesOaep(token: Token): boolean {
  const {n, e} = generateKeyPairSync('rsa', {modulusLength: 2048}).publicKey.export({format: 'jwk'})
  const key = token.module.C_CreateObject(token.session, [
    {type: cka.class, value: cko.publicKey},
    {type: cka.keyType, value: ckk.rsa},
    {type: cka.token, value: false},
    {type: cka.encrypt, value: true},
    {type: cka.modulus, value: Buffer.from(n ?? '', 'base64url')},
    {type: cka.publicExponent, value: Buffer.from(e ?? '', 'base64url')},
  ])
  try {
    token.encrypt(oaepSha256, key, Buffer.from('tried'), 256)
    return true
  } catch (error) {
    if (rvOf(error) === undefined) throw error
    return false
  } finally {
    token.discard(key)
  }
}

/** @throws KeyriteError `USAGE` for a bad label, `UNSUPPORTED` where algorithm, scheme and purpose do not go together on this token. */
export function permitSpec(token: Token, spec: KeySpec): void {
  demandFitting(spec)
  const {label, algorithm, scheme, purpose} = spec
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot create key "${label}": ${fact}`)
  }
  const offered = capabilitiesOf(token)
  const can = offered.find((one) => one.algorithm === algorithm)
  if (can === undefined)
    return refuse(`this token has no ${algorithm}, but ${offered.map((one) => one.algorithm).join(', ')}`)
  if (!can.schemes.includes(scheme))
    refuse(`this token uses ${algorithm} with ${can.schemes.join(', ')}, and not with ${scheme}`)
  if (can.without?.includes(purpose) === true) refuse('this token has no AES key wrap with padding')
}
