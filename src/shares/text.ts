/**
 * A share as a text: lines for people, rows of letters, at most 72 columns, LF. Each text has one spelling; in upper case, on
 * one line, it is what a QR code holds. docs/share-format.md.
 */
import {badShare, type Share, type Wrapped} from './format.ts'
import {readShareBlock, readWrappedBlock, shareBlock, shareRows, wrappedBlock, wrappedRows} from './blocks.ts'
import {readHead, headLines, type Head} from './head.ts'
import {readRow, rowBytes, rowLettersOf, type Mend, type RowKind} from './row.ts'

/** The largest text: 277 rows of a wrapped secret. */
export const mostTextBytes = 16_384
const qrStart = 'KEYRITE-SHARE/1'

export interface ShareText {
  readonly share: Share
  readonly wrappedSize: number
  /** Null on a card, where it is too long, and where rows were typed. */
  readonly wrapped: Wrapped | null
  /** What is written beside it, which nothing but the ledger vouches for; null where rows were typed. */
  readonly head: Head | null
}

/** The letters of each row, in order. The bytes given are left alone. */
function lettersOf(kind: RowKind, block: Buffer): Buffer[] {
  return Array.from({length: block.length / rowBytes}, (_, at) =>
    rowLettersOf(kind, at + 1, block.subarray(at * rowBytes, (at + 1) * rowBytes)),
  )
}

/** `1  qpzr y9x8 …`: each row with its number, in groups of four. */
function numbered(rows: readonly Buffer[]): Buffer {
  const line = (row: Buffer, at: number): Buffer => {
    const groups = Array.from({length: 7}, (_, four) => [
      row.subarray(four * 4, four * 4 + 4),
      Buffer.from(four === 6 ? '\n' : ' '),
    ])
    return Buffer.concat([Buffer.from(String(at + 1).padEnd(4)), ...groups.flat()])
  }
  return Buffer.concat(rows.map(line))
}

/** The rows of a share as they stand on paper and screens: number and groups, one a line. */
export function shareRowLines(share: Share, wrappedSize: number): Buffer[] {
  return lettersOf('s', shareBlock({share, wrappedSize})).map((row, at) => {
    const groups = Array.from({length: 7}, (_, four) => row.subarray(four * 4, four * 4 + 4))
    return Buffer.concat([
      Buffer.from(`${at + 1}  `),
      ...groups.flatMap((group, four) => (four === 0 ? [group] : [Buffer.from(' '), group])),
    ])
  })
}

/** The whole text of a share's file. */
export function shareText(share: Share, wrapped: Wrapped, head: Head): Buffer {
  const rows = lettersOf('s', shareBlock({share, wrappedSize: wrapped.bytes.length}))
  return Buffer.concat([
    headLines('share', {...share, head}),
    numbered(rows),
    Buffer.from('\nwrapped\n'),
    numbered(lettersOf('w', wrappedBlock(wrapped))),
  ])
}

/** The wrapped secret alone, which opens nothing without shares. */
export function wrappedText(wrapped: Wrapped, head: Head): Buffer {
  return Buffer.concat([
    headLines('wrapped', {...wrapped, head}),
    numbered(lettersOf('w', wrappedBlock(wrapped))),
  ])
}

/** What a QR code holds: the rows on one line, in the letters that such codes hold best. */
export function qrText(share: Share, wrapped: Wrapped, withWrapped: boolean): Buffer {
  const rows = lettersOf('s', shareBlock({share, wrappedSize: wrapped.bytes.length}))
  const more = withWrapped ? [Buffer.from('W'), ...lettersOf('w', wrappedBlock(wrapped))] : []
  const words = [Buffer.from(qrStart), ...rows, ...more].flatMap((one, at) =>
    at === 0 ? [one] : [Buffer.from(' '), one],
  )
  const text = Buffer.concat(words)
  for (const [at, code] of text.entries()) if (code >= 0x61 && code <= 0x7a) text[at] = code - 0x20
  return text
}

/** Whether bytes begin as a QR code of a share does. */
export function isQr(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, qrStart.length)).toString('latin1') === qrStart
}

/**
 * Reads a text strictly: the one spelling, or nothing.
 * @throws KeyriteError `SHARE_BAD` naming the line or row and the place, and never its letters.
 */
