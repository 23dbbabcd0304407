/**
 * Reads many rows as one: SQLite puts them together, and they come over in one piece, which costs a third of as many rows.
 * What is not as keyrite writes it (gaps, other types, salts of other lengths) is undefined here, and is read row by row.
 */
import {isAscii, isUtf8} from 'node:buffer'
import type Database from 'better-sqlite3'
import {commitmentField} from '../draft.ts'
import type {HashedRow, NoteRow, SealedRow} from '../store.ts'

const hashBytes = 32

/** What SQLite tells of a piece: how many rows, the lengths of those that hold something, and all of them end to end. */
type Lengths = readonly [count: number, lengths: string | null]

const ofEntries = `SELECT count(*), group_concat(octet_length(bytes)), min(seq), max(seq),
  CAST(group_concat(leaf, '') AS BLOB), CAST(group_concat(bytes, x'00') AS BLOB)
  FROM (SELECT seq, leaf, bytes FROM entries WHERE seq >= ? ORDER BY seq LIMIT ?)`
type Entries = readonly [...Lengths, first: number, last: number, leaves: Buffer, bytes: Buffer]

/** At most `count` entries from `from` on. */
export function entriesIn(statement: Statements, from: number, count: number): HashedRow[] | undefined {
  const [found, lengths, first, last, leaves, bytes] = statement(ofEntries).get(from, count) as Entries
  if (found === 0) return []
  const all = lengthsIn(lengths, found)
  if (all === undefined || last - first !== found - 1 || leaves.length !== found * hashBytes) return undefined
  // Each entry after a zero byte: so it is hashed.
  const hashed = Buffer.allocUnsafeSlow(1 + bytes.length)
  hashed[0] = 0
  bytes.copy(hashed, 1)
  const [text, leafText] = [textOf(hashed), leaves.toString('hex')]
  let start = 0
  const rows = all.map((length, at) => {
    const [from, end] = [start, start + 1 + length]
    start = end
    return {
      seq: first + at,
      leaf: leafText.slice(2 * hashBytes * at, 2 * hashBytes * (at + 1)),
      hashed: hashed.subarray(from, end),
      text: text === null ? spelled(hashed.subarray(from + 1, end)) : text.slice(from + 1, end),
    }
  })
  return start === hashed.length ? rows : undefined
}

const ofNotes = `SELECT count(*), group_concat(octet_length(note)), group_concat(size), CAST(group_concat(note, '') AS BLOB)
  FROM (SELECT size, note FROM checkpoints WHERE size >= ? ORDER BY size LIMIT ?)`
type Notes = readonly [...Lengths, sizes: string, notes: Buffer]

/** At most `count` checkpoints for `from` entries or more. */
export function notesIn(statement: Statements, from: number, count: number): NoteRow[] | undefined {
  const [found, lengths, sizes, notes] = statement(ofNotes).get(from, count) as Notes
  if (found === 0) return []
  const all = lengthsIn(lengths, found)
  if (all === undefined) return undefined
  const [sizeOf, text] = [sizes.split(','), notes.toString('latin1')]
  let start = 0
  const rows = all.map((length, at) => {
    const from = start
    start += length
    return {size: Number(sizeOf[at]), note: text.slice(from, start)}
  })
  return start === text.length ? rows : undefined
}

const separator = `x'${commitmentField.toString('hex')}'`
const ofOpenings = `SELECT count(*), group_concat(octet_length(value)), max(rowid), min(octet_length(salt)), max(octet_length(salt)),
  CAST(group_concat(commitment, '') AS BLOB), CAST(group_concat(salt || value, ${separator}) AS BLOB)
  FROM (SELECT rowid, commitment, salt, value FROM openings WHERE rowid > ? ORDER BY rowid LIMIT ?)`
type Openings = readonly [
  ...Lengths,
  last: number,
  shortest: number,
  longest: number,
  commitments: Buffer,
  sealed: Buffer,
]

/** At most `count` openings that were put after the one at `after`. */
export function openingsIn(statement: Statements, after: number, count: number): SealedRow[] | undefined {
  const [found, lengths, last, shortest, longest, commitments, sealed] = statement(ofOpenings).get(
    after,
    count,
  ) as Openings
  if (found === 0) return []
  const all = lengthsIn(lengths, found)
  if (
    all === undefined ||
    shortest !== hashBytes ||
    longest !== hashBytes ||
    commitments.length !== found * hashBytes
  )
    return undefined
  const whole = Buffer.concat([commitmentField, sealed])
  const [text, names] = [textOf(whole), commitments.toString('hex')]
  const head = commitmentField.length + hashBytes
  let start = 0
  const rows = all.map((length, at) => {
    const [from, end] = [start, start + head + length]
    start = end
    return {
      at: last,
      commitment: names.slice(2 * hashBytes * at, 2 * hashBytes * (at + 1)),
      sealed: whole.subarray(from, end),
      value: text === null ? spelled(whole.subarray(from + head, end)) : text.slice(from + head, end),
    }
  })
  return start === whole.length ? rows : undefined
}

/** Gives a prepared statement whose rows are lists of their columns. */
export type Statements = (sql: string) => Database.Statement

function lengthsIn(lengths: string | null, count: number): number[] | undefined {
  const all = (lengths ?? '').split(',').map(Number)
  return all.length === count ? all : undefined
}

/** Bytes as letters, one each; null unless all are ASCII. */
function textOf(bytes: Buffer): string | null {
  return isAscii(bytes) ? bytes.toString('latin1') : null
}

/** What the bytes are the UTF-8 of; null if they are none. */
export function spelled(bytes: Buffer): string | null {
  return isUtf8(bytes) ? bytes.toString('utf8') : null
}
