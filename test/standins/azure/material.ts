/** Key material: made, brought from outside, shown. */
import {
  constants,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  privateDecrypt,
  randomBytes,
  type KeyObject,
} from 'node:crypto'
import {badParameter, notModelled} from './failures.ts'
import type {Version, World} from './world.ts'

export const curves: Readonly<Record<string, string>> = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
  'P-256K': 'secp256k1',
}

/** R: what a key may do unless told. */
export function usualOps(kty: string): readonly string[] {
  return kty.startsWith('EC')
    ? ['sign', 'verify']
    : [
        ...['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'],
        ...(kty === 'oct-HSM' ? ['deriveKey'] : []),
      ]
}

export function make(
  world: World,
  kty: string,
  size: unknown,
  crv: unknown,
  exponent?: unknown,
): KeyObject | Buffer {
  if (kty === 'RSA' || kty === 'RSA-HSM') {
    const bits = size === undefined ? 2048 : Number(size)
    if (![2048, 3072, 4096].includes(bits)) throw badParameter(`Invalid key size: '${bits}'`)
    // T: Microsoft’s client for Java says 0 where nobody chose one.
    const publicExponent = Number(exponent ?? 0) === 0 ? 65_537 : Number(exponent)
    if (publicExponent !== 65_537 && !world.place.isHsm) throw notModelled('a public exponent in a vault')
    return generateKeyPairSync('rsa', {modulusLength: bits, publicExponent}).privateKey
  }
  if (kty === 'EC' || kty === 'EC-HSM') {
    const name = typeof crv === 'string' ? crv : 'P-256'
    const namedCurve = curves[name]
    if (namedCurve === undefined) throw notModelled(`curve ${name}`)
    return generateKeyPairSync('ec', {namedCurve}).privateKey
  }
  if ((kty === 'oct-HSM' || kty === 'oct') && world.place.isHsm) {
    const bits = size === undefined ? 256 : Number(size)
    if (![128, 192, 256].includes(bits)) throw badParameter(`Invalid key size: '${bits}'`)
    return randomBytes(bits / 8)
  }
  // R: said twice.
  throw badParameter('Property  has invalid value\r\nProperty  has invalid value\r\n')
}

/** The public half as JWK; nothing of a symmetric key. */
export function shown({material}: Version): Readonly<Record<string, string>> {
  if (Buffer.isBuffer(material)) return {}
  const {n, e, crv, x, y} = createPublicKey(material).export({format: 'jwk'})
  const parts = {n, e, crv: crv === 'secp256k1' ? 'P-256K' : crv, x, y}
  return Object.fromEntries(
    Object.entries(parts).filter((one): one is [string, string] => one[1] !== undefined),
  )
}

type Jwk = Readonly<Record<string, unknown>>

/** A JWK with its private half, or a `.byok` blob under a key exchange key of this vault (D). */
export function imported(world: World, jwk: Jwk): KeyObject | Buffer {
  const blob = jwk['key_hsm']
  if (typeof blob === 'string') return unwrapped(world, blob, String(jwk['kty']))
  const plain = Object.fromEntries(Object.entries(jwk).filter(([name]) => !['key_ops', 'kid'].includes(name)))
  const kty = String(jwk['kty']).replace('-HSM', '')
  // T: into a Managed HSM.
  if (kty === 'oct' && world.place.isHsm && typeof jwk['k'] === 'string')
    return Buffer.from(jwk['k'], 'base64url')
  try {
    const crv = jwk['crv'] === 'P-256K' ? {crv: 'secp256k1'} : {}
    return createPrivateKey({key: {...plain, kty, ...crv}, format: 'jwk'})
  } catch {
    throw badParameter('Property  has invalid value\r\n')
  }
}

function unwrapped(world: World, blob: string, kty: string): KeyObject | Buffer {
  const {schema_version, header, ciphertext} = JSON.parse(
    Buffer.from(blob, 'base64url').toString('utf8'),
  ) as {schema_version?: string; header?: Record<string, string>; ciphertext?: string}
  if (schema_version !== '1.0.0' || header?.['alg'] !== 'dir' || header['enc'] !== 'CKM_RSA_AES_KEY_WRAP')
    throw badParameter('The transfer blob is not of its form.')
  const [name = '', id] = (header['kid'] ?? '').split('/').slice(-2)
  const kek = world.keys.get(name)?.versions.find((one) => one.id === id)
  if (kek?.kty !== 'RSA-HSM' || kek.ops.join() !== 'import' || Buffer.isBuffer(kek.material))
    throw badParameter('The key exchange key is not an RSA-HSM key with the one operation import.')
  const bytes = Buffer.from(ciphertext ?? '', 'base64url')
  const size = (kek.material.asymmetricKeyDetails?.modulusLength ?? 0) / 8
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    const aes = privateDecrypt({key: kek.material, padding, oaepHash: 'sha1'}, bytes.subarray(0, size))
    const decipher = createDecipheriv('id-aes256-wrap-pad', aes, Buffer.from('a65959a6', 'hex'))
    const plain = Buffer.concat([decipher.update(bytes.subarray(size)), decipher.final()])
    return kty === 'oct-HSM' ? plain : createPrivateKey({key: plain, format: 'der', type: 'pkcs8'})
  } catch {
    throw badParameter('The transfer blob cannot be opened.')
  }
}
