import {describe, expect, test} from '@jest/globals'
import {exitOf} from '../../src/base/errors.ts'
import {read, rowsUnder} from './markdown.ts'

const text = read('docs/errors.md')
const codes = rowsUnder(text, ['code', 'exit', 'when', 'what to do'])
const statuses = rowsUnder(text, ['exit', 'means']).map(([status]) => Number(status))

describe('docs/errors.md', () => {
  test('has each code of the table in the code, with its exit status, sorted by that', () => {
    const written = codes.map(([code = '', exit]) => [code.replaceAll('`', ''), Number(exit)])
    expect(written).toEqual(Object.entries(exitOf).sort(([, one], [, other]) => one - other))
  })

  test('says of each code when it comes and what to do', () => {
    for (const [code, , when, remedy] of codes) expect([code, when, remedy]).not.toContain('')
  })

  test('says what each exit status means, in order', () => {
    expect(statuses).toEqual([...new Set([0, ...Object.values(exitOf)])].sort((one, other) => one - other))
  })
})
