import {describe, expect, test} from '@jest/globals'
import {faultOf, read, rowsUnder, testsNamed} from './markdown.ts'

const rows = rowsUnder(read('docs/threat-model.md'), ['#', 'attack', 'what defeats it here', 'shown by'])

describe('docs/threat-model.md', () => {
  test('has the threats T1 to T37, each once and in order', () => {
    expect(rows.map(([id]) => id)).toEqual(Array.from({length: 37}, (_, at) => `T${at + 1}`))
  })

  test('names tests that are there', () => {
    const named = rows.flatMap(([, , , shown = '']) => testsNamed(shown))
    expect(named.length).toBeGreaterThan(20)
    expect(named.map(faultOf).filter((fault) => fault !== undefined)).toEqual([])
  })

  test('says "not yet" where it names none, and what defeats the others', () => {
    for (const [id, attack, defence, shown = ''] of rows) {
      expect([id, attack, defence, shown]).not.toContain('')
      if (testsNamed(shown).length === 0) expect(`${id}: ${shown}`).toMatch(/: not yet/)
      else expect(`${id}: ${defence}`).not.toMatch(/: –$/)
    }
  })
})
