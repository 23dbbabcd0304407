import {isAscii, isUtf8} from 'node:buffer'
import serialize from 'canonicalize'

/** What keyrite stores and signs: JSON without floats, big integers and lone surrogates. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** An object of the same. An interface, because a type that names itself cannot be a Record. */
export interface JsonObject {
  readonly [name: string]: Json
}

/** Deeper than this, readers differ in whether they read at all; ours would run out of stack. */
const deepest = 100

/**
 * Canonical JSON (RFC 8785) as text, restricted to what every reader reads alike.
 * @throws TypeError if a number is not an integer within 2^53-1, a string holds a lone surrogate, it is nested deeper than 100, or a value is not JSON.
 */
export function jcs(value: Json): string {
  if (isInOrder(value, 0)) {
    const plain = JSON.stringify(value)
    if (!plain.includes('\\ud')) return plain
  }
  refuseWhatReadersDisagreeOn(value, 0)
  const text = serialize(value)
  if (text === undefined) throw new TypeError('not JSON')
  return text
}

/** Canonical JSON as UTF-8 bytes. */
export function jcsBytes(value: Json): Uint8Array {
  return Buffer.from(jcs(value), 'utf8')
}

/**
 * Parses bytes that must be canonical JSON already: this refuses duplicate keys, white space, escapes, floats and big integers.
 * @throws TypeError naming what is not canonical.
 */
export function parseJcs(bytes: Uint8Array): Json {
  const text = textOf(bytes)
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    throw new TypeError('not JSON')
  }
  if (isPlainlyCanonical(value, text, bytes)) return value
  if (!Buffer.from(jcs(value), 'utf8').equals(bytes)) throw new TypeError('not canonical JSON (RFC 8785)')
  return value
}

function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return isAscii(buffer) ? buffer.toString('latin1') : buffer.toString('utf8')
}

/**
 * Whether a value that was parsed from these bytes is canonical, where that is seen without writing it anew; false says
 * nothing. RFC 8785 is what JSON.stringify writes, with members sorted by their UTF-16 units. So if JSON.stringify gives
 * the very text back (no white space, no repeated member, no other spelling of a string or number), and members are in
 * order, the text is canonical. What keyrite refuses beyond the RFC is looked for: numbers and depth by `isInOrder`, lone
 * surrogates by the escape that alone can have brought them in, bytes that are no UTF-8 by asking for them.
 */
function isPlainlyCanonical(value: Json, text: string, bytes: Uint8Array): boolean {
  return isUtf8(bytes) && !text.includes('\\ud') && isInOrder(value, 0) && JSON.stringify(value) === text
}

/** Whether a value is JSON that keyrite allows, with members in order; false says nothing. Lone surrogates are not looked for. */
function isInOrder(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0)
  if (typeof value !== 'object' || value === null)
    return value === null || typeof value === 'string' || typeof value === 'boolean'
  if (depth >= deepest) return false
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) if (!isInOrder(item, depth + 1)) return false
    return true
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  const members = value as Readonly<Record<string, unknown>>
  let before: string | undefined
  for (const name in members) {
    if (before !== undefined && before >= name) return false
    before = name
    if (!isInOrder(members[name], depth + 1)) return false
  }
  return true
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuseWhatReadersDisagreeOn(value: Json, depth: number): void {
  if (depth > deepest) throw new TypeError(`nested deeper than ${deepest}`)
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0))
      throw new TypeError(`not an integer within 2^53-1: ${value}`)
  } else if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('a lone surrogate')
  } else if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) refuseWhatReadersDisagreeOn(item, depth + 1)
  } else if (typeof value === 'object' && value !== null) {
    if (Object.getPrototypeOf(value) !== Object.prototype) throw new TypeError('not plain JSON')
    for (const [name, item] of Object.entries(value as JsonObject)) {
      refuseWhatReadersDisagreeOn(name, depth + 1)
      refuseWhatReadersDisagreeOn(item, depth + 1)
    }
  }
}
