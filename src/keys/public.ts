/** A public key in the form that others take: PEM, JWK, or an OpenSSH line. */
import {createPublicKey, type KeyObject} from 'node:crypto'
import {KeyriteError} from '../base/errors.ts'
import type {View} from '../ledger/index.ts'
import {jwkOf} from './jwk.ts'
import type {Key} from './state.ts'

export const publicFormats = ['pem', 'jwk', 'ssh'] as const
export type PublicFormat = (typeof publicFormats)[number]

/** @throws KeyriteError `UNSUPPORTED` where the key has no public half, or the form does not know its algorithm. */
export function publicKeyText(
  view: Pick<View, 'blob'>,
  key: Key,
  number: number,
  format: PublicFormat,
): string {
  const spki = key.versions.find(({version}) => version === number)?.public ?? null
  if (spki === null)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot show a public key of "${key.name}": ${key.spec.algorithm} has none`,
      {hints: [`keyrite key show ${key.name}`]},
    )
  const object = createPublicKey({key: Buffer.from(view.blob(spki)), format: 'der', type: 'spki'})
  switch (format) {
    case 'pem':
      return object.export({format: 'pem', type: 'spki'}).toString()
    case 'jwk':
      return `${JSON.stringify(jwkOf(object, key.spec), null, 2)}\n`
    case 'ssh':
      return `${ssh(object, key)}\n`
  }
}

/** PEM of a public key's SPKI DER, 64 columns. */
export function pemOf(spki: Uint8Array): string {
  return createPublicKey({key: Buffer.from(spki), format: 'der', type: 'spki'})
    .export({
      format: 'pem',
      type: 'spki',
    })
    .toString()
}

/** RFC 4253 section 6.6, RFC 5656, RFC 8709. */
function ssh(object: KeyObject, key: Key): string {
  const part = (bytes: Uint8Array | string): Buffer => {
    const body = Buffer.from(bytes as Uint8Array)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(body.length)
    return Buffer.concat([length, body])
  }
  const whole = (base64url: string | undefined): Buffer => Buffer.from(base64url ?? '', 'base64url')
  const positive = (bytes: Buffer): Buffer =>
    (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes
  const {kty, crv, n, e, x, y} = object.export({format: 'jwk'}) as Record<string, string | undefined>
  const curve = {'P-256': 'nistp256', 'P-384': 'nistp384', 'P-521': 'nistp521'}[crv ?? '']
  if (kty === 'RSA')
    return `ssh-rsa ${Buffer.concat([part('ssh-rsa'), part(positive(whole(e))), part(positive(whole(n)))]).toString('base64')} ${key.name}`
  if (crv === 'Ed25519')
    return `ssh-ed25519 ${Buffer.concat([part('ssh-ed25519'), part(whole(x))]).toString('base64')} ${key.name}`
  if (curve !== undefined) {
    const type = `ecdsa-sha2-${curve}`
    return `${type} ${Buffer.concat([part(type), part(curve), part(Buffer.concat([Buffer.from([4]), whole(x), whole(y)]))]).toString('base64')} ${key.name}`
  }
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot write "${key.name}" as an OpenSSH key: ${key.spec.algorithm} is not one`,
    {hints: ['--format pem', '--format jwk']},
  )
}
