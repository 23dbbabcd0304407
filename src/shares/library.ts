/**
 * secrets.js-grempe, and how it is used: nowhere else, and in no other way.
 *
 * - It never draws a zero by itself, which leaks a secret that is shared again. So it is given a generator of ours; and the
 *   key that is shared is drawn for one set, and shared once.
 * - It tests a generator before it takes it, and refuses one that may answer zero: while it tests, ours answers one.
 * - It combines anything to something, and a share that it has not made can change how it works from then on. So it is given
 *   only shares whose form was checked here, and set up anew each time.
 * - It works on strings, which cannot be wiped: the process that loads it is one that ends (`child.ts`).
 */
import library from 'secrets.js-grempe'
import {demandThreshold, keyBytes, pointBytes, rawLength} from './format.ts'

/** As much of it as is used; its own types know only generators that have a name. */
interface Library {
  init(bits: number): void
  setRNG(generator: (bits: number) => string): void
  share(hex: string, holders: number, threshold: number, padding: number): string[]
  combine(shares: readonly string[]): string
}
const bits = 8
const shamir = library as unknown as Library

/** @throws TypeError unless these are the letters of a share of this index. */
export function demandRaw(raw: Uint8Array, index: number): void {
  if (raw.length !== rawLength) throw new TypeError('a share of another length')
  const head = `8${index.toString(16).padStart(2, '0')}`
  const good = Buffer.from(raw).every((byte, at) =>
    at < head.length ? byte === head.charCodeAt(at) : isHexDigit(byte),
  )
  if (!good || index < 1) throw new TypeError('not the letters of a share')
}

function isHexDigit(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66)
}

/**
 * @param random - bytes that are all equally likely.
 * @returns the letters of each share, by index from 1 on.
 * @throws KeyriteError `USAGE`; TypeError if the library did not do what it is there for.
 */
export function shareKey(
  key: Uint8Array,
  {threshold, holders}: {readonly threshold: number; readonly holders: number},
  random: (count: number) => Uint8Array,
): Buffer[] {
  demandThreshold(threshold, holders)
  if (key.length !== keyBytes) throw new TypeError('a key of another length')
  const coefficients = random(pointBytes * (threshold - 1))
  let drawn: number | 'testing' = 'testing'
  shamir.init(bits)
  shamir.setRNG((asked) => {
    if (asked !== bits) throw new TypeError('the library asks for another field')
    if (drawn === 'testing') return '00000001'
    const byte = coefficients[drawn++]
    if (byte === undefined) throw new TypeError('the library draws more than it needs')
    return byte.toString(2).padStart(bits, '0')
  })
  drawn = 0
  const shares = shamir.share(Buffer.from(key).toString('hex'), holders, threshold, bits)
  // The trap: a library that draws by itself has not asked for all of ours.
  if (drawn !== coefficients.length) throw new TypeError('the library draws its own coefficients')
  drawn = coefficients.length
  coefficients.fill(0)
  if (shares.length !== holders) throw new TypeError('the library made another number of shares')
  return shares.map((text, at) => {
    const raw = Buffer.from(text, 'latin1')
    demandRaw(raw, at + 1)
    return raw
  })
}

/**
 * @param shares - exactly as many as the threshold says, of different indices; what they give is not known to be right.
 * @throws TypeError for a share of another form, and where they give no key at all.
 */
export function combineKey(shares: readonly {readonly raw: Uint8Array; readonly index: number}[]): Buffer {
  for (const {raw, index} of shares) demandRaw(raw, index)
  if (new Set(shares.map(({index}) => index)).size !== shares.length)
    throw new TypeError('the same share twice')
  shamir.init(bits)
  const hex = shamir.combine(shares.map(({raw}) => Buffer.from(raw).toString('latin1')))
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new TypeError('these shares give no key')
  return Buffer.from(hex, 'hex')
}
