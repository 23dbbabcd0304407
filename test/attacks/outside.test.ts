/** Attacks by scripts that know the format and no source, on the program as it is started: the machine’s owner, with the writer key. */
import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {expect} from '@jest/globals'
import {slow} from '../ledger/support.ts'
import {testWith} from '../support/needs.ts'
import {cli} from '../support/process.ts'

/** The rule by which each is seen; others may fail with it. */
const named = new Map([
  ['replay: the same answer again', 'approval'],
  ['replay: an answer to one request for another', 'statement'],
  ['count: two of three', 'quorum'],
  ['count: one answer twice', 'quorum'],
  ['count: one answer appended twice', 'quorum'],
  ['count: an answer to an older request', 'quorum'],
  ['act: another key under an approval that was used', 'approval'],
  ['act: without approval', 'approval'],
  ['act: allowed by the founding', 'approval'],
  ['people: enrolled under an approval of something else', 'approval'],
  ['profile: called production since the beginning', 'pin'],
  ['rollback: the newest entries gone', 'pin'],
  ['fork: other entries in the same places', 'pin'],
  ['signed: as a presence', 'signature'],
  ['signed: as in a rehearsal', 'signature'],
  ['signed: with a byte after it', 'signature'],
  ['signed: by a key of hers that is not in the roster', 'signature'],
  ['signed: under a certificate for her key', 'signature'],
  ['signed: with more roles than she has', 'statement'],
  ['signed: on another plan', 'statement'],
  ['signed: on a tree that was not there yet', 'statement'],
  ['signed: in the name of another', 'actor'],
  ['people: retired under an approval of something else', 'approval'],
  ['policy: adopted under an approval of something else', 'approval'],
  ['writer: changed under an approval of something else', 'writer'],
  ['act: a key called destroyed', 'key'],
  ['profile: production by a rule for tests', 'profile'],
  ['file: set to write ahead', 'file'],
  ['file: a view in the place of a table', 'schema'],
  ['pin: overwritten', 'file'],
  ['split: an auditor elsewhere was shown another last entry', 'pin'],
  ['ledger: a whole other one, with keys of the thief', 'pin'],
  ['history: made again with another time', 'pin'],
])
/** With what the program itself refuses to act, where that is not what it says of a ledger that is wrong. */
const acted = new Map([
  // The ledger is as it was: only who holds both pins sees that somebody was shown another.
  ['split: an auditor elsewhere was shown another last entry', 8],
  // To this program it is a ledger, whose people signed nothing here; who has the paper, or a pin, sees that it is another.
  ['ledger: a whole other one, with keys of the thief', 4],
])

testWith(
  ['python3', 'openssl', 'ssh-keygen'],
  'what the owner of the machine forges under the real writer key is named by its rule, and nothing is done on it',
  async () => {
    const program = [process.execPath, '--disable-warning=ExperimentalWarning', cli]
    const script = join(import.meta.dirname, 'outside.py')
    const {stdout} = await promisify(execFile)('python3', ['-B', script, ...program])
    const said = JSON.parse(stdout) as Record<string, {verify: number; rules: string[]; acts: number}>
    const {nothing, ...attacks} = said
    expect(nothing).toEqual({verify: 0, rules: [], acts: 8})
    expect(Object.keys(attacks).length).toBeGreaterThanOrEqual(slow ? named.size : 2)
    for (const [name, {verify, acts, rules}] of Object.entries(attacks)) {
      expect([name, verify, acts]).toEqual([name, 6, acted.get(name) ?? 6])
      expect([name, ...rules]).toContain(named.get(name))
    }
  },
  300_000,
)
