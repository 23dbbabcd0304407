// Which test files run, and which begin first: those that take longest, so that no worker is idle at the end. Jest itself
// knows how long a file takes only where it ran before; on a fresh checkout it goes by the size of the files.
const Sequencer = require('@jest/test-sequencer').default
const {leftOut, secondsOf, seedOf, shareOf} = require('./share.cjs')

module.exports = class LongestFirst extends Sequencer {
  constructor(options) {
    super(options)
    const {nonFlagArgs = [], testPathPatterns, testNamePattern, shard} = options.globalConfig
    const patterns = testPathPatterns?.patterns ?? []
    this.named = nonFlagArgs.length + patterns.length > 0 || Boolean(testNamePattern) || shard !== undefined
  }

  /** The same order otherwise; `sort` of an array is stable. */
  sort(tests) {
    const seed = seedOf(this.named)
    const isIn =
      seed === null
        ? () => true
        : shareOf(
            tests.map(({path}) => path),
            seed,
          )
    const taken = tests.filter(({path}) => isIn(path))
    Object.assign(leftOut, {seed, files: tests.length - taken.length, of: tests.length})
    return [...super.sort(taken)].sort((a, b) => secondsOf(b.path) - secondsOf(a.path))
  }
}
