/** What keys do. Real cryptography, by node:crypto. */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  type KeyObject,
} from 'node:crypto'
import {signDigest} from '../digests.ts'
import {badParameter, disabled, notModelled, notPermitted} from './failures.ts'
import {versionOf, type Act, type Call} from './keys.ts'
import {textIn, type Body} from './messages.ts'
import type {Version, World} from './world.ts'

const oaep: Readonly<Record<string, string>> = {'RSA-OAEP': 'sha1', 'RSA-OAEP-256': 'sha256'}
const sizes: Readonly<Record<string, number>> = {sha256: 32, sha384: 48, sha512: 64}
const curveOf: Readonly<Record<string, string>> = {ES256: 'P-256', ES384: 'P-384', ES512: 'P-521'}

/** D: an operation that is not among the key's own, or of a disabled version, is refused. */
function usable(world: World, call: Call, operation: string): {version: Version; kid: string} {
  const {key, version} = versionOf(world, call)
  if (!version.enabled && version.lag-- <= 0) throw disabled(operation.toLowerCase())
  if (!version.ops.includes(operation)) throw notPermitted(operation.toLowerCase())
  // D: outside its time the service blocks what makes something new.
  if (['encrypt', 'sign', 'wrapKey'].includes(operation))
    if (world.now() < (version.nbf ?? 0) || world.now() >= (version.exp ?? Infinity))
      throw notModelled('the words for a key outside its time')
  return {version, kid: `${call.base}/keys/${key.name}/${version.id}`}
}

const bytes = (body: Body, name: string): Buffer => Buffer.from(textIn(body, name), 'base64url')

const seal =
  (operation: string): Act =>
  (world, call) => {
    const {version, kid} = usable(world, call, operation)
    const alg = String(call.body['alg'])
    const value = bytes(call.body, 'value')
    if (Buffer.isBuffer(version.material)) return {kid, ...sealed(version.material, alg, value, call.body)}
    const hash = oaep[alg]
    if (hash === undefined) throw notModelled(`${operation} with ${alg}`)
    const key = createPublicKey(version.material)
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    return {kid, value: publicEncrypt({key, padding, oaepHash: hash}, value).toString('base64url')}
  }

const open =
  (operation: string): Act =>
  (world, call) => {
    const {version, kid} = usable(world, call, operation)
    const alg = String(call.body['alg'])
    const value = bytes(call.body, 'value')
    try {
      if (Buffer.isBuffer(version.material))
        return {kid, value: opened(version.material, alg, value, call.body).toString('base64url')}
      const hash = oaep[alg]
      if (hash === undefined) throw notModelled(`${operation} with ${alg}`)
      const padding = constants.RSA_PKCS1_OAEP_PADDING
      return {
        kid,
        value: privateDecrypt({key: version.material, padding, oaepHash: hash}, value).toString('base64url'),
      }
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('not modelled')) throw error
      throw badParameter('The parameter is incorrect.\r\n') // R
    }
  }

/** RFC 3394, section 2.2.3.1. */
const keyWrapIv = Buffer.alloc(8, 0xa6)

/** S, K: the service makes the IV of GCM, and gives it back. */
function sealed(key: Buffer, alg: string, value: Buffer, body: Body): Body {
  if (alg === `A${key.length * 8}KW`) {
    const wrap = createCipheriv(`id-aes${key.length * 8}-wrap`, key, keyWrapIv)
    return {value: Buffer.concat([wrap.update(value), wrap.final()]).toString('base64url')}
  }
  if (alg !== `A${key.length * 8}GCM`) throw notModelled(`a symmetric key with ${alg}`)
  const iv = randomBytes(12)
  const cipher = createCipheriv(`aes-${key.length * 8}-gcm` as 'aes-256-gcm', key, iv)
  cipher.setAAD(bytes(body, 'aad'))
  const sealedValue = Buffer.concat([cipher.update(value), cipher.final()])
  const text = (one: Buffer): string => one.toString('base64url')
  return {
    value: text(sealedValue),
    iv: text(iv),
    tag: text(cipher.getAuthTag()),
    aad: text(bytes(body, 'aad')),
  }
}

function opened(key: Buffer, alg: string, value: Buffer, body: Body): Buffer {
  if (alg === `A${key.length * 8}KW`) {
    const unwrap = createDecipheriv(`id-aes${key.length * 8}-wrap`, key, keyWrapIv)
    return Buffer.concat([unwrap.update(value), unwrap.final()])
  }
  if (alg !== `A${key.length * 8}GCM`) throw notModelled(`a symmetric key with ${alg}`)
  const decipher = createDecipheriv(`aes-${key.length * 8}-gcm` as 'aes-256-gcm', key, bytes(body, 'iv'), {
    authTagLength: 16,
  })
  decipher.setAAD(bytes(body, 'aad')).setAuthTag(bytes(body, 'tag'))
  return Buffer.concat([decipher.update(value), decipher.final()])
}

type Name = 'encrypt' | 'decrypt' | 'wrapkey' | 'unwrapkey' | 'sign' | 'verify'

export const cryptoActs: Readonly<Record<Name, Act>> = {
  encrypt: seal('encrypt'),
  decrypt: open('decrypt'),
  wrapkey: seal('wrapKey'),
  unwrapkey: open('unwrapKey'),

  sign(world, call) {
    const {version, kid} = usable(world, call, 'sign')
    const alg = String(call.body['alg'])
    const digest = bytes(call.body, 'value')
    const [, family, bits] = /^(RS|PS|ES)(256|384|512)$/.exec(alg) ?? []
    if (family === undefined || Buffer.isBuffer(version.material)) throw notModelled(`sign with ${alg}`)
    const hash = `sha${String(bits)}` as 'sha256'
    if (digest.length !== sizes[hash]) throw badParameter('The parameter is incorrect.\r\n')
    demandFits(version.material, alg, family)
    const padding = family === 'PS' ? 'pss' : family === 'RS' ? 'pkcs1' : undefined
    return {kid, value: signDigest(version.material, hash, padding, digest, 'compact').toString('base64url')}
  },

  verify() {
    // The clients verify by themselves, and keyrite does.
    throw notModelled('verify')
  },
}

function demandFits(key: KeyObject, alg: string, family: string): void {
  const {crv} = key.export({format: 'jwk'})
  const fits = family === 'ES' ? crv === curveOf[alg] : key.asymmetricKeyType === 'rsa'
  if (!fits) throw badParameter('The parameter is incorrect.\r\n')
}
