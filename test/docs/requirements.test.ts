import {join} from 'node:path'
import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {testWith} from '../support/needs.ts'
import {commands} from './cli.ts'
import {faultOf, read, root, rowsUnder, testsNamed} from './markdown.ts'

const rows = rowsUnder(read('docs/requirements.md'), ['id', 'what', 'state', 'command', 'test'])

describe('docs/requirements.md', () => {
  test('has a state for each row: done, in part with what, or not yet', () => {
    expect(rows.length).toBeGreaterThan(0)
    for (const [id, , state] of rows) expect(`${id}: ${state}`).toMatch(/: (done$|in part: .|not yet( \(|$))/)
  })

  test('names commands that are there, and none for what is not', () => {
    const faults = rows.flatMap(([id, , state = '', command = '']) => {
      const named = [...command.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
      if (state.startsWith('not yet')) return command === '–' ? [] : [`${id}: ${command}`]
      return named.length > 0 ? named.filter((name) => !commands.has(name)) : [`${id} names no command`]
    })
    expect(faults).toEqual([])
  })

  test('names tests that are there, and at least one for what is done', () => {
    const faults = rows.flatMap(([id, , state, , cell = '']) => {
      const named = testsNamed(cell)
      if (state === 'done' && named.length === 0) return [`${id} names no test`]
      return named.map(faultOf).filter((fault) => fault !== undefined)
    })
    expect(faults).toEqual([])
  })

  testWith('vectors', 'has every requirement, once, in the order of the list it comes from', () => {
    const list = readFileSync(join(root, '../shared/requirements.md'), 'utf8')
    const asked = [...list.matchAll(/^\| ([A-Z]\d+) \|/gm)].map(([, id]) => id)
    expect(asked.length).toBeGreaterThan(0)
    expect(rows.map(([id]) => id)).toEqual(asked)
  })
})
