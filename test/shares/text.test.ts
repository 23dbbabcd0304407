import {describe, expect, test} from '@jest/globals'
import {
  mostTextBytes,
  parseShareText,
  parseWrappedText,
  qrText,
  shareRowLines,
  shareText,
  wrappedText,
} from '../../src/shares/text.ts'
import {readRow, rowLettersOf, type Row} from '../../src/shares/row.ts'
import {head, numbers, refusal, slow, splitFor, wrappedOf} from './support.ts'

const sharing = {threshold: 3, holders: 5}
const made = splitFor('a secret to type', sharing)
const wrapped = wrappedOf(made)
const [, , , share] = made.shares
if (share === undefined) throw new Error('five shares')
const text = shareText(share, wrapped, head)
const lines = shareRowLines(share, wrapped.bytes.length)

describe('the text of a share', () => {
  test('is read as it was written, at most 72 columns wide, for every size of secret', () => {
    for (const length of [1, 200, 1000, 4094]) {
      const one = splitFor('x'.repeat(length), sharing)
      for (const each of one.shares) {
        const written = shareText(each, wrappedOf(one), head)
        expect(
          Math.max(
            ...written
              .toString()
              .split('\n')
              .map((line) => line.length),
          ),
        ).toBeLessThanOrEqual(72)
        const read = parseShareText(written)
        expect(read.share).toEqual(each)
        expect(read.wrapped).toEqual(wrappedOf(one))
        expect(read.head).toEqual(head)
        expect(written.length).toBeLessThan(mostTextBytes)
      }
      expect(parseWrappedText(wrappedText(wrappedOf(one), head))).toEqual(wrappedOf(one))
    }
  })

  test('is on one line in capitals for a QR code, with the wrapped secret or without', () => {
    for (const more of [true, false]) {
      const line = qrText(share, wrapped, more)
      expect(line.toString()).toMatch(/^[0-9A-Z /-]+$/)
      for (const typed of [line, Buffer.concat([line, Buffer.from('\n')])]) {
        const read = parseShareText(typed)
        expect(read.share).toEqual(share)
        expect(read.wrapped).toEqual(more ? wrapped : null)
      }
    }
  })

  test('with any byte changed is refused, or names another holder, ledger or entry, and never another share', () => {
    const next = numbers(7)
    const runs = slow ? 50_000 : 300
    let refused = 0
    for (let run = 0; run < runs; run++) {
      const bytes = Buffer.from(text)
      const at = next(bytes.length)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << next(8))
      try {
        const read = parseShareText(bytes)
        expect([read.share, read.wrapped]).toEqual([share, wrapped])
        expect(read.head).not.toEqual(head)
      } catch {
        expect(refusal(() => parseShareText(bytes)).code).toBe('SHARE_BAD')
        refused++
      }
    }
    expect(refused).toBeGreaterThan(runs / 2)
  })

  test.each([
    ['nothing', ''],
    ['CRLF', text.toString().replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${text.toString()}`],
    ['another threshold above its rows', text.toString().replace('any 3 recover', 'any 2 recover')],
    ['another index above its rows', text.toString().replace('share: 4 of', 'share: 5 of')],
    [
      'another set above its rows',
      text.toString().replace(/^set: ./m, (found) => (found.endsWith('0') ? 'set: 1' : 'set: 0')),
    ],
    ['no wrapped secret', text.toString().split('\nwrapped')[0] ?? ''],
    ['a row that is missing', text.toString().replace(/^2 .*\n/m, '')],
    ['two rows in the place of each other', text.toString().replace(/^(2 .*\n)(3 .*\n)/m, '$2$1')],
    ['thousands of rows', text.toString() + '9   aaaa\n'.repeat(1000)],
    ['a row of a thousand letters', text.toString().replace(/^2 {3}/m, `2   ${'q'.repeat(1000)}`)],
    ['a line after its end', `${text.toString()}\n`],
    ['capitals in a file', text.toString().replace(/^1 .*$/m, (row) => row.toUpperCase())],
    ['a name that hides something', text.toString().replace('Carol', 'Car\u202eol')],
    [
      'a QR code with lower-case letters',
      qrText(share, wrapped, true).toString().toLowerCase().replace('keyrite-share', 'KEYRITE-SHARE'),
    ],
    [
      'a QR code with a row twice',
      qrText(share, wrapped, false)
        .toString()
        .replace(/ (\S+)$/, ' $1 $1'),
    ],
    ['ten megabytes', 'q'.repeat(10_000_000)],
  ])('is refused with %s, at once', (_name, wrong) => {
    const bytes = Buffer.from(wrong)
    const started = performance.now()
    const refused = refusal(() => parseShareText(bytes))
    expect(performance.now() - started).toBeLessThan(100)
    expect(refused.code).toBe('SHARE_BAD')
  })

  test('is never repeated in what is said of it', () => {
    const letters = lines.map((line) => line.subarray(3).toString().replaceAll(' ', ''))
    for (const row of letters)
      for (const group of row.match(/.{6}/g) ?? []) {
        const wrong = text.toString().replace(row.slice(0, 4), row.slice(0, 3).concat('1'))
        expect(refusal(() => parseShareText(Buffer.from(wrong))).message).not.toContain(group)
      }
  })
})

/** What people do to a row; each gives other letters than it was given. */
const slips: readonly (readonly [string, (row: string, at: number) => string])[] = [
  ['a letter mistaken for another', (row, at) => row.slice(0, at) + other(row[at] ?? '') + row.slice(at + 1)],
  [
    'two letters exchanged',
    (row, at) => row.slice(0, at) + (row[at + 1] ?? '') + (row[at] ?? '') + row.slice(at + 2),
  ],
  ['a letter left out', (row, at) => row.slice(0, at) + row.slice(at + 1)],
  ['a letter typed twice', (row, at) => row.slice(0, at + 1) + row.slice(at)],
  ['a look-alike', (row, at) => row.slice(0, at) + (lookAlike[row[at] ?? ''] ?? 'o') + row.slice(at + 1)],
  ['one capital', (row, at) => row.slice(0, at) + (row[at] ?? '').toUpperCase() + row.slice(at + 1)],
  ['a group left out', (row, at) => row.slice(0, at & ~3) + row.slice((at & ~3) + 4)],
  ['a group typed twice', (row, at) => row.slice(0, (at & ~3) + 4) + row.slice(at & ~3)],
]
const lookAlike: Readonly<Record<string, string>> = {
  l: '1',
  '0': 'o',
  '6': 'b',
  '8': 'b',
  j: 'i',
  '5': 's',
  s: '5',
  '2': 'z',
  z: '2',
}
const other = (letter: string): string => (letter === 'q' ? 'p' : 'q')

describe('typing a row', () => {
  // Not drawn: one row in a thousand with two slips looks like one with another slip.
  const bytes = Buffer.from('a row to type, ')
  const good = rowLettersOf('s', 2, bytes).toString()
  const read = (typed: string): Row => readRow('s', 2, 4, Buffer.from(typed))

  test('takes it in groups or not, in small letters or in capitals', () => {
    for (const typed of [good, good.toUpperCase(), good.replace(/.{4}/g, '$& '), ` ${good}\t`])
      expect(read(typed)).toEqual({kind: 'good', bytes})
  })

  test.each(slips)('with %s is refused, and never taken for another row', (_name, slip) => {
    for (let at = 0; at < 28; at++) {
      const typed = slip(good, at)
      if (typed === good || typed.toUpperCase() === typed.toLowerCase()) continue
      const {kind} = read(typed)
      // A digit has no capital; the last letter has no next one.
      if (typed.toLowerCase() === good && !/[a-z]/.test(good[at] ?? '')) continue
      expect([at, kind]).not.toEqual([at, 'good'])
    }
  })

  test.each([
    ['another', (at: number) => good.slice(0, at) + other(good[at] ?? '') + good.slice(at + 1)],
    ['missing', (at: number) => good.slice(0, at) + good.slice(at + 1)],
    ['too-many', (at: number) => good.slice(0, at) + other(good[at] ?? '') + good.slice(at)],
  ] as const)('says which one letter would mend it: %s', (how, slip) => {
    let suggested = 0
    for (let at = 0; at < 28; at++) {
      const row = read(slip(at))
      if (row.kind === 'good') continue
      const mend = 'mend' in row ? row.mend : null
      if (mend === null) continue
      suggested++
      expect(mend.how).toBe(how)
      expect(Math.abs(mend.place - at - 1)).toBeLessThanOrEqual(2)
      if (how === 'another') expect([mend.place, mend.letter]).toEqual([at + 1, good[at]])
    }
    expect(suggested).toBeGreaterThan(20)
  })

  test('suggests nothing where more than one letter is wrong', () => {
    for (let at = 0; at < 24; at++) {
      const row = read(
        good.slice(0, at) +
          other(good[at] ?? '') +
          (good[at + 1] ?? '') +
          other(good[at + 2] ?? '') +
          good.slice(at + 3),
      )
      if (row.kind === 'check') expect(row.mend).toBeNull()
    }
  })

  test('names the row that it is, where it stands in the place of another', () => {
    expect(readRow('s', 3, 4, Buffer.from(good))).toEqual({kind: 'other-row', row: 2})
    expect(readRow('w', 2, 8, Buffer.from(good)).kind).toBe('check')
  })

  test('of another share fits as a row, and not into the share', () => {
    const [, , , , fifth] = made.shares
    if (fifth === undefined) throw new Error('five shares')
    const rows = [...lines.slice(0, 2), ...shareRowLines(fifth, wrapped.bytes.length).slice(2)]
    const line =
      `KEYRITE-SHARE/1 ${rows.map((row) => row.subarray(3).toString().replaceAll(' ', '')).join(' ')}`.toUpperCase()
    expect(refusal(() => parseShareText(Buffer.from(line))).message).toMatch(
      /each row is good, and together they are none/,
    )
  })
})
