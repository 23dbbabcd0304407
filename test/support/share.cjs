// What `npm test` takes of all test files: every quick one, and of those that take longest as many as fit into the time
// that it is to take, another choice each day. `times.json` says how many seconds a file takes on two cores, of those that
// take four or more; `KEYRITE_TIMES=write npm run test:all` writes it anew.
//
// All files run where everything that can be installed is asked for (KEYRITE_REQUIRE=all, as in CI), in a full run (SLOW=1),
// with KEYRITE_SHARE=all, and of whatever was named on the command line.
const {createHash} = require('node:crypto')
const times = require('./times.json')

/** Seconds of work, for all slow files of a share together. With the quick ones it is eight minutes of two cores. */
const room = 590

/** In every share: what holds all sources to types, lint, form and layers, and some of what is killed, cut off and torn. */
const always = [
  'checks',
  'ceremony/kill',
  'faults/inject',
  'ledger/processes',
  'power/command',
  'power/power',
]

const nameOf = (path) =>
  path
    .replaceAll('\\', '/')
    .split('/test/')
    .at(-1)
    .replace(/\.test\.ts$/, '')
const secondsOf = (path) => times[nameOf(path)] ?? 0
const drawn = (seed, name) => createHash('sha256').update(`${seed} ${name}`).digest('hex')

/** @returns the seed of this run's share, or null where all files run. @param named - what the command line names. */
function seedOf(named, env = process.env, now = new Date()) {
  const {KEYRITE_SHARE: share, KEYRITE_REQUIRE: require, SLOW: slow} = env
  if (named || share === 'all' || (share === undefined && (require === 'all' || slow === '1'))) return null
  return share ?? now.toISOString().slice(0, 10)
}

/** @returns whether a file of this name is in the share of that seed. */
function shareOf(paths, seed) {
  const slow = paths.map(nameOf).filter((name) => times[name] !== undefined && !always.includes(name))
  const order = slow.toSorted((a, b) => (drawn(seed, a) < drawn(seed, b) ? -1 : 1))
  let left = room - always.reduce((sum, name) => sum + (times[name] ?? 0), 0)
  const out = new Set()
  for (const name of order) {
    if (times[name] > left) out.add(name)
    else left -= times[name]
  }
  return (path) => !out.has(nameOf(path))
}

/** What this run left out, for the closing lines: filled by the sequencer, in the same process. */
const leftOut = {seed: null, files: 0, of: 0}

module.exports = {seedOf, shareOf, secondsOf, nameOf, leftOut, times}
