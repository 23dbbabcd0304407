/** Node's keys and signatures in SSH's own encoding: the opposite way of `key-object.ts` and `signature.ts`. */
import {constants, sign, type KeyObject} from 'node:crypto'
import {curveOf, curves} from './key-object.ts'
import type {PublicKey} from './public-key.ts'
import {mpint, string, WireError} from './wire.ts'

/** A public key in SSH's encoding. @throws WireError if its kind has none here. */
export function blobOf(publicKey: KeyObject): Buffer {
  const kind = publicKey.asymmetricKeyType
  if (kind !== 'ed25519' && kind !== 'ec' && kind !== 'rsa')
    throw new WireError('its algorithm is not one of SSH')
  const {crv, x, y, n, e} = publicKey.export({format: 'jwk'})
  const bytes = (member: string | undefined): Buffer => Buffer.from(member ?? '', 'base64url')
  if (kind === 'ed25519') return Buffer.concat([string('ssh-ed25519'), string(bytes(x))])
  if (kind === 'rsa') return Buffer.concat([string('ssh-rsa'), mpint(bytes(e)), mpint(bytes(n))])
  const curve = curves.find(({jwk}) => jwk === crv)
  if (curve === undefined) throw new WireError('its curve is not one of SSH')
  const point = Buffer.concat([Buffer.of(4), bytes(x), bytes(y)])
  return Buffer.concat([string(`ecdsa-sha2-${curve.ssh}`), string(curve.ssh), string(point)])
}

/** Signs `data` with a key that is not a security key's: an algorithm's name and its signature. RSA with SHA-512. */
export function signBlob(publicKey: PublicKey, privateKey: KeyObject, data: Uint8Array): Buffer {
  if (publicKey.type === 'ssh-ed25519') {
    return Buffer.concat([string(publicKey.type), string(sign(null, data, privateKey))])
  }
  if (publicKey.type === 'ssh-rsa') {
    const signature = sign('sha512', data, {key: privateKey, padding: constants.RSA_PKCS1_PADDING})
    return Buffer.concat([string('rsa-sha2-512'), string(signature)])
  }
  const curve = curveOf(publicKey.type)
  const pair = sign(curve.hash, data, {key: privateKey, dsaEncoding: 'ieee-p1363'})
  const [r, s] = [pair.subarray(0, curve.coordinateBytes), pair.subarray(curve.coordinateBytes)]
  return Buffer.concat([string(publicKey.type), string(Buffer.concat([mpint(r), mpint(s)]))])
}
