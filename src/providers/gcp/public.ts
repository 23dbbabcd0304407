/** What is done with the public half, here: Google has no call to verify a signature or to encrypt to a pair. */
import {constants, createPublicKey, publicEncrypt, verify, type KeyObject} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import {hasWholeLength, type Algorithm, type Scheme} from '../algorithms.ts'
import {crc32c, sumOf, whole, type Judgement} from './crc32c.ts'
import type {PublicKey, Service} from './service.ts'
import {versionPath, type Found} from './versions.ts'
import type {Description} from '../ports.ts'

/** RFC 9881, section 4: SubjectPublicKeyInfo of ML-DSA up to the key itself. */
const mlDsaHeads: Partial<Record<Algorithm, string>> = {
  'ml-dsa-44': '30820532300b060960864801650304031103820521 00',
  'ml-dsa-65': '308207b2300b0609608648016503040312038207a1 00',
  'ml-dsa-87': '30820a32300b060960864801650304031303820a21 00',
}

/** @throws KeyriteError `KEY_STATE` unless the version is enabled: Google gives it out then only. */
export async function spkiOf(
  service: Service,
  {shown}: Found & {readonly shown: Description},
): Promise<Buffer> {
  const {label, algorithm} = shown.spec
  const what = `give the public half of key "${label}"`
  const head = mlDsaHeads[algorithm]
  const name = versionPath(service, shown.ref)
  const dataOf = ({pem, publicKey}: PublicKey): Buffer =>
    head === undefined
      ? Buffer.from(pem ?? '')
      : Buffer.from((publicKey?.data as Uint8Array | undefined) ?? [])
  const answer = await whole(
    what,
    service.endpoint.isPlain,
    async () => {
      const [one] = await service.ask(what, (kms) =>
        // For what is safe from quantum computers there is one form, for the rest another.
        kms.getPublicKey(head === undefined ? {name} : {name, publicKeyFormat: 'NIST_PQC'}),
      )
      return one
    },
    (one): Judgement => {
      const sum = sumOf(head === undefined ? one.pemCrc32c : one.publicKey?.crc32cChecksum)
      if (sum === null && ['', name].includes(one.name ?? '')) return 'bare'
      return one.name === name && sum === crc32c(dataOf(one)) ? 'whole' : 'damaged'
    },
  )
  const data = dataOf(answer)
  if (head !== undefined) return Buffer.concat([Buffer.from(head.replace(' ', ''), 'hex'), data])
  return createPublicKey(data).export({format: 'der', type: 'spki'})
}

/** As a stranger would verify it. A malformed one is not good. */
export function verifies(spki: Buffer, scheme: Scheme, message: Buffer, signature: Uint8Array): boolean {
  const key = createPublicKey({key: spki, format: 'der', type: 'spki'})
  if (!hasWholeLength(key, signature)) return false
  try {
    return verify(hashOf(scheme), message, parameters(key, scheme), signature)
  } catch {
    return false
  }
}

function hashOf(scheme: Scheme): string | null {
  const [, bits] = /^(?:rs|ps|es)(256|384|512)$/.exec(scheme) ?? []
  return bits === undefined ? null : `sha${bits}`
}

function parameters(key: KeyObject, scheme: Scheme): Parameters<typeof verify>[2] {
  if (scheme.startsWith('ps'))
    return {key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(scheme.slice(2)) / 8}
  return scheme.startsWith('es') ? {key, dsaEncoding: 'ieee-p1363'} : key
}

/** @throws KeyriteError `UNSUPPORTED` if it is empty, or too long for OAEP with SHA-256 (RFC 8017, section 7.1.1). */
export function sealTo(spki: Buffer, content: Buffer, label: string): Buffer {
  const key = createPublicKey({key: spki, format: 'der', type: 'spki'})
  const limit = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8 - 66
  if (content.length < 1 || content.length > limit)
    throw new KeyriteError('UNSUPPORTED', `cannot wrap with key "${label}": it takes 1 to ${limit} bytes`)
  return publicEncrypt({key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256'}, content)
}

const widths: Partial<Record<Scheme, number>> = {es256: 32, es384: 48}

/** ECDSA from DER (RFC 3279, section 2.2.3) to r and s side by side, as JOSE has it. @throws KeyriteError `PROVIDER_FAILED` if it is not of its form. */
export function fromDer(der: Uint8Array, scheme: Scheme): Buffer {
  const width = widths[scheme] ?? 0
  const damaged = (): never => {
    throw new KeyriteError('PROVIDER_FAILED', 'cannot read a signature: it is not of its form')
  }
  const bytes = Buffer.from(der)
  if (bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2) damaged()
  const parts: Buffer[] = []
  for (let at = 2; at < bytes.length;) {
    const length = bytes[at + 1] ?? 0
    const number = bytes.subarray(at + 2, at + 2 + length)
    if (bytes[at] !== 0x02 || length === 0 || number.length !== length) damaged()
    const plain = number[0] === 0 ? number.subarray(1) : number
    if (plain.length > width) damaged()
    parts.push(Buffer.concat([Buffer.alloc(width - plain.length), plain]))
    at += 2 + length
  }
  return parts.length === 2 ? Buffer.concat(parts) : damaged()
}
