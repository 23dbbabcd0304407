/** The one form of encryption in a security domain: compact JWE (RFC 7516) with A256CBC-HS512 (RFC 7518, 5.2.5). */
import {createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual} from 'node:crypto'

export interface Jwe {
  readonly header: Readonly<Record<string, unknown>>
  /** The header as it stands there: it is authenticated so. */
  readonly encoded: string
  /** Empty where the content key is agreed on otherwise. */
  readonly sealedKey: Buffer
  readonly iv: Buffer
  readonly text: Buffer
  readonly tag: Buffer
}

/** Bytes of a content key: the first half authenticates, the other encrypts. */
export const contentKeyBytes = 64

/** @returns undefined if it is not of the form. */
export function parseJwe(compact: string): Jwe | undefined {
  const parts = compact.split('.')
  if (parts.length !== 5 || parts.some((part) => !/^[A-Za-z0-9_-]*$/.test(part))) return undefined
  const [encoded = '', ...rest] = parts
  const [sealedKey, iv, text, tag] = rest.map((part) => Buffer.from(part, 'base64url'))
  if (sealedKey === undefined || iv?.length !== 16 || text === undefined || tag?.length !== 32)
    return undefined
  if (text.length === 0 || text.length % 16 !== 0) return undefined
  const header = headerIn(encoded)
  return header?.['enc'] === 'A256CBC-HS512' ? {header, encoded, sealedKey, iv, text, tag} : undefined
}

function headerIn(encoded: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const header: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'))
    return typeof header === 'object' && header !== null ? {...header} : undefined
  } catch {
    return undefined
  }
}

/** @returns undefined where it is not this key's; what it returns is the caller's to wipe. */
export function openJwe({encoded, iv, text, tag}: Jwe, key: Uint8Array): Buffer | undefined {
  if (key.length !== contentKeyBytes || !timingSafeEqual(tagOf(key, encoded, iv, text), tag)) return undefined
  const cipher = createDecipheriv('aes-256-cbc', key.subarray(32), iv)
  const begun = cipher.update(text)
  try {
    return Buffer.concat([begun, cipher.final()])
  } catch {
    return undefined // padding that is none, under a tag that is right
  } finally {
    begun.fill(0)
  }
}

/** @param sealedKey - what opens the content key, where that is not agreed on otherwise. */
export function sealJwe(
  header: Readonly<Record<string, string>>,
  key: Uint8Array,
  plain: Uint8Array,
  sealedKey: Uint8Array = Buffer.alloc(0),
): string {
  const encoded = Buffer.from(JSON.stringify(header)).toString('base64url')
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', key.subarray(32), iv)
  const text = Buffer.concat([cipher.update(plain), cipher.final()])
  const parts = [sealedKey, iv, text, tagOf(key, encoded, iv, text)]
  return [encoded, ...parts.map((part) => Buffer.from(part).toString('base64url'))].join('.')
}

function tagOf(key: Uint8Array, encoded: string, iv: Buffer, text: Buffer): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(encoded.length * 8))
  const mac = createHmac('sha512', key.subarray(0, 32)).update(encoded).update(iv).update(text).update(length)
  return mac.digest().subarray(0, 32)
}
