/**
 * One row as people type it: 24 letters, and 4 that check them and where they stand. A mistyped one is named with the place
 * in it; where one change of one letter makes it right, that is suggested, and never done.
 */
import {sha256Hex} from '../base/bytes.ts'
import {letterOf, toBytes, toLetters, valueOf} from './letters.ts'

/** `s`: of the share; `w`: of the wrapped secret. */
export type RowKind = 's' | 'w'

export const rowBytes = 15
const dataLetters = 24
const rowLetters = 28

/** What would make a row right; places from 1 on, as they are counted without blanks. */
export interface Mend {
  readonly place: number
  readonly how: 'another' | 'missing' | 'too-many' | 'exchanged'
  /** The letter that should be there; null where one is too many or two are exchanged. */
  readonly letter: string | null
}

export type Row =
  | {readonly kind: 'good'; readonly bytes: Buffer}
  | {readonly kind: 'letter'; readonly place: number; readonly mend: Mend | null}
  | {readonly kind: 'case'; readonly place: number}
  | {readonly kind: 'length'; readonly letters: number; readonly mend: Mend | null}
  | {readonly kind: 'check'; readonly mend: Mend | null}
  /** A good row, but not this one. */
  | {readonly kind: 'other-row'; readonly row: number}

/** The letters of a row, without blanks. @param bytes - 15 of them. */
export function rowLettersOf(kind: RowKind, row: number, bytes: Uint8Array): Buffer {
  const check = checkOf(kind, row, bytes)
  return Buffer.concat([toLetters(bytes), Buffer.from(Array.from(check, letterOf).join(''), 'latin1')])
}

/** Four letters: the first 20 bits of a hash. */
function checkOf(kind: RowKind, row: number, bytes: Uint8Array): readonly number[] {
  const said = Buffer.concat([Buffer.from(`keyrite/v1/row\n${kind}`), Buffer.of(row >> 8, row & 0xff), bytes])
  const sum = Number.parseInt(sha256Hex(said).slice(0, 5), 16)
  return [15, 10, 5, 0].map((down) => (sum >> down) & 31)
}

/**
 * Judges one row as it was typed or read; blanks between letters do not count.
 * @param rows - how many rows there are.
 */
export function readRow(kind: RowKind, row: number, rows: number, typed: Uint8Array): Row {
  const letters = typed.filter((code) => code !== 0x20 && code !== 0x09)
  const upper = letters.findIndex((code) => code >= 0x41 && code <= 0x5a)
  const lower = letters.findIndex((code) => code >= 0x61 && code <= 0x7a)
  if (upper !== -1 && lower !== -1) return {kind: 'case', place: Math.max(upper, lower) + 1}
  const fives = Array.from(letters, (code) => valueOf(upper === -1 ? code : lowered(code)))
  if (Math.abs(fives.length - rowLetters) > 1) return {kind: 'length', letters: fives.length, mend: null}
  const wrong = fives.indexOf(-1)
  const mend = (): Mend | null => mendOf(kind, row, fives)
  if (fives.length !== rowLetters)
    return {kind: 'length', letters: fives.length, mend: wrong === -1 ? mend() : null}
  if (wrong !== -1) return {kind: 'letter', place: wrong + 1, mend: mend()}
  const bytes = toBytes(fives.slice(0, dataLetters))
  if (isRow(kind, row, fives)) return {kind: 'good', bytes}
  for (let other = 1; other <= rows; other++)
    if (other !== row && isRow(kind, other, fives)) return {kind: 'other-row', row: other}
  return {kind: 'check', mend: mend()}
}

function lowered(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code
}

function isRow(kind: RowKind, row: number, fives: readonly number[]): boolean {
  const check = checkOf(kind, row, toBytes(fives.slice(0, dataLetters)))
  return check.every((value, at) => value === fives[dataLetters + at])
}

/** The one change of one letter that makes it right; null if none does, or more than one. */
function mendOf(kind: RowKind, row: number, fives: readonly number[]): Mend | null {
  const found: Mend[] = []
  for (const {mend, fives: tried} of changesOf(fives))
    if (tried.length === rowLetters && !tried.includes(-1) && isRow(kind, row, tried)) found.push(mend)
  const [first, ...others] = found
  // A letter typed twice may be left out at either place, which is the same.
  if (first === undefined || others.some(({how}) => how !== first.how || how !== 'too-many')) return null
  return first
}

function* changesOf(
  fives: readonly number[],
): Generator<{readonly mend: Mend; readonly fives: readonly number[]}> {
  const values = Array.from({length: 32}, (_, value) => value)
  if (fives.length > rowLetters) {
    for (const at of fives.keys())
      yield {mend: {place: at + 1, how: 'too-many', letter: null}, fives: fives.toSpliced(at, 1)}
    return
  }
  if (fives.length < rowLetters) {
    for (let at = 0; at <= fives.length; at++)
      for (const value of values) {
        // Before an equal letter is the same as behind it.
        if (fives[at - 1] === value) continue
        const mend: Mend = {place: at + 1, how: 'missing', letter: letterOf(value)}
        yield {mend, fives: fives.toSpliced(at, 0, value)}
      }
    return
  }
  for (const [at, was] of fives.entries()) {
    for (const value of values)
      if (value !== was)
        yield {mend: {place: at + 1, how: 'another', letter: letterOf(value)}, fives: fives.with(at, value)}
    const next = fives[at + 1]
    if (next !== undefined && next !== was)
      yield {
        mend: {place: at + 1, how: 'exchanged', letter: null},
        fives: fives.with(at, next).with(at + 1, was),
      }
  }
}
