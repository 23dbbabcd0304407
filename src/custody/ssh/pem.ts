/**
 * The text form of private keys (RFC 7468), decoded and encoded without ever making a string of the secret part:
 * strings cannot be wiped. The caller owns, and wipes, what these return.
 */
import {WireError} from './wire.ts'

const alphabet = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1')
const values = new Map(Array.from(alphabet, (byte, value) => [byte, value]))
const pad = 0x3d

/** The label of the block that these bytes start with, such as `OPENSSH PRIVATE KEY`; undefined if they are no PEM. */
export function pemLabel(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 80)).toString('latin1')
  return /^-----BEGIN ([A-Z0-9 ]+)-----\r?\n/.exec(head)?.[1]
}

/** The bytes of the one block with this label. @throws WireError if the text is not just that. */
export function fromPem(text: Uint8Array, label: string): Buffer {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  const begin = `-----BEGIN ${label}-----`
  const end = bytes.indexOf(`-----END ${label}-----`)
  if (bytes.indexOf(begin) !== 0 || end === -1) throw new WireError('its first or last line is missing')
  const after = bytes.subarray(end + begin.length - 2)
  if (!after.every(isBreak)) throw new WireError('something follows its last line')
  return fromBase64Bytes(bytes.subarray(begin.length, end))
}

/** One block, in lines of 70 as OpenSSH writes them. */
export function toPem(bytes: Uint8Array, label: string): Buffer {
  const head = Buffer.from(`-----BEGIN ${label}-----\n`)
  const tail = Buffer.from(`-----END ${label}-----\n`)
  const digits = 4 * Math.ceil(bytes.length / 3)
  const out = Buffer.alloc(head.length + digits + Math.ceil(digits / 70) + tail.length)
  let at = head.copy(out)
  for (let digit = 0; digit < digits; digit++) {
    at = out.writeUInt8(digitOf(bytes, digit), at)
    if (digit % 70 === 69 || digit === digits - 1) at = out.writeUInt8(0x0a, at)
  }
  tail.copy(out, at)
  return out
}

/** The base64 digit at this place of the encoding, counted from 0. */
function digitOf(bytes: Uint8Array, digit: number): number {
  const from = Math.floor((digit * 6) / 8)
  if (from >= bytes.length) return pad
  const pair = ((bytes[from] ?? 0) << 8) | (bytes[from + 1] ?? 0)
  return alphabet[(pair >> (10 - ((digit * 6) % 8))) & 63] ?? pad
}

function fromBase64Bytes(text: Uint8Array): Buffer {
  const digits = text.filter((byte) => !isBreak(byte))
  const padding = digits.length - (digits.findLastIndex((byte) => byte !== pad) + 1)
  if (digits.length % 4 !== 0 || padding > 2) throw new WireError('its base64 is cut off')
  const out = Buffer.alloc((digits.length / 4) * 3 - padding)
  let bits = 0
  let at = 0
  digits.subarray(0, digits.length - padding).forEach((byte, index) => {
    const value = values.get(byte)
    if (value === undefined) throw new WireError('its base64 holds other characters')
    bits = ((bits << 6) | value) & 0xffff
    if (index % 4 !== 0) at = out.writeUInt8((bits >> (6 - 2 * (index % 4))) & 0xff, at)
  })
  digits.fill(0)
  return out
}

function isBreak(byte: number): boolean {
  return byte === 0x0a || byte === 0x0d
}
