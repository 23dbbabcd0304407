/** The other tests here rest on these readers: what they would not see, nobody would. */
import {describe, expect, test} from '@jest/globals'
import {faultOf, rowsUnder, testsNamed} from './markdown.ts'

const here = 'test/docs/markdown.test.ts'

describe('rows of a table', () => {
  const text = [
    '| a | b |',
    '|---|---|',
    '| 1 | x\\|y |',
    '| 2 |  |',
    '',
    '| c | d |',
    '|---|---|',
    '| 3 | z |',
  ].join('\n')

  test('are those under the head asked for, and an escaped border is none', () => {
    expect(rowsUnder(text, ['a', 'b'])).toEqual([
      ['1', 'x|y'],
      ['2', ''],
    ])
    expect(rowsUnder(text, ['a', 'c'])).toEqual([])
  })
})

describe('a reference to a test', () => {
  test('may name several titles of several files', () => {
    expect(testsNamed('`test/a.test.ts` "one", "two"; `test/b.py` "three"')).toEqual([
      {file: 'test/a.test.ts', title: 'one'},
      {file: 'test/a.test.ts', title: 'two'},
      {file: 'test/b.py', title: 'three'},
    ])
    expect(testsNamed('not yet')).toEqual([])
  })

  test('is good where the file has a test of that very title', () => {
    expect(
      faultOf({file: here, title: 'is good where the file has a test of that very title'}),
    ).toBeUndefined()
  })

  test.each([
    ['a file that is not there', 'test/docs/nowhere.test.ts', 'x', /is not there/],
    ['a title that is not there', here, ['no', 'such', 'title'].join(' '), /has no test/],
    ['a part of a title', here, 'is good where the file has a ' + 'test', /has no test/],
    ['a file alone', here, '', /no test is named/],
  ])('is at fault with %s', (_what, file, title, fault) => {
    expect(faultOf({file, title})).toMatch(fault)
  })
})
