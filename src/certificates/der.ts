/** DER (X.690 section 10), as far as certificates need it: what is written here is read again by whoever checks the record. */
import {isIPv4} from 'node:net'

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  objectId: 0x06,
  utf8: 0x0c,
  printable: 0x13,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** One element of a tag that fits a byte. Its content is at most 65535 bytes. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const {length} = content
  if (length > 0xffff) throw new TypeError('an element of more than 65535 bytes')
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...size), content])
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return element(tags.sequence, ...parts)
}

export const nothing = Buffer.of(0x05, 0x00)
export const yes = element(tags.boolean, Buffer.of(0xff))

/** A positive integer from its magnitude, leading zeros allowed. */
export function unsigned(magnitude: Uint8Array): Buffer {
  const first = magnitude.findIndex((byte) => byte !== 0)
  const shortest = first === -1 ? Buffer.of(0) : Buffer.from(magnitude.subarray(first))
  return element(tags.integer, (shortest[0] ?? 0) >= 0x80 ? Buffer.of(0) : Buffer.alloc(0), shortest)
}

/** A whole number from 0 to 65535. */
export function small(number: number): Buffer {
  return unsigned(Buffer.of(number >> 8, number & 0xff))
}

/** A BIT STRING of whole bytes. */
export function bits(bytes: Uint8Array): Buffer {
  return element(tags.bits, Buffer.of(0), bytes)
}

/** A BIT STRING of named bits: those that are set, by number; zeros at its end are left out (X.690 section 11.2.2). */
export function namedBits(set: readonly number[]): Buffer {
  const last = Math.max(...set, -1)
  if (last === -1) return element(tags.bits, Buffer.of(0))
  const bytes = Buffer.alloc((last >> 3) + 1)
  for (const bit of set) bytes.writeUInt8(bytes.readUInt8(bit >> 3) | (0x80 >> (bit & 7)), bit >> 3)
  return element(tags.bits, Buffer.of(7 - (last & 7)), bytes)
}

/** @param dotted - such as `2.5.4.3`, checked by whoever took it in. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...others].flatMap((arc) => {
    const base128 = [arc % 0x80]
    for (let rest = Math.floor(arc / 0x80); rest > 0; rest = Math.floor(rest / 0x80))
      base128.unshift((rest % 0x80) | 0x80)
    return base128
  })
  return element(tags.objectId, Buffer.from(bytes))
}

export function text(tag: number, value: string): Buffer {
  return element(tag, Buffer.from(value, 'utf8'))
}

/** RFC 5280 section 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050, to the second. @param rfc3339 - in UTC. */
export function time(rfc3339: string): Buffer {
  const digits = `${rfc3339.slice(0, 19).replace(/[-T:]/g, '')}Z`
  return digits < '2050' ? text(tags.utcTime, digits.slice(2)) : text(tags.generalizedTime, digits)
}

/** The 4 or 16 bytes of an address. @param address - one that `net.isIP` takes, without a zone or an embedded IPv4. */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [head = [], tail] = address
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16))))
  const groups =
    tail === undefined ? head : [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail]
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 0xff]))
}

/** The address of a range such as `10.0.0.0/8`, and its mask (RFC 5280 section 4.2.1.10). */
export function rangeBytes(range: string): Buffer {
  const [address = '', length = ''] = range.split('/')
  const start = addressBytes(address)
  const mask = Buffer.from(
    start.map((_, at) => 0xff & ~(0xff >> Math.min(8, Math.max(0, Number(length) - at * 8)))),
  )
  return Buffer.concat([start, mask])
}

export interface Element {
  readonly tag: number
  readonly content: Buffer
  /** Tag, length and content. */
  readonly whole: Buffer
}

/** The elements that bytes are made of, one after the other. @throws TypeError if they are not DER. */
export function elements(bytes: Uint8Array): readonly Element[] {
  const data = Buffer.from(bytes)
  const found: Element[] = []
  for (let at = 0; at < data.length;) {
    const one = elementAt(data.subarray(at))
    found.push(one)
    at += one.whole.length
  }
  return found
}

function elementAt(data: Buffer): Element {
  const tag = data[0] ?? 0
  const first = data[1] ?? 0xff
  const sizeBytes = first < 0x80 ? 0 : first - 0x80
  if ((tag & 0x1f) === 0x1f || first === 0x80 || sizeBytes > 3 || data.length < 2 + sizeBytes)
    throw new TypeError('not DER: a tag or length that is not read here')
  const length = sizeBytes === 0 ? first : data.readUIntBE(2, sizeBytes)
  if (sizeBytes > 0 && length < (sizeBytes === 1 ? 0x80 : 2 ** (8 * (sizeBytes - 1))))
    throw new TypeError('not DER: a length that is longer than it need be')
  const start = 2 + sizeBytes
  if (data.length < start + length) throw new TypeError('not DER: it ends too early')
  return {tag, content: data.subarray(start, start + length), whole: data.subarray(0, start + length)}
}
