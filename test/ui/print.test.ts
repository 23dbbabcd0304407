import {describe, expect, test} from '@jest/globals'
import {counted, printer} from '../../src/ui/print.ts'

const wide = printer({plain: false, width: 200})
const plain = printer({plain: true, width: 80})

test('a sentence is broken between words, below where it began; in plain lines it is one', () => {
  const said = `${'word '.repeat(18)}end`
  expect(wide.sentence(said, '  NOT OK  ')).toEqual([
    `  NOT OK  ${'word '.repeat(14).trimEnd()}`,
    '          word word word word end',
  ])
  expect(plain.sentence('a\nb', '  ')).toEqual(['  a\\nb'])
})

describe('facts', () => {
  test('stand in two columns, and what is not there is left out', () => {
    const facts = [
      ['Name', 'a'],
      ['Longer name', 3],
      ['None', null],
      ['Empty', []],
      ['Flag', true],
    ] as const
    expect(wide.facts(facts)).toEqual(['Name         a', 'Longer name  3', 'Flag         yes'])
    expect(plain.facts(facts)).toEqual(['Name: a', 'Longer name: 3', 'Flag: yes'])
  })

  test('text that is not ours is made visible, and cannot begin a line of its own', () => {
    expect(
      plain.facts([
        ['Name', 'a\nState: active\u202e'],
        ['List', ['x\u0007', 'y']],
      ]),
    ).toEqual(['Name: a\\nState: active\\u{202e}', 'List: x\\u{7}, y'])
  })

  test('a digest stays whole in 80 columns, however wide the terminal is', () => {
    const lines = wide.facts([
      ['SHA-256', 'ab'.repeat(32)],
      ['Text', 'word '.repeat(40)],
    ])
    expect(lines[0]).toContain('ab'.repeat(32))
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  })
})

describe('tables', () => {
  const rows = [
    ['a', 1, null],
    ['b', 2, ['x', 'y']],
  ] as const

  test('have heads, a rule and a row a line', () => {
    expect(wide.table(['Name', 'Count', 'More'], rows, 'none')).toEqual([
      'Name  Count  More',
      '----  -----  ----',
      'a     1      -',
      'b     2      x, y',
    ])
  })

  test('are "key: value" lines when plain, with air between the rows', () => {
    expect(plain.table(['Name', 'Count', 'More'], rows, 'none')).toEqual([
      'Name: a',
      'Count: 1',
      '',
      'Name: b',
      'Count: 2',
      'More: x, y',
    ])
  })

  test('say so where there is nothing', () => {
    expect([wide, plain].map((one) => one.table(['Name'], [], 'There is none.'))).toEqual([
      ['There is none.'],
      ['There is none.'],
    ])
  })
})

test.each([
  [0, 'finding', '0 findings'],
  [1, 'entry', '1 entry'],
  [2, 'entry', '2 entries'],
  [7, 'key', '7 keys'],
])('%i %s: "%s"', (count, noun, text) => {
  expect(counted(count, noun)).toBe(text)
})
