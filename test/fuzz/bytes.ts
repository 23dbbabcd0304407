/** What can be done to bytes: at any place, and at places that look like lengths. */
import {armor, parseArmored} from '../../src/custody/ssh/sshsig.ts'
import {fromPem, toPem} from '../../src/custody/ssh/pem.ts'
import type {Rng} from './rng.ts'

/** Changes an input; the others are there to be spliced with. */
export type Mutation = (rng: Rng, bytes: Buffer, others: readonly Buffer[]) => Buffer

const edgeBytes = [0x00, 0x01, 0x0a, 0x0d, 0x20, 0x22, 0x2d, 0x3d, 0x5c, 0x7f, 0x80, 0xc0, 0xff]
const edgeLengths = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff]

function splice(bytes: Buffer, from: number, to: number, put: Uint8Array = Buffer.alloc(0)): Buffer {
  return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)])
}

/** A part of the input: from, to. */
function part(rng: Rng, {length}: Buffer): readonly [number, number] {
  const from = rng.below(length + 1)
  return [from, Math.min(length, from + 1 + rng.below(rng.oneIn(8) ? length : 16))]
}

const flipBit: Mutation = (rng, bytes) => {
  const copy = Buffer.from(bytes)
  const at = rng.below(copy.length)
  if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ (1 << rng.below(8))
  return copy
}

const setByte: Mutation = (rng, bytes) => {
  const copy = Buffer.from(bytes)
  if (copy.length > 0) copy[rng.below(copy.length)] = rng.pick(edgeBytes)
  return copy
}

const insert: Mutation = (rng, bytes) => {
  const at = rng.below(bytes.length + 1)
  const put = Buffer.from(Array.from({length: 1 + rng.below(6)}, () => rng.below(256)))
  return splice(bytes, at, at, put)
}

const remove: Mutation = (rng, bytes) => splice(bytes, ...part(rng, bytes))

const double: Mutation = (rng, bytes) => {
  const [from, to] = part(rng, bytes)
  return splice(bytes, to, to, bytes.subarray(from, to))
}

const cut: Mutation = (rng, bytes) => bytes.subarray(0, rng.below(bytes.length + 1))

const append: Mutation = (rng, bytes) =>
  Buffer.concat([bytes, Buffer.alloc(1 + rng.below(5), rng.pick(edgeBytes))])

/** Puts a part of one input in the place of a part of another. */
const mix: Mutation = (rng, bytes, others) => {
  const other = rng.pick(others)
  return splice(bytes, ...part(rng, bytes), other.subarray(...part(rng, other)))
}

/** Writes an edge value, or one near to what stands there, over four bytes that may be a length. */
const relength: Mutation = (rng, bytes) => {
  if (bytes.length < 4) return bytes
  const copy = Buffer.from(bytes)
  // Lengths in such formats are small: places that start with two zero bytes are tried first.
  const found = copy.indexOf(Buffer.of(0, 0), rng.below(copy.length))
  const at = found === -1 || found + 4 > copy.length ? rng.below(copy.length - 3) : found
  const now = copy.readUInt32BE(at)
  const near = [now + 1, now - 1, now + 4, now * 2].map((value) => value >>> 0)
  copy.writeUInt32BE(rng.pick([...edgeLengths, ...near]), at)
  return copy
}

const long: Mutation = (rng, bytes) =>
  rng.oneIn(200)
    ? splice(
        bytes,
        rng.below(bytes.length),
        bytes.length,
        Buffer.alloc(rng.below(200_000), rng.pick(edgeBytes)),
      )
    : double(rng, bytes, [])

export const byteMutations: readonly Mutation[] = [
  flipBit,
  setByte,
  insert,
  remove,
  double,
  cut,
  append,
  mix,
  relength,
  long,
]

/** Changes the bytes inside an armored signature, and armors them again: the text stays well-formed. */
export const insideArmor: Mutation = (rng, bytes, others) => {
  const blobs = others.map((one) => parseArmored(one.toString('latin1')))
  const blob = parsedOr(() => parseArmored(bytes.toString('latin1')), rng.pick(blobs))
  return Buffer.from(armor(rng.pick(byteMutations)(rng, blob, blobs)))
}

/** The same for a private key file. */
export const insidePem =
  (label: string): Mutation =>
  (rng, bytes, others) => {
    const blobs = others.map((one) => fromPem(one, label))
    const blob = parsedOr(() => fromPem(bytes, label), rng.pick(blobs))
    return toPem(rng.pick(byteMutations)(rng, blob, blobs), label)
  }

function parsedOr(read: () => Buffer, otherwise: Buffer): Buffer {
  try {
    return read()
  } catch {
    return otherwise
  }
}
