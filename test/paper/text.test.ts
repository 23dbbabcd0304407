import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {readFileSync} from 'node:fs'
import {columns} from '../../src/base/visible.ts'
import {code, facts, heading, list, notice, paragraph, table} from '../../src/paper/document.ts'
import type {Block} from '../../src/paper/document.ts'
import {textOf} from '../../src/paper/text.ts'
import {digest, sample} from './sample.ts'

const textOfBlocks = (blocks: readonly Block[], width?: number): string =>
  textOf({title: 'any', language: 'en', blocks}, width)

test('the sample reads as its golden text', () => {
  expect(textOf(sample)).toBe(readFileSync(new URL('golden/sample.txt', import.meta.url), 'utf8'))
})

test('no line is wider than asked, ends in a space, or holds a control character, whatever the text', () => {
  const words = fc.string({unit: 'binary', maxLength: 60})
  const document = fc.record({a: words, b: words, c: words, width: fc.integer({min: 24, max: 100})})
  fc.assert(
    fc.property(document, ({a, b, c, width}) => {
      const text = textOfBlocks(
        [
          heading(1, a),
          paragraph(b, {strong: c}, code(a)),
          facts([
            [a, b],
            ['x', c],
          ]),
          table({
            columns: [a, 'x', b],
            rows: [
              [c, a, b],
              [b, '', c],
            ],
          }),
          list([a, b, c], {ordered: true}),
          {kind: 'code', lines: [a, b]},
          notice('warning', c),
        ],
        width,
      )
      for (const line of text.split('\n')) {
        expect(columns(line)).toBeLessThanOrEqual(width)
        expect(line).not.toMatch(/ $|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
      }
    }),
  )
})

describe('a digest', () => {
  test('stays on one line of facts in 80 columns', () => {
    const text = textOfBlocks([facts([['A label that is rather long', [code(digest)]]])])
    expect(text.split('\n').some((line) => line.endsWith(`  ${digest}`))).toBe(true)
  })

  test('loses no digit where it must be broken', () => {
    const text = textOfBlocks([table({columns: ['Digest', 'By'], rows: [[[code(digest)], 'Tim']]})], 40)
    expect(text.replace(/[^0-9a-f]/g, '')).toContain(digest)
  })
})

test('a table with too many columns for the width becomes records that keep every cell', () => {
  const heads = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']
  const text = textOfBlocks(
    [table({columns: heads, rows: [heads.map((head) => `${head}-cell-of-some-length`)]})],
    40,
  )
  for (const head of heads) expect(text.replace(/\s/g, '')).toContain(`${head}${head}-cell-of-some-length`)
  expect(text).toMatch(/^- first {3}first-cell/)
})

test('a table without rows shows its heads', () => {
  expect(textOfBlocks([table({columns: ['A', 'Bee'], rows: []})])).toBe('A  Bee\n-  ---\n')
})

test('wide letters keep columns aligned', () => {
  const text = textOfBlocks([
    table({
      columns: ['Ort', 'n'],
      rows: [
        ['東京', '1'],
        ['Bern', '2'],
      ],
    }),
  ])
  expect(text).toBe('Ort   n\n----  -\n東京  1\nBern  2\n')
})

test('spaces within text are kept, so two names that differ in them look different', () => {
  expect(textOfBlocks([paragraph('a  b')])).toBe('a  b\n')
})

test('a width under 24 columns counts as 24', () => {
  expect(textOfBlocks([paragraph('x'.repeat(30))], 3)).toBe(`${'x'.repeat(24)}\n${'x'.repeat(6)}\n`)
})
