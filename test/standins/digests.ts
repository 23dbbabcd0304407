/** Signatures over a digest that was made elsewhere: what `node:crypto` has no call for. */
import {
  constants,
  createHash,
  createPublicKey,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
  type KeyObject,
} from 'node:crypto'
import {p256, p384, p521} from '@noble/curves/nist.js'
import {secp256k1} from '@noble/curves/secp256k1.js'

type Hash = 'sha256' | 'sha384' | 'sha512'

/** RFC 8017, section 9.2, note 1. */
const digestInfo: Readonly<Record<Hash, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
}

/** RSA as asked; ECDSA as DER, or as r and s side by side. The salt of PSS is as long as the digest. */
export function signDigest(
  key: KeyObject,
  hash: Hash,
  padding: 'pkcs1' | 'pss' | undefined,
  digest: Buffer,
  form: 'der' | 'compact' = 'der',
): Buffer {
  if (key.asymmetricKeyType === 'ec') return signEcdsa(key, digest, form)
  if (padding === 'pkcs1') {
    const block = Buffer.concat([Buffer.from(digestInfo[hash], 'hex'), digest])
    return privateEncrypt({key, padding: constants.RSA_PKCS1_PADDING}, block)
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  return privateEncrypt({key, padding: constants.RSA_NO_PADDING}, pssBlock(hash, digest, bits / 8))
}

function signEcdsa(key: KeyObject, digest: Buffer, format: 'der' | 'compact'): Buffer {
  const {d = '', crv} = key.export({format: 'jwk'})
  const curve = curveOf(crv)
  const secret = Buffer.from(d, 'base64url')
  return Buffer.from(curve.sign(digest, secret, {prehash: false, lowS: false, format}))
}

function curveOf(crv: string | undefined) {
  if (crv === 'secp256k1') return secp256k1
  return crv === 'P-256' ? p256 : crv === 'P-384' ? p384 : p521
}

/** Of RSA, and of ECDSA with r and s side by side. */
export function verifyDigest(
  key: KeyObject,
  hash: Hash,
  padding: 'pkcs1' | 'pss' | undefined,
  digest: Buffer,
  signature: Buffer,
): boolean {
  if (key.asymmetricKeyType === 'ec') {
    const {crv, x = '', y = ''} = key.export({format: 'jwk'})
    const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
    return curveOf(crv).verify(signature, digest, point, {prehash: false, lowS: false, format: 'compact'})
  }
  const open = (by: number): Buffer => publicDecrypt({key: createPublicKey(key), padding: by}, signature)
  try {
    if (padding === 'pss') return isPssOf(hash, digest, open(constants.RSA_NO_PADDING))
    const block = open(constants.RSA_PKCS1_PADDING)
    return block.equals(Buffer.concat([Buffer.from(digestInfo[hash], 'hex'), digest]))
  } catch {
    return false
  }
}

/** RFC 8017, section 9.1.2: the salt is in the block, and makes the same block again. */
function isPssOf(hash: Hash, digest: Buffer, block: Buffer): boolean {
  const masked = block.subarray(0, -digest.length - 1)
  const mask = mgf1(hash, block.subarray(masked.length, -1), masked.length)
  const salt = Buffer.from(masked.map((byte, at) => byte ^ (mask[at] ?? 0))).subarray(-digest.length)
  return pssBlock(hash, digest, block.length, salt).equals(block)
}

/** RFC 8017, section 9.1.1; sizes of keys are whole bytes here. */
function pssBlock(hash: Hash, digest: Buffer, size: number, salt = randomBytes(digest.length)): Buffer {
  const inner = createHash(hash)
    .update(Buffer.concat([Buffer.alloc(8), digest, salt]))
    .digest()
  const open = Buffer.concat([Buffer.alloc(size - 2 * digest.length - 2), Buffer.of(1), salt])
  const mask = mgf1(hash, inner, open.length)
  const masked = Buffer.from(open.map((byte, at) => byte ^ (mask[at] ?? 0)))
  masked[0] = (masked[0] ?? 0) & 0x7f
  return Buffer.concat([masked, inner, Buffer.of(0xbc)])
}

/** RFC 8017, appendix B.2.1. */
function mgf1(hash: Hash, seed: Buffer, length: number): Buffer {
  const parts: Buffer[] = []
  for (let at = 0, made = 0; made < length; at++) {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(at)
    const part = createHash(hash).update(seed).update(count).digest()
    parts.push(part)
    made += part.length
  }
  return Buffer.concat(parts).subarray(0, length)
}
