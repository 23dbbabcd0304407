import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {jcs, jcsBytes, parseJcs, type Json} from '../../src/base/jcs.ts'
import {testWith} from '../support/needs.ts'
import {slow} from './support.ts'

const folder = join(import.meta.dirname, '../../../shared/vectors/jcs')
const read = (kind: string, file: string): string => readFileSync(join(folder, kind, file), 'utf8')

describe('canonical JSON', () => {
  testWith('vectors', 'every published input that holds no fraction gives the published bytes', () => {
    const files = readdirSync(join(folder, 'input'))
    expect(files.length).toBe(6)
    // RFC 8785 has floats; keyrite stores none, because not every reader writes them alike. `values.json` is all floats.
    const outside = files.filter((file) => {
      try {
        const value = JSON.parse(read('input', file)) as Json
        expect(jcs(value)).toBe(read('output', file))
        const hex = read('outhex', file.replace('.json', '.txt')).replace(/\s/g, '')
        expect(Buffer.from(jcsBytes(value)).toString('hex')).toBe(hex)
        expect(parseJcs(Buffer.from(hex, 'hex'))).toEqual(value)
        return false
      } catch (error) {
        if (error instanceof TypeError) return true
        throw error
      }
    })
    expect(outside).toEqual(['values.json'])
    expect(() => parseJcs(Buffer.from(read('output', 'values.json')))).toThrow('not an integer within 2^53-1')
  })

  test.each([
    ['a fraction', 1.5],
    ['more than every reader counts to', 2 ** 53],
    ['negative zero', -0],
    ['not a number', NaN],
    ['infinity', Infinity],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate as a name', {'\udc00': 1}],
  ])('is refused: %s', (_name, value) => {
    expect(() => jcs(value as Json)).toThrow(TypeError)
    expect(() => jcs({deep: [value as Json]})).toThrow(TypeError)
  })

  test.each<[string, unknown]>([
    ['a date', new Date(0)],
    ['a map', new Map([[1, 1]])],
    ['nothing at all', undefined],
  ])('is refused where it is no plain JSON: %s', (_name, value) => {
    expect(() => jcs(value as Json)).toThrow(TypeError)
  })

  test('nested deeper than other readers follow is refused, written or read', () => {
    const nest = (depth: number): Json => (depth === 0 ? 1 : [nest(depth - 1)])
    expect(parseJcs(jcsBytes(nest(100)))).toEqual(nest(100))
    expect(() => jcs(nest(101))).toThrow('nested deeper than 100')
    expect(() => parseJcs(Buffer.from('['.repeat(200_000) + ']'.repeat(200_000)))).toThrow(TypeError)
  })

  test('what is written reads back, and only as it was written', () => {
    fc.assert(
      fc.property(fc.jsonValue({maxDepth: 4, noUnicodeString: false}), (value) => {
        let text: string
        try {
          text = jcs(value as Json)
        } catch (error) {
          if (error instanceof TypeError) return // a fraction, a lone surrogate
          throw error
        }
        expect(jcs(parseJcs(Buffer.from(text)))).toBe(text)
        expect(() => parseJcs(Buffer.from(` ${text}`))).toThrow(TypeError)
      }),
      {numRuns: slow ? 5_000 : 300},
    )
  })
})
