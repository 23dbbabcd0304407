import {existsSync, globSync} from 'node:fs'
import {createRequire} from 'node:module'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {onPath, testWhen} from '../support/needs.ts'

const {seedOf, shareOf, times} = createRequire(import.meta.url)('../support/share.cjs') as {
  seedOf: (named: boolean, env: NodeJS.ProcessEnv, now?: Date) => string | null
  shareOf: (paths: readonly string[], seed: string) => (path: string) => boolean
  times: Readonly<Record<string, number>>
}
const {closingLines, longestLines, shareLines, timesIn} = createRequire(import.meta.url)(
  '../support/reporter.cjs',
) as {
  closingLines: (results: unknown, all?: boolean) => string[]
  longestLines: (results: unknown, most?: number) => string[]
  shareLines: (left: {seed: string | null; files: number; of: number}) => string[]
  timesIn: (results: unknown) => Record<string, number>
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

describe('the share of all files that npm test takes', () => {
  const root = join(import.meta.dirname, '../..')
  const all = globSync('test/**/*.test.ts', {cwd: root}).map((path) => join(root, path))
  const slow = Object.keys(times).map((name) => join(root, `test/${name}.test.ts`))
  const seconds = (paths: readonly string[]): number =>
    paths.reduce(
      (sum, path) => sum + (times[path.split('/test/').at(-1)?.replace('.test.ts', '') ?? ''] ?? 0),
      0,
    )

  test('has every quick file and the checks of all sources, and of slow ones what fits', () => {
    const taken = all.filter(shareOf(all, '2026-11-29'))
    const left = all.filter((path) => !taken.includes(path))
    expect(left.filter((path) => !slow.includes(path))).toEqual([])
    expect(taken.some((path) => path.endsWith('/test/checks.test.ts'))).toBe(true)
    expect(left.length).toBeGreaterThan(0)
    expect(seconds(taken)).toBeLessThanOrEqual(590)
    // Whatever is left out would not have fitted.
    const shortest = Math.min(...left.map((path) => seconds([path])))
    expect(seconds(taken) + shortest).toBeGreaterThan(590)
  })

  test.each(['ceremony/kill', 'faults/inject', 'ledger/processes', 'power/command', 'power/power'])(
    'has %s, of what is killed, cut off and torn, whatever the seed',
    (name) => {
      for (let seed = 0; seed < 50; seed++) {
        const path = join(root, `test/${name}.test.ts`)
        expect([seed, all.includes(path), shareOf(all, String(seed))(path)]).toEqual([seed, true, true])
      }
    },
  )

  test('is the same for the same seed, another for another, and no slow file is left out of all', () => {
    const taken = (seed: string): string[] => all.filter(shareOf(all, seed))
    expect(taken('a')).toEqual(taken('a'))
    expect(taken('a')).not.toEqual(taken('b'))
    const ever = new Set(Array.from({length: 200}, (_, at) => taken(String(at))).flat())
    expect(all.filter((path) => !ever.has(path))).toEqual([])
  })

  test.each<[string, boolean, NodeJS.ProcessEnv, string | null]>([
    ['of a day, where nothing is said', false, {}, '2026-11-29'],
    ['of a seed that was said', false, {KEYRITE_SHARE: '7'}, '7'],
    ['all, where that was said', false, {KEYRITE_SHARE: 'all'}, null],
    ['all, in CI', false, {KEYRITE_REQUIRE: 'all'}, null],
    ['all, with all cases', false, {SLOW: '1'}, null],
    ['all of what was named', true, {}, null],
  ])('is %s', (_what, named, env, seed) => {
    expect(seedOf(named, env, new Date('2026-11-29T10:00:00Z'))).toBe(seed)
  })

  test('is named at the end of a run with what was left out, and how to run it', () => {
    expect(shareLines({seed: null, files: 0, of: 9})).toEqual([])
    const [what, how] = shareLines({seed: '2026-11-29', files: 3, of: 9})
    expect(what).toMatch(
      /^A share of all tests: 6 of 9 files\. 3 of those that take longest .* seed 2026-11-29/,
    )
    expect(how).toContain('npm run test:all')
  })

  test('goes by times that a run writes: of files that are there, the longest first', () => {
    expect(slow.filter((path) => !existsSync(path))).toEqual([])
    const took = (name: string, ms: number): unknown => ({
      testFilePath: `/home/me/keyrite/test/${name}.test.ts`,
      perfStats: {runtime: ms},
    })
    const testResults = [took('a', 3_400), took('keys/b', 4_600), took('checks', 60_000)]
    expect(Object.entries(timesIn({testResults}))).toEqual([
      ['checks', 60],
      ['keys/b', 5],
    ])
  })
})
