/**
 * The data types of the SSH protocol (RFC 4251 section 5), read strictly: what is read has one spelling only.
 * A length never reaches past the end, an mpint is positive and has no needless leading byte, text is printable ASCII.
 */

/** Bytes that are not of the form expected. Its message never holds any of them. */
export class WireError extends TypeError {
  constructor(fact: string) {
    super(fact)
    this.name = 'WireError'
  }
}

/** Reads one value after the other. What it returns are views of the bytes given, not copies. */
export class WireReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** @throws WireError if fewer than `length` bytes are left; as do all below. */
  take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new WireError('it ends too early')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  byte(): number {
    return this.take(1).readUInt8()
  }

  uint32(): number {
    return this.take(4).readUInt32BE()
  }

  /** A `string`: a length and that many bytes. */
  string(): Buffer {
    return this.take(this.uint32())
  }

  /** A `string` that names something: printable ASCII. @throws WireError for any other byte. */
  text(): string {
    const bytes = this.string()
    if (!bytes.every((byte) => byte >= 0x20 && byte < 0x7f))
      throw new WireError('a name in it is not printable ASCII')
    return bytes.toString('latin1')
  }

  /** The magnitude of a positive mpint, most significant byte first and never 0. @throws WireError for 0, negative or padded. */
  mpint(): Buffer {
    const bytes = this.string()
    const [first, second] = bytes
    if (first === undefined) throw new WireError('a number in it is zero')
    if (first >= 0x80) throw new WireError('a number in it is negative')
    if (first !== 0) return bytes
    // RFC 4251: unnecessary leading bytes must not be included; a zero stands only before a high bit.
    if (second === undefined || second < 0x80) throw new WireError('a number in it has needless zeros')
    return bytes.subarray(1)
  }

  /** What is left, which may be nothing. */
  rest(): Buffer {
    return this.take(this.#bytes.length - this.#at)
  }

  /** @throws WireError if anything is left. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new WireError('it has trailing bytes')
  }
}

/** Four bytes, most significant first. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** A `string`; text is written as UTF-8. */
export function string(value: Uint8Array | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
  return Buffer.concat([uint32(bytes.length), bytes])
}

/** The mpint of a magnitude (most significant byte first; leading zeros are allowed here and dropped). */
export function mpint(magnitude: Uint8Array): Buffer {
  const bytes = magnitude.subarray(significant(magnitude))
  return string(bytes.length > 0 && (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes)
}

function significant(magnitude: Uint8Array): number {
  const first = magnitude.findIndex((byte) => byte !== 0)
  return first === -1 ? magnitude.length : first
}

/** The magnitude with zeros in front up to `length`. @throws WireError if it is longer. */
export function leftPad(magnitude: Uint8Array, length: number): Buffer {
  if (magnitude.length > length) throw new WireError('a number in it is too large')
  return Buffer.concat([Buffer.alloc(length - magnitude.length), magnitude])
}
