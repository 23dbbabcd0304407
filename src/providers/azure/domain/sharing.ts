/**
 * Shamir's sharing as a security domain has it: byte by byte, modulo 257. Each word of a share is 16 bits, little-endian: the holder's place (1 to 126) in the
 * upper seven, what the polynomial is there in the lower nine.
 */
const [modulus, places] = [257, 126] as const

export interface DomainShare {
  /** The holder's place. */
  readonly at: number
  readonly values: Uint16Array
}

/** @returns undefined if it is none. The share is the caller's to wipe. */
export function parseDomainShare(bytes: Buffer): DomainShare | undefined {
  if (bytes.length < 2 || bytes.length % 2 !== 0) return undefined
  const values = new Uint16Array(bytes.length / 2)
  const at = bytes.readUInt16LE(0) >> 9
  for (let n = 0; n < values.length; n++) {
    const word = bytes.readUInt16LE(2 * n)
    values[n] = word & 0x1ff
    if (word >> 9 !== at || (word & 0x1ff) >= modulus) {
      values.fill(0)
      return undefined
    }
  }
  return at >= 1 && at <= places ? {at, values} : undefined
}

/** What the polynomials are at 0. @returns undefined where these do not belong together; else the caller's to wipe. */
export function combined(shares: readonly DomainShare[]): Buffer | undefined {
  const length = shares[0]?.values.length ?? 0
  const together = shares.every(({values}) => values.length === length)
  if (length === 0 || !together || new Set(shares.map(({at}) => at)).size !== shares.length) return undefined
  const weights = shares.map(({at}) => weightOf(at, shares))
  const secret = Buffer.alloc(length)
  for (let n = 0; n < length; n++) {
    const sum =
      shares.reduce((all, {values}, one) => all + (values[n] ?? 0) * (weights[one] ?? 0), 0) % modulus
    if (sum > 255) {
      secret.fill(0)
      return undefined
    }
    secret[n] = sum
  }
  return secret
}

/** Lagrange's, at 0. */
function weightOf(at: number, shares: readonly DomainShare[]): number {
  return shares
    .filter((one) => one.at !== at)
    .reduce((all, other) => (all * other.at * inverse(other.at - at)) % modulus, 1)
}

/** By Fermat: the modulus is a prime. */
function inverse(number: number): number {
  const base = ((number % modulus) + modulus) % modulus
  let result = 1
  for (let n = 0; n < modulus - 2; n++) result = (result * base) % modulus
  return result
}
