// The closing lines of a test run, on stdout: what was not cross-checked on this machine, then one line of counts.
// They are written when the process ends, because Jest's own summary comes after every other reporter.
const {writeFileSync, writeSync} = require('node:fs')
const {join} = require('node:path')
const {leftOut, nameOf} = require('./share.cjs')

const notSeen = /^(.*) \[not seen here: (.*) is missing\]$/

/** Titles of tests that passed without looking, under what each was missing: Map(what -> titles). */
function gatherNotSeen(suites) {
  const missing = new Map()
  for (const suite of suites) {
    for (const {title} of suite.testResults) {
      const [, name, what] = notSeen.exec(title) ?? []
      if (what !== undefined) missing.set(what, [...(missing.get(what) ?? []), name])
    }
  }
  return missing
}

/** What was left out of a share, and how to run it. @returns nothing where all ran. */
function shareLines({seed, files, of}) {
  if (seed === null || files === 0) return []
  return [
    `A share of all tests: ${of - files} of ${of} files. ${files} of those that take longest were left out, by the seed ${seed} (KEYRITE_SHARE).`,
    'All of them: npm run test:all. Each with all of its cases: npm run test:full.',
    '',
  ]
}

/** Seconds of every file that took four or more, the longest first: `times.json`. */
function timesIn({testResults}) {
  const took = testResults.map(({testFilePath, perfStats}) => [
    nameOf(testFilePath),
    Math.round(perfStats.runtime / 1000),
  ])
  const slow = took.filter(([, seconds]) => seconds >= 4)
  return Object.fromEntries(slow.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)))
}

/** The closing lines for Jest's aggregated results. A suite that did not load is one failure. @param all - whether everything that can be installed is asked for. */
function closingLines(results, all = process.env.KEYRITE_REQUIRE === 'all') {
  const missing = gatherNotSeen(results.testResults)
  const skipped = results.numPendingTests + results.numTodoTests
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
  const lines = []
  if (missing.size > 0) {
    const who = all
      ? 'KEYRITE_REQUIRE=all asks for none of them'
      : 'KEYRITE_REQUIRE=all makes fail what it asks for'
    lines.push(`Not cross-checked on this machine (these count as passed; ${who}):`)
    for (const [what, names] of [...missing].sort()) lines.push(`  without ${what}: ${names.join('; ')}`)
    lines.push('')
  }
  lines.push(`${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  return lines
}

/** The files that took longest, so that a full run is seen to fit into a night. */
function longestLines({testResults}, most = 20) {
  const took = testResults.map(({testFilePath, perfStats}) => [perfStats.runtime / 60_000, testFilePath])
  const rows = took.sort(([a], [b]) => b - a).slice(0, most)
  return rows.map(
    ([minutes, path]) => `  ${minutes.toFixed(1).padStart(6)} min  ${path.split('/test/').at(-1)}`,
  )
}

module.exports = class Closing {
  onRunComplete(_contexts, results) {
    const longest = process.env.SLOW === '1' ? ['Longest:', ...longestLines(results), ''] : []
    if (process.env.KEYRITE_TIMES === 'write' && leftOut.files === 0)
      writeFileSync(join(__dirname, 'times.json'), `${JSON.stringify(timesIn(results), null, 2)}\n`)
    const text = `\n${[...longest, ...shareLines(leftOut), ...closingLines(results)].join('\n')}\n`
    process.once('exit', () => writeAll(text))
  }
}
module.exports.closingLines = closingLines
module.exports.longestLines = longestLines
module.exports.shareLines = shareLines
module.exports.timesIn = timesIn

/** Writes to stdout whatever it is; a full pipe answers EAGAIN, and its reader needs a moment. */
function writeAll(text) {
  let rest = Buffer.from(text)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      if (error.code !== 'EAGAIN') return // nobody reads any more
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}
