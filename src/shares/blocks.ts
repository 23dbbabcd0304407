/** What is written in rows: a share (4 of them), and the wrapped secret (8, 21, 72 or 277). docs/share-format.md, "Rows". */
import {sha256} from '../base/bytes.ts'
import {badShare, kcvBytes, pointBytes, setBytes, wrappedSizes, type Share, type Wrapped} from './format.ts'
import {readRow, rowBytes} from './row.ts'

export const shareRows = 4
const version = 1
const checkBytes = 5
const wrappedCodes: readonly number[] = [1, 2, 3, 4]

/** A share as it is written, and how much of a wrapped secret belongs to it. */
export interface ShareBlock {
  readonly share: Share
  /** How long the wrapped secret is. */
  readonly wrappedSize: number
}

/** 60 bytes. */
export function shareBlock({share, wrappedSize}: ShareBlock): Buffer {
  const {set, index, threshold, holders, raw} = share
  const code = wrappedCodes[wrappedSizes.indexOf(wrappedSize)]
  if (code === undefined) throw new TypeError('a wrapped secret of another length')
  const body = Buffer.concat([
    Buffer.of(version, index, threshold, holders),
    set,
    Buffer.from(raw.subarray(3).toString('latin1'), 'hex'),
    Buffer.of(code, 0),
  ])
  return Buffer.concat([body, checkOf('share', body)])
}

/** @throws KeyriteError `SHARE_BAD` unless the rows belong together and say a share. */
export function readShareBlock(bytes: Uint8Array): ShareBlock {
  const {body, check} = parted(bytes)
  if (!checkOf('share', body).equals(check))
    throw badShare('cannot read the share: each row is good, and together they are none', [
      'look whether all rows are from the same card, and every one once',
    ])
  const [said, index = 0, threshold = 0, holders = 0] = body
  const at = 4 + setBytes
  const wrappedSize = wrappedSizes[(body[at + pointBytes] ?? 0) - 1]
  if (said !== version || wrappedSize === undefined || body[at + pointBytes + 1] !== 0)
    throw badShare('cannot read the share: it is of a later format', ['a newer keyrite'])
  if (threshold < 2 || threshold > holders || index < 1 || index > holders)
    throw badShare(`cannot read the share: it says ${index} of ${holders}, any ${threshold}`)
  const points = Buffer.from(body.subarray(at, at + pointBytes))
  const raw = Buffer.from(`8${index.toString(16).padStart(2, '0')}${points.toString('hex')}`, 'latin1')
  points.fill(0)
  return {share: {set: Buffer.from(body.subarray(4, at)), index, threshold, holders, raw}, wrappedSize}
}

/** The share in rows that were just made, with their numbers; they are wiped. */
export function shareInRows(rows: readonly Buffer[]): Share {
  const parts = rows.map((row, at) => {
    const read = readRow('s', at + 1, shareRows, row.subarray(3))
    row.fill(0)
    if (read.kind !== 'good') throw new TypeError('a row that was just made')
    return read.bytes
  })
  const whole = Buffer.concat(parts)
  for (const part of parts) part.fill(0)
  try {
    return readShareBlock(whole).share
  } finally {
    whole.fill(0)
  }
}

export function wrappedRows(wrappedSize: number): number {
  return Math.ceil((kcvBytes + 2 + wrappedSize + checkBytes) / rowBytes)
}

/** Whole rows: zeros stand before the check. */
export function wrappedBlock({set, kcv, bytes}: Wrapped): Buffer {
  const body = Buffer.alloc(wrappedRows(bytes.length) * rowBytes - checkBytes)
  body.set(kcv)
  body.writeUInt16BE(bytes.length, kcvBytes)
  body.set(bytes, kcvBytes + 2)
  return Buffer.concat([body, checkOf('wrapped', set, body)])
}

/** @throws KeyriteError `SHARE_BAD` unless the rows belong together, and to this set. */
export function readWrappedBlock(set: Buffer, bytes: Uint8Array): Wrapped {
  const {body, check} = parted(bytes)
  const length = body.readUInt16BE(kcvBytes)
  const end = kcvBytes + 2 + length
  const good =
    checkOf('wrapped', set, body).equals(check) &&
    wrappedSizes.includes(length) &&
    wrappedRows(length) * rowBytes === bytes.length &&
    body.subarray(end).every((byte) => byte === 0)
  if (!good)
    throw badShare('cannot read the wrapped secret: each row is good, and together they are none of this set')
  return {
    set,
    kcv: Buffer.from(body.subarray(0, kcvBytes)),
    bytes: Buffer.from(body.subarray(kcvBytes + 2, end)),
  }
}

function parted(bytes: Uint8Array): {readonly body: Buffer; readonly check: Buffer} {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {body: all.subarray(0, -checkBytes), check: all.subarray(-checkBytes)}
}

/** 40 bits over everything that the rows say. */
function checkOf(what: 'share' | 'wrapped', ...parts: readonly Uint8Array[]): Buffer {
  return sha256(`keyrite/v1/${what}-text\n`, ...parts).subarray(0, checkBytes)
}
