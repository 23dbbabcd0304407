import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {fromWords, wordLines, words} from '../../src/base/words.ts'
import {evenWords, oddWords} from '../../src/base/wordlist.ts'
import {refusalOf} from './refusal.ts'

const bytes = Buffer.from('e58294f2e9a227486e8b061b31cc528fd7fa3f19', 'hex')
const said = (
  'topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa ' +
  'afflict bravado chatter revolver Dupont midsummer stopwatch whimsical cowbell bottomless'
).split(' ')

test('the fingerprint of the published example reads as published, both ways', () => {
  expect(words(bytes)).toEqual(said)
  expect(fromWords(said)).toEqual(bytes)
})

test('there are 256 words of each kind, and no two are alike', () => {
  expect([evenWords.length, oddWords.length]).toEqual([256, 256])
  expect(new Set([...evenWords, ...oddWords].map((word) => word.toLowerCase())).size).toBe(512)
})

test('each list is in the published order, which is alphabetical but for applicant before Apollo', () => {
  for (const list of [evenWords, oddWords]) {
    const lower = list.map((word) => word.toLowerCase())
    const early = lower.indexOf('applicant')
    if (early !== -1) lower.splice(early, 2, 'apollo', 'applicant')
    expect(lower).toEqual([...lower].sort())
  }
})

test('any bytes come back from their words in any letter case', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 70}), (any) => {
      expect(fromWords(words(any).map((word) => word.toUpperCase()))).toEqual(Buffer.from(any))
    }),
  )
})

test('the last word may have its accent', () => {
  expect(fromWords(['aardvark', 'Yucatán'])).toEqual(Buffer.from([0, 255]))
})

describe('a wrong word is refused by its place', () => {
  const change = (from: number, count: number, ...put: readonly string[]): string[] =>
    said.toSpliced(from, count, ...put)
  test.each([
    {name: 'mistyped', given: change(2, 1, 'Plutto'), says: 'word 3 "Plutto": the nearest is "Pluto"'},
    {
      name: 'left out',
      given: change(4, 1),
      says: 'word 5 "Pacific": a word before it was left out or is there twice',
    },
    {name: 'said twice', given: change(4, 0, 'vagabond'), says: 'word 5 "vagabond": it is there twice'},
    {
      name: 'swapped',
      given: change(0, 2, 'Istanbul', 'topmost'),
      says: 'word 1 "Istanbul": a word before it',
    },
    {
      name: 'unknown',
      given: change(19, 1, 'xxxxxxxxxx'),
      says: 'word 20 "xxxxxxxxxx": it is not on the list',
    },
    {name: 'empty', given: change(1, 1, ''), says: 'word 2 ""'},
    {name: 'hostile', given: change(1, 1, '\u001b[2J'), says: 'word 2 "\\u{1b}[2J"'},
  ])('$name', ({given, says}) => {
    const refusal = refusalOf(() => fromWords(given))
    expect(refusal.code).toBe('USAGE')
    expect(refusal.message).toContain(says)
  })
})

test('32 bytes print as 8 numbered lines that read back', () => {
  const digest = Buffer.from(Array.from({length: 32}, (_, index) => (index * 37) % 256))
  const lines = wordLines(digest)
  expect(lines).toHaveLength(8)
  expect(lines[1]).toMatch(/^ 5 {2}\S/)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(72)
  expect(fromWords(lines.flatMap((line) => line.trim().split(/\s+/).slice(1)))).toEqual(digest)
})
