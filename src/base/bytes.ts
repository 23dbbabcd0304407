import {createHash, hash as hashOnce} from 'node:crypto'

/** SHA-256 of the parts put together, 32 bytes. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** The same as 64 lower-case hex digits. */
export function sha256Hex(...parts: readonly (Uint8Array | string)[]): string {
  const [only, ...more] = parts
  // Of one part in one call, which costs a third.
  return only !== undefined && more.length === 0
    ? hashOnce('sha256', only, 'hex')
    : sha256(...parts).toString('hex')
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** @throws TypeError unless the text is lower-case hex of whole bytes. */
export function fromHex(text: string): Buffer {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new TypeError('not lower-case hex')
  return Buffer.from(text, 'hex')
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

/** Standard base64 with padding (RFC 4648 section 4), and only its one canonical spelling. @throws TypeError otherwise. */
export function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) throw new TypeError('not canonical base64')
  return bytes
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(b)
}
