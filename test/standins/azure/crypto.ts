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
import {signDigest, verifyDigest} from '../digests.ts'
import {badParameter, disabled, notModelled, notPermitted, outsideItsTime} from './failures.ts'
import {versionOf, type Act, type Call} from './keys.ts'
import {textIn, type Body} from './messages.ts'
import type {Version, World} from './world.ts'

const oaep: Readonly<Record<string, string>> = {'RSA-OAEP': 'sha1', 'RSA-OAEP-256': 'sha256'}
const sizes: Readonly<Record<string, number>> = {sha256: 32, sha384: 48, sha512: 64}
const curveOf: Readonly<Record<string, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  ES256K: 'secp256k1',
}

const paddings: Readonly<Record<string, 'pkcs1' | 'pss'>> = {RS: 'pkcs1', PS: 'pss'}

/** D: an operation that is not among the key's own, or of a disabled version, is refused. */
function usable(world: World, call: Call, operation: string): {version: Version; kid: string} {
  const {key, version} = versionOf(world, call)
  if (!version.enabled && version.lag-- <= 0) throw disabled(operation.toLowerCase())
  if (!version.ops.includes(operation)) throw notPermitted(operation.toLowerCase())
  // D: outside its time the service blocks what makes something new.
  if (['encrypt', 'sign', 'wrapKey'].includes(operation))
    if (world.now() < (version.nbf ?? 0) || world.now() >= (version.exp ?? Infinity))
      throw outsideItsTime(operation)
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
    const how = paddingOf(alg, operation)
    const key = createPublicKey(version.material)
    return {kid, value: publicEncrypt({key, ...how}, value).toString('base64url')}
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
      const plain = alg === 'RSA1_5' ? oldPadding(version.material, value) : undefined
      const how = paddingOf(alg, operation)
      const text = plain ?? privateDecrypt({key: version.material, ...how}, value)
      return {kid, value: text.toString('base64url')}
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('not modelled')) throw error
      throw badParameter('The parameter is incorrect.\r\n') // R
    }
  }

/** RFC 8017, section 7.2.2: a wrong one is refused, where Node would make up a text. */
function oldPadding(key: KeyObject, value: Buffer): Buffer {
  const block = privateDecrypt({key, padding: constants.RSA_NO_PADDING}, value)
  const end = block.indexOf(0, 2)
  if (block.readUInt16BE(0) !== 2 || end < 10) throw new Error('no padding')
  return block.subarray(end + 1)
}

function paddingOf(alg: string, operation: string): {padding: number; oaepHash?: string} {
  if (alg === 'RSA1_5') return {padding: constants.RSA_PKCS1_PADDING}
  const oaepHash = oaep[alg]
  if (oaepHash === undefined) throw notModelled(`${operation} with ${alg}`)
  return {padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash}
}

/** RFC 3394, section 2.2.3.1. */
const keyWrapIv = Buffer.alloc(8, 0xa6)

/** S, K: the IV comes from the caller. */
function cbcOf(key: Buffer, alg: string): {readonly name: string; readonly pads: boolean} | undefined {
  const bits = key.length * 8
  if (alg !== `A${bits}CBC` && alg !== `A${bits}CBCPAD`) return undefined
  return {name: `aes-${bits}-cbc`, pads: alg.endsWith('PAD')}
}

/** S, K: the service makes the IV of GCM, and gives it back. */
function sealed(key: Buffer, alg: string, value: Buffer, body: Body): Body {
  if (alg === `A${key.length * 8}KW`) {
    const wrap = createCipheriv(`id-aes${key.length * 8}-wrap`, key, keyWrapIv)
    return {value: Buffer.concat([wrap.update(value), wrap.final()]).toString('base64url')}
  }
  const cbc = cbcOf(key, alg)
  if (cbc !== undefined) {
    const iv = bytes(body, 'iv')
    if (iv.length !== 16) throw notModelled('the words for an IV that is not there, or of another length')
    const cipher = createCipheriv(cbc.name, key, iv).setAutoPadding(cbc.pads)
    // T: without padding of its own it fills with zeros.
    const fill = cbc.pads ? 0 : (16 - (value.length % 16)) % 16
    const sealedValue = Buffer.concat([
      cipher.update(Buffer.concat([value, Buffer.alloc(fill)])),
      cipher.final(),
    ])
    return {value: sealedValue.toString('base64url'), iv: iv.toString('base64url')}
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
  const cbc = cbcOf(key, alg)
  if (cbc !== undefined) {
    const decipher = createDecipheriv(cbc.name, key, bytes(body, 'iv')).setAutoPadding(cbc.pads)
    return Buffer.concat([decipher.update(value), decipher.final()])
  }
  if (alg !== `A${key.length * 8}GCM`) throw notModelled(`a symmetric key with ${alg}`)
  const decipher = createDecipheriv(`aes-${key.length * 8}-gcm` as 'aes-256-gcm', key, bytes(body, 'iv'), {
    authTagLength: 16,
  })
  decipher.setAAD(bytes(body, 'aad')).setAuthTag(bytes(body, 'tag'))
  return Buffer.concat([decipher.update(value), decipher.final()])
}

/** R, S: of a Managed HSM. */
export const randomBytesAct: Act = (world, {body}) => {
  const count = Number(body['count'])
  if (!world.place.isHsm) throw notModelled('random bytes of a vault')
  if (!Number.isInteger(count) || count < 1 || count > 128) throw badParameter('count: 1 to 128')
  return {value: randomBytes(count).toString('base64url')}
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
    const {family, hash} = signatureOf(version, alg, digest)
    const key = version.material as KeyObject
    return {kid, value: signDigest(key, hash, paddings[family], digest, 'compact').toString('base64url')}
  },

  verify(world, call) {
    const {version} = usable(world, call, 'verify')
    const alg = String(call.body['alg'])
    const digest = bytes(call.body, 'digest')
    const {family, hash} = signatureOf(version, alg, digest)
    const signature = bytes(call.body, 'value')
    return {value: verifyDigest(version.material as KeyObject, hash, paddings[family], digest, signature)}
  },
}

function signatureOf(
  {material}: Version,
  alg: string,
  digest: Buffer,
): {readonly family: string; readonly hash: 'sha256' | 'sha384' | 'sha512'} {
  const [, family, bits] = /^(RS|PS|ES)(256|384|512|256K)$/.exec(alg) ?? []
  if (family === undefined || Buffer.isBuffer(material)) throw notModelled(`a signature with ${alg}`)
  const hash = `sha${String(bits).slice(0, 3)}` as 'sha256'
  if (digest.length !== sizes[hash]) throw badParameter('The parameter is incorrect.\r\n')
  demandFits(material, alg, family)
  return {family, hash}
}

function demandFits(key: KeyObject, alg: string, family: string): void {
  const {crv} = key.export({format: 'jwk'})
  const fits = family === 'ES' ? crv === curveOf[alg] : key.asymmetricKeyType === 'rsa'
  if (!fits) throw badParameter('The parameter is incorrect.\r\n')
}
