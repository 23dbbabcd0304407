import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {columns, truncate, visible, visibleLine} from '../../src/base/visible.ts'

test.each([
  ['a colour', '\u001b[31m', '\\u{1b}[31m'],
  ['the clipboard (OSC 52)', '\u001b]52;c;AAAA\u0007', '\\u{1b}]52;c;AAAA\\u{7}'],
  ['a C1 introducer', '\u009b2J', '\\u{9b}2J'],
  ['backspace and delete', 'a\u0008\u007f', 'a\\u{8}\\u{7f}'],
  ['line ends', 'a\r\nb', 'a\\r\\nb'],
  ['right-to-left override', '\u202e', '\\u{202e}'],
  ['isolates', '\u2066a\u2069', '\\u{2066}a\\u{2069}'],
  ['zero width', 'a\u200b\u200d\ufeff', 'a\\u{200b}\\u{200d}\\u{feff}'],
  ['tags', '\u{e0041}\u{e007f}', '\\u{e0041}\\u{e007f}'],
  ['line and paragraph separators', '\u2028\u2029', '\\u{2028}\\u{2029}'],
  ['noncharacters', '\ufffe\u{1ffff}', '\\u{fffe}\\u{1ffff}'],
  ['a lone surrogate', 'a\ud800b', 'a\\u{d800}b'],
  ['a letter that looks like nothing', '\u3164', '\\u{3164}'],
])('%s is written out', (_, text, shown) => {
  expect(visible(text)).toBe(shown)
})

test.each(['plain text', 'Zürich', '東京', 'e\u0301', 'שלום', '👍', '1/2 "x" \\ <b>'])(
  '%s is left as it is',
  (text) => {
    expect(visible(text)).toBe(text)
  },
)

test('line feeds can be kept, and nothing else', () => {
  expect(visible('a\nb\r\tc', {keepNewlines: true})).toBe('a\nb\\r\\tc')
})

const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/u
const anything = fc
  .array(fc.nat(0x10ffff).map((point) => String.fromCodePoint(point)))
  .map((all) => all.join(''))

test('no control or hidden character comes through, and showing twice changes nothing', () => {
  fc.assert(
    fc.property(fc.oneof(anything, fc.string({unit: 'binary'})), (text) => {
      expect(visible(text)).not.toMatch(unseen)
      expect(visible(visible(text))).toBe(visible(text))
    }),
  )
})

test('every C0, C1 and surrogate code unit is written out', () => {
  const units = [
    ...Array(0x20).keys(),
    ...Array.from({length: 0x21}, (_, i) => 0x7f + i),
    0xd800,
    0xdbff,
    0xdc00,
    0xdfff,
  ]
  for (const unit of units) expect(visible(String.fromCharCode(unit))).toMatch(/^\\(?:[nrt]|u\{[0-9a-f]+\})$/)
})

describe('columns', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['東京', 4],
    ['한글', 4],
    ['ａ', 2],
    ['e\u0301', 1],
    ['👍', 2],
    ['…→', 2],
  ])('"%s" takes %i', (text, width) => {
    expect(columns(text)).toBe(width)
  })
})

describe('cutting', () => {
  test.each([
    ['hello', 5, 'hello'],
    ['hello!', 5, 'hell…'],
    ['東京都庁', 6, '東京…'],
    ['ab', 1, '…'],
    ['ab', 0, ''],
  ])('"%s" to %i columns is "%s"', (text, limit, cut) => {
    expect(truncate(text, limit)).toBe(cut)
  })

  test('never cuts an escape in two', () => {
    expect(visibleLine('ab\u202ecd', 6)).toBe('ab…')
  })

  test('never gives more columns than asked, nor a hidden character', () => {
    fc.assert(
      fc.property(anything, fc.nat(40), (text, limit) => {
        expect(columns(visibleLine(text, limit))).toBeLessThanOrEqual(limit)
        expect(visibleLine(text, limit)).not.toMatch(unseen)
        expect(columns(truncate(visible(text), limit))).toBeLessThanOrEqual(limit)
      }),
    )
  })
})
