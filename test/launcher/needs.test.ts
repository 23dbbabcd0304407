import {existsSync} from 'node:fs'
import {createRequire} from 'node:module'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {onPath, testWhen} from '../support/needs.ts'

const {longest} = createRequire(import.meta.url)('../support/sequencer.cjs') as {
  longest: readonly string[]
}
const {closingLines, longestLines} = createRequire(import.meta.url)('../support/reporter.cjs') as {
  closingLines: (results: unknown, all?: boolean) => string[]
  longestLines: (results: unknown, most?: number) => string[]
}

const results = (titles: readonly string[], counts: Record<string, number> = {}): unknown => ({
  testResults: [{testResults: titles.map((title) => ({title}))}],
  numPassedTests: titles.length,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  ...counts,
})

describe('the closing lines of a test run', () => {
  test('are one line of counts when everything was seen', () => {
    expect(closingLines(results(['a', 'b']))).toEqual(['2 passed, 0 failed'])
  })

  test('name each test that was not cross-checked under what it was missing', () => {
    const some = results(['a', 'b [not seen here: tmux is missing]', 'c [not seen here: tmux is missing]'])
    const lines = closingLines(some, false)
    expect(lines[0]).toMatch(/\(these count as passed; KEYRITE_REQUIRE=all makes fail what it asks for\):$/)
    expect(lines).toContain('  without tmux: b; c')
    expect(lines.at(-1)).toBe('3 passed, 0 failed')
    // Then it would have failed, if it were asked for.
    expect(closingLines(some, true)[0]).toMatch(/KEYRITE_REQUIRE=all asks for none of them\):$/)
  })

  test('count a suite that did not load as failed, and say how many were skipped', () => {
    const counts = {numFailedTests: 2, numRuntimeErrorTestSuites: 1, numPendingTests: 3, numTodoTests: 1}
    expect(closingLines(results(['a'], counts))).toEqual(['1 passed, 3 failed, 4 skipped'])
  })

  test('of a full run name the files that took longest, the longest first', () => {
    const took = (path: string, minutes: number): unknown => ({
      testFilePath: `/home/me/keyrite/test/${path}`,
      perfStats: {runtime: minutes * 60_000},
    })
    const testResults = [took('a.test.ts', 1), took('faults/inject.test.ts', 25), took('b.test.ts', 0.1)]
    expect(longestLines({testResults}, 2)).toEqual([
      '    25.0 min  faults/inject.test.ts',
      '     1.0 min  a.test.ts',
    ])
  })
})

describe('what a test needs of the machine', () => {
  const seen: string[] = []
  testWhen({present: true, what: 'nothing', how: ''}, 'runs where it is there', () => {
    seen.push('ran')
  })

  test('is looked up on PATH: only a program counts', () => {
    expect(seen).toEqual(['ran'])
    expect(onPath('sh')).toMatch(/\/sh$/)
    expect(onPath('no-such-program-of-keyrite')).toBeUndefined()
  })
})

test('the files that begin first are all there', () => {
  const missing = longest.filter((path) => !existsSync(join(import.meta.dirname, '../..', path)))
  expect(missing).toEqual([])
})
