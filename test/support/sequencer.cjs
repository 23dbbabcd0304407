// Which test files begin first: those that take longest, so that no worker is idle at the end. Jest itself knows how long
// a file takes only where it ran before; on a fresh checkout it goes by the size of the files.
const Sequencer = require('@jest/test-sequencer').default

/** The slowest files, the slowest first. */
const longest = [
  'checks',
  'verifier/verify',
  'commands/ceremony-rehearse',
  'providers/pkcs11/server',
  'ceremony/bundle-attacks',
  'faults/inject',
  'launcher/setup',
  'fuzz/yaml',
  'launcher/package',
  'terminal/ceremony',
  'commands/share-recovery',
  'terminal/commands',
  'terminal/prompts',
  'verifier/agree',
  'ceremony/kill',
  'power/power',
  'ledger/processes',
].map((name) => `/test/${name}.test.ts`)

const rank = ({path}) => {
  const at = longest.findIndex((end) => path.endsWith(end))
  return at === -1 ? longest.length : at
}

module.exports = class LongestFirst extends Sequencer {
  /** The same order otherwise; `sort` of an array is stable. */
  sort(tests) {
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b))
  }
}
module.exports.longest = longest