export function parseShareText(bytes: Uint8Array): ShareText {
  if (bytes.length > mostTextBytes) throw badShare('cannot read the share: it is longer than any share')
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (isQr(all)) return parseQr(all)
  const {head, threshold, holders, index, set, rest} = readHead('share', all)
  const lines = linesOf(rest)
  const {share, wrappedSize} = readShareBlock(rowsIn('s', lines.slice(0, shareRows), shareRows))
  if (share.index !== index || share.threshold !== threshold || share.holders !== holders)
    throw badShare('cannot read the share: what stands above the rows is not what they say')
  if (!share.set.equals(set)) throw badShare('cannot read the share: the set above the rows is not theirs')
  const [gap, word, ...more] = lines.slice(shareRows)
  if (gap?.length !== 0 || word?.toString('latin1') !== 'wrapped')
    throw badShare('cannot read the share: behind its rows stands no wrapped secret')
  const wrapped = wrappedOf(share.set, more, wrappedRows(wrappedSize))
  const text = {share, wrappedSize, wrapped, head}
  if (!shareText(share, wrapped, head).equals(all))
    throw badShare('cannot read the share: it is not in its one spelling')
  return text
}

/** @throws KeyriteError `SHARE_BAD`. */
export function parseWrappedText(bytes: Uint8Array): Wrapped {
  if (bytes.length > mostTextBytes) throw badShare('cannot read the wrapped secret: it is longer than any')
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const {head, set, rest} = readHead('wrapped', all)
  const lines = linesOf(rest)
  const wrapped = wrappedOf(set, lines, lines.length)
  if (!wrappedText(wrapped, head).equals(all))
    throw badShare('cannot read the wrapped secret: it is not in its one spelling')
  return wrapped
}

function parseQr(all: Buffer): ShareText {
  const [line = Buffer.alloc(0), ...others] = linesOf(
    all.at(-1) === 0x0a ? all : Buffer.concat([all, Buffer.from('\n')]),
  )
  if (others.length > 0) throw badShare('cannot read the share: a scanned one is one line')
  const words = line.toString('latin1').split(' ').slice(1)
  const end = words.indexOf('W')
  const rows = (end === -1 ? words : words.slice(0, end)).map((word) => Buffer.from(word, 'latin1'))
  const {share, wrappedSize} = readShareBlock(rowsIn('s', rows, shareRows, false))
  const more = end === -1 ? null : words.slice(end + 1).map((word) => Buffer.from(word, 'latin1'))
  const wrapped =
    more === null ? null : readWrappedBlock(share.set, rowsIn('w', more, wrappedRows(wrappedSize), false))
  const again = qrText(
    share,
    wrapped ?? {set: share.set, kcv: Buffer.alloc(32), bytes: Buffer.alloc(wrappedSize)},
    wrapped !== null,
  )
  if (!again.equals(line)) throw badShare('cannot read the share: it is not in its one spelling')
  return {share, wrappedSize, wrapped, head: null}
}

function wrappedOf(set: Buffer, lines: readonly Buffer[], rows: number): Wrapped {
  if (![64, 256, 1024, 4096].some((bucket) => wrappedRows(bucket + 8) === rows))
    throw badShare(`cannot read the wrapped secret: it has ${rows} rows`)
  return readWrappedBlock(set, rowsIn('w', lines, rows))
}

/** Without what follows the last LF, which must be nothing. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start)
    if (end === -1) throw badShare('cannot read the share: its last line has no end')
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  return lines
}

/** @param withNumbers - whether each line begins with its number in four columns. */
function rowsIn(kind: RowKind, lines: readonly Buffer[], rows: number, withNumbers = true): Buffer {
  if (lines.length !== rows)
    throw badShare(`cannot read the share: ${lines.length} rows, and ${rows} are needed`)
  return Buffer.concat(
    lines.map((line, at) => {
      if (line.length > 72) throw badShare(`cannot read row ${at + 1}: it is longer than a row`)
      return demandRow(kind, at + 1, rows, withNumbers ? line.subarray(4) : line)
    }),
  )
}

/** @throws KeyriteError `SHARE_BAD` naming row and place. */
export function demandRow(kind: RowKind, row: number, rows: number, typed: Uint8Array): Buffer {
  const read = readRow(kind, row, rows, typed)
  if (read.kind === 'good') return read.bytes
  const called = kind === 's' ? `row ${row}` : `row ${row} of the wrapped secret`
  throw badShare(`cannot read ${called}: ${faultOf(read)}`)
}

/** What is wrong with a row, without any letter of it. */
export function faultOf(read: Exclude<ReturnType<typeof readRow>, {readonly kind: 'good'}>): string {
  switch (read.kind) {
    case 'letter':
      return `what stands at place ${read.place} is no letter of a share (they leave out 1, b, i and o)`
    case 'case':
      return `capitals and small letters are mixed, first at place ${read.place}`
    case 'length':
      return `${read.letters} letters, and a row has 28${placeOf(read.mend)}`
    case 'other-row':
      return `this is row ${read.row}`
    case 'check':
      return `its letters do not fit together${placeOf(read.mend)}`
  }
}

function placeOf(mend: Mend | null): string {
  return mend === null ? '' : `: look at place ${mend.place}`
}
