/**
 * Two verifiers, written apart, in two languages: of every history they say the same. The histories are what a thief of the
 * writer key and all people together could make, so that nothing is wrong with them but the one thing that was changed.
 */
import {spawn, type ChildProcess} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {describe, expect} from '@jest/globals'
import {partsOf} from '../../src/ceremony/bundle/primary.ts'
import {
  assembled,
  leaveUndrawn,
  makeBench,
  memory,
  seqsOf,
  verdictIn,
  writeFiles,
  type Bench,
  type FileMap,
} from '../ceremony/bench.ts'
import type {Signer} from '../../src/custody/index.ts'
import {Rng} from '../fuzz/rng.ts'
import {needing, testWith} from '../support/needs.ts'
import {manyChanges} from './changes.ts'
import {History, type Change} from './history.ts'

const slow = process.env['SLOW'] === '1'
const given = process.env['FUZZ_SEED']
const seed = given === undefined ? (slow ? Date.now() % 1_000_000 : 20261122) : Number(given)
const only = process.env['FUZZ_CASE']
const cases = slow ? 5000 : 15
/** A history takes a second or two, most of it in the programs that verify.py asks: as many as fit, and so many at least. */
const [forMs, atLeast] = slow ? [5_400_000, 1500] : [Infinity, cases]

/** What the head of verify.py leaves to `keyrite ceremony verify`, by the first thing that is wrong: only this may be seen by one alone. */
const left = [
  /not of its form/,
  /^(?:ceremony|closure|derived|duty|profile|proof|signoff|step|step-order|template): /,
]

const tools = ['python3', 'ssh-keygen', 'openssl'] as const
const {afterAll, beforeAll} = needing(tools)

let bench: Bench
let history: History<FileMap>
let python: ChildProcess
let answers: AsyncIterator<string>

beforeAll(async () => {
  const later = new Map<string, Signer>()
  // With a break, and with a deviation after the sign-off, for which everybody signs again.
  const lunch = '{id: lunch, kind: pause, by: operator, minutes: 1, text: The room has lunch.}'
  leaveUndrawn()
  bench = await makeBench({
    before: (made) => manyChanges(made, later),
    script: (text) => text.replace('      - id: notes\n', `      - ${lunch}\n      - id: notes\n`),
    again: true,
  })
  for (const type of ['ceremony.paused', 'ceremony.resumed', 'deviation.recorded', 'signoff.opened'])
    expect(seqsOf(bench, type).length).toBeGreaterThan(0)
  const founders = bench.finished.founders.map(({key}) => [key.publicKey.fingerprint, key.signer] as const)
  const signers = new Map([...later, ...founders])
  const {entries, blobs} = partsOf(bench.files)
  const past = {entries: [...entries.values()], blobs, facts: bench.facts}
  history = new History({...past, made: (made, all) => assembled(bench, made, all)}, signers)
  python = spawn('python3', ['-B', join(import.meta.dirname, 'judge.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  answers = createInterface({input: python.stdout ?? process.stdin})[Symbol.asyncIterator]()
}, 120_000)
afterAll(() => {
  python.stdin?.end()
  bench.finished.remove()
})

/** What both say of a folder. */
async function both(
  files: FileMap,
): Promise<{readonly ours: readonly string[]; readonly theirs: readonly string[]}> {
  const dir = mkdtempSync(join(memory, 'keyrite-agree-'))
  try {
    writeFiles(dir, files)
    python.stdin?.write(`${dir}\n`)
    const {problems} = verdictIn(dir)
    const said = JSON.parse((await answers.next()).value as string) as {status: number; rules: string[]}
    if ((said.status === 0) !== (said.rules.length === 0)) throw new Error('verify.py contradicts itself')
    return {ours: problems.map(({rule, message}) => `${rule}: ${message}`), theirs: said.rules}
  } finally {
    rmSync(dir, {recursive: true})
  }
}

/** A changed history; undefined where the change cannot be written as canonical JSON at all. */
async function writable(at: number): Promise<Change<FileMap> | undefined> {
  try {
    return await history.changed(new Rng(seed, at))
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

describe('keyrite and verify.py', () => {
  testWith(tools, 'accept a history that was made again as it was', async () => {
    expect(await both(await history.same())).toEqual({ours: [], theirs: []})
  })

  testWith(
    tools,
    `say the same of ${atLeast}${slow ? ` to ${cases}` : ''} changed histories (FUZZ_SEED=${seed})`,
    async () => {
      const wrong: unknown[] = []
      const refused = {both: 0, neither: 0, ours: 0}
      const until = Date.now() + forMs
      let at = only === undefined ? 0 : Number(only)
      for (; at < cases && Date.now() < until; at++) {
        const change = await writable(at)
        if (change === undefined) continue
        const {name, files} = change
        const {ours, theirs} = await both(files)
        if (ours.length > 0 && theirs.length > 0) refused.both += 1
        else if (ours.length === 0 && theirs.length === 0) refused.neither += 1
        else if (theirs.length === 0 && left.some((one) => one.test(ours[0] ?? ''))) refused.ours += 1
        else wrong.push({case: at, name, ours: ours.slice(0, 4), theirs: theirs.slice(0, 4)})
        if (only !== undefined) break
      }
      process.stderr.write(`two verifiers on ${at} histories: ${JSON.stringify(refused)}\n`)
      expect(wrong).toEqual([])
      if (only !== undefined) return
      expect(at).toBeGreaterThanOrEqual(atLeast)
      expect(refused.both).toBeGreaterThan(at / 4)
    },
    slow ? 7_200_000 : 300_000,
  )
})
