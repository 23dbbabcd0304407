/**
 * The part of CBOR that authenticators write (RFC 8949; CTAP2 section 8): integers, byte and text strings, arrays, maps
 * with integer or text keys, true and false. Read strictly: shortest lengths, definite sizes, no key twice, nothing after it.
 */

export type Cbor = number | boolean | string | Uint8Array | readonly Cbor[] | CborMap
export type CborMap = ReadonlyMap<number | string, Cbor>

/** Bytes that are not of the form expected. */
export class CborError extends TypeError {
  constructor(fact: string) {
    super(fact)
    this.name = 'CborError'
  }
}

const maxDepth = 8

/** @returns the first value, and what follows it. @throws CborError */
export function readCbor(bytes: Uint8Array): {readonly value: Cbor; readonly rest: Uint8Array} {
  const reader = new Reader(bytes)
  const value = reader.value(0)
  return {value, rest: reader.rest()}
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at)
  }

  value(depth: number): Cbor {
    if (depth > maxDepth) throw new CborError('it is nested too deep')
    const first = this.#take(1).readUInt8()
    const [major, info] = [first >> 5, first & 0x1f]
    if (major === 7) {
      if (info === 20 || info === 21) return info === 21
      throw new CborError('it holds a value of a kind that authenticators do not write')
    }
    const argument = this.#argument(info)
    switch (major) {
      case 0:
        return argument
      case 1:
        return -1 - argument
      case 2:
        return this.#take(argument)
      case 3:
        return this.#text(argument)
      case 4:
        return this.#items(argument, depth)
      case 5:
        return this.#map(argument, depth)
      default:
        throw new CborError('it holds a value of a kind that authenticators do not write')
    }
  }

  #items(count: number, depth: number): Cbor[] {
    const items: Cbor[] = []
    // Each item takes at least one byte, so a great count ends with the bytes.
    for (let at = 0; at < count; at++) items.push(this.value(depth + 1))
    return items
  }

  #map(count: number, depth: number): CborMap {
    const map = new Map<number | string, Cbor>()
    for (let at = 0; at < count; at++) {
      const key = this.value(depth + 1)
      if (typeof key !== 'number' && typeof key !== 'string')
        throw new CborError('a key is neither a number nor text')
      if (map.has(key)) throw new CborError('a key stands twice')
      map.set(key, this.value(depth + 1))
    }
    return map
  }

  #argument(info: number): number {
    if (info < 24) return info
    if (info > 26) throw new CborError('a length is indefinite, or greater than anything that fits')
    const bytes = 1 << (info - 24)
    const value = this.#take(bytes).readUIntBE(0, bytes)
    const least = [24, 0x100, 0x10000][info - 24] ?? 0
    if (value < least) throw new CborError('a length is longer than it need be')
    return value
  }

  #text(length: number): string {
    try {
      return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(this.#take(length))
    } catch (error) {
      if (error instanceof CborError) throw error
      throw new CborError('a text is not UTF-8')
    }
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new CborError('it ends too early')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}
