import {constants, createPublicKey, generateKeyPairSync, publicEncrypt, randomBytes} from 'node:crypto'
import type {Attribute, Handle} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'
import {kwpWrap} from '../../base/kwp.ts'
import type {Clock} from '../../base/world.ts'
import {isPair} from '../algorithms.ts'
import type {KeyMove, KeySpec} from '../ports.ts'
import {permitSpec, wrapMechanism} from './capable.ts'
import {cka, ckk, ckm, cko} from './constants.ts'
import {refuseBackup} from './evidence.ts'
import {failure, isGone, rv, rvOf, wordsOf} from './failures.ts'
import {idOf, newRef} from './ids.ts'
import {labelOf} from './label.ts'
import {demandMaterial, publicParts} from './material.ts'
import {oaepSha1} from './methods.ts'
import {existing, unpadded} from './objects.ts'
import {demandAsMade, demandNew, removeDebris} from './store.ts'
import {keptTemplate, shownTemplate, type Naming} from './templates.ts'
import type {Token} from './token.ts'

export function keyMove(token: Token, clock: Clock): KeyMove {
  return {
    async import(spec, material, intent) {
      permitSpec(token, spec)
      demandNew(token, spec, intent)
      const kind = wrapMechanism(token)
      if (kind === undefined)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot import key "${spec.label}": this token has no AES key wrap with padding`,
        )
      const ref = newRef(intent)
      const {label, scheme, purpose} = spec
      const naming = {
        id: idOf(ref) ?? Buffer.alloc(0),
        label: labelOf({label, number: 1, scheme, purpose, createdAt: clock.now()}),
      }
      material.use((bytes) => {
        demandMaterial(spec, bytes)
        demandTakes(token, spec, kind)
        removeDebris(token, naming.id)
        try {
          bring(token, spec, naming, Buffer.from(bytes), kind)
        } catch (error) {
          throw rvOf(error) === undefined ? error : failure(`import key "${label}"`, error)
        }
      })
      demandAsMade(token, spec, ref, 'import')
      return ref
    },

    /** It is really tried: a token that gives the key away shows it here. */
    async export(ref, under) {
      const version = existing(token, ref)
      const what = `export key "${version.spec.label}"`
      const kind = wrapMechanism(token)
      const transport = transportKey(token)
      const out = Buffer.alloc(16_384)
      try {
        const mechanism = {mechanism: kind ?? ckm.aesWrapKwp}
        const wrapped = Buffer.from(
          token.module.C_WrapKey(token.session, mechanism, transport.object, version.object, out),
        )
        const key = createPublicKey({key: Buffer.from(under), format: 'der', type: 'spki'})
        const padding = constants.RSA_PKCS1_OAEP_PADDING
        return Buffer.concat([publicEncrypt({key, padding, oaepHash: 'sha256'}, transport.value), wrapped])
      } catch (error) {
        const value = rvOf(error)
        if (value === undefined) throw error
        const refusals: readonly number[] = [
          rv.keyUnextractable,
          rv.keyNotWrappable,
          rv.keyFunctionNotPermitted,
        ]
        if (kind === undefined)
          throw new KeyriteError(
            'UNSUPPORTED',
            `cannot ${what}: the token has no way to wrap a key, ${wordsOf(error)}`,
          )
        if (!refusals.includes(value)) throw failure(what, error)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot ${what}: the token refused to wrap it, ${wordsOf(error)}`,
        )
      } finally {
        transport.value.fill(0)
        token.discard(transport.object)
      }
    },

    async backup() {
      return refuseBackup(token, 'back up')
    },

    async restore() {
      return refuseBackup(token, 'restore')
    },
  }
}

/**
 * Not every token unwraps a pair on an Edwards curve, and none says so. One that nobody needs is tried, in this session only.
 * @throws KeyriteError `UNSUPPORTED`.
 */
function demandTakes(token: Token, spec: KeySpec, kind: number): void {
  if (spec.algorithm !== 'ed25519') return
  const tried = generateKeyPairSync('ed25519').privateKey.export({format: 'der', type: 'pkcs8'})
  const naming = {id: Buffer.alloc(0), label: 'tried'}
  try {
    for (const object of bring(token, spec, naming, tried, kind, false)) token.discard(object)
  } catch (error) {
    if (rvOf(error) === undefined || isGone(error)) throw error
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot import key "${spec.label}": this token takes no ${spec.algorithm} from outside, ${wordsOf(error)}`,
    )
  }
}

/** Wrapped on the way under a key that only this session and the token know, and unwrapped where it stays. @returns what was made. */
function bring(
  token: Token,
  spec: KeySpec,
  naming: Naming,
  material: Buffer,
  kind: number,
  stays = true,
): readonly Handle[] {
  const {module, session} = token
  const transport = transportKey(token)
  const own = [{type: cka.token, value: stays}]
  const made: Handle[] = []
  try {
    const pair = isPair(spec.algorithm)
    const wrapped = kwpWrap(transport.value, material)
    if (pair) {
      const shown = [...publicParts(spec.algorithm, material), ...own]
      made.push(module.C_CreateObject(session, told(shownTemplate(spec, naming, shown))))
    }
    const kept = told(keptTemplate(spec, naming, pair, own))
    made.push(module.C_UnwrapKey(session, {mechanism: kind}, transport.object, wrapped, kept))
    return made
  } catch (error) {
    for (const object of made) token.discard(object)
    throw error
  } finally {
    material.fill(0)
    transport.value.fill(0)
    token.discard(transport.object)
  }
}

/** What is said twice counts as it was said last: a token takes an attribute only once. */
function told(attributes: readonly Attribute[]): Attribute[] {
  return [...new Map(attributes.map((one) => [one.type, one])).values()]
}

/** An AES key of this session, that the token got under an RSA key of its own: nothing readable crosses the line. */
function transportKey(token: Token): {readonly object: Handle; readonly value: Buffer} {
  const {module, session} = token
  const no = {type: cka.token, value: false}
  const {publicKey, privateKey} = module.C_GenerateKeyPair(
    session,
    {mechanism: ckm.rsaPairGen},
    [
      no,
      {type: cka.modulusBits, value: 2048},
      {type: cka.publicExponent, value: Buffer.from([1, 0, 1])},
      {type: cka.wrap, value: true},
    ],
    [
      no,
      {type: cka.sensitive, value: true},
      {type: cka.extractable, value: false},
      {type: cka.unwrap, value: true},
    ],
  )
  const value = randomBytes(32)
  try {
    const jwk = {
      kty: 'RSA',
      n: unpadded(token.attribute(publicKey, cka.modulus) ?? Buffer.alloc(0)).toString('base64url'),
      e: 'AQAB',
    }
    const key = createPublicKey({key: jwk, format: 'jwk'})
    const wrapped = publicEncrypt({key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1'}, value)
    const object = module.C_UnwrapKey(session, oaepSha1, privateKey, wrapped, transportTemplate)
    return {object, value}
  } finally {
    token.discard(privateKey)
    token.discard(publicKey)
  }
}

const transportTemplate: Attribute[] = [
  {type: cka.class, value: cko.secretKey},
  {type: cka.keyType, value: ckk.aes},
  {type: cka.token, value: false},
  {type: cka.sensitive, value: true},
  {type: cka.extractable, value: false},
  {type: cka.wrap, value: true},
  {type: cka.unwrap, value: true},
]
