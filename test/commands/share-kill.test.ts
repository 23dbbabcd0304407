/**
 * keyrite, as it is shipped, splits and recovers, and the kernel kills it (SIGKILL) right before or right after an entry is on
 * disk: nothing is lost, nothing is done twice, and the next command says what it found.
 */
import {execFileSync, spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {expect} from '@jest/globals'
import {duties} from '../../src/duties/index.ts'
import {keysFold} from '../../src/keys/index.ts'
import {sharesFold, statusOfSet, type ShareSet} from '../../src/shares/index.ts'
import {slow} from '../ledger/support.ts'
import {needing} from '../support/needs.ts'
import {addLocal} from '../support/profile.ts'
import {cli} from '../support/process.ts'
import {keys, makeEscrow, secret, verifiedOk, type Escrow} from './share-support.ts'

const {afterAll, beforeAll, testWith} = needing('ssh-keygen')

let people: Escrow
const kept = (): string => join(people.folder, 'kept')

beforeAll(async () => {
  people = await makeEscrow({from: new Date()})
  await people.using((app) => addLocal(app, 'main'))
  writeFileSync(join(people.folder, 'pin'), 'correct horse battery\n', {mode: 0o600})
  writeFileSync(join(people.folder, 'mac'), 'a secret of thirty-two letters!!')
  const mac = await people.type(
    `share split --name mac --secret-file @mac --threshold 2 --holder alice --holder bob --holder carol --out @mac-shares --as alice ${people.quorum}`,
  )
  expect(mac.exit).toBe(0)
  mkdirSync(kept())
  for (const [from, to] of places()) copy(from, to)
}, 120_000)
afterAll(() => {
  people.remove()
})

const places = (): readonly (readonly [string, string])[] => [
  [people.world.home, join(kept(), 'home')],
  [dirname(people.world.state), join(kept(), 'state')],
]

/** With its modes. */
function copy(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to], {env: process.env})
}

/** Everything as it was before anything was killed. */
function putBack(): void {
  for (const [to, from] of places()) {
    rmSync(to, {recursive: true})
    copy(from, to)
  }
  for (const name of ['out', 'got']) rmSync(join(people.folder, name), {recursive: true, force: true})
}

interface Ended {
  readonly exit: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

function run(line: string, before: readonly string[] = []): Ended {
  const words = line.split(' ').map((word) => word.replace(/^@/, `${people.folder}/`))
  const [first, ...rest] = [...before, process.execPath, cli, ...words, '--json', '--no-input']
  const {status, signal, stdout, stderr} = spawnSync(first, rest, {
    env: {
      PATH: process.env['PATH'],
      HOME: people.folder,
      KEYRITE_HOME: people.world.home,
      XDG_STATE_HOME: dirname(people.world.state),
    },
    encoding: 'utf8',
    timeout: 120_000,
  })
  return {exit: status, signal, stdout, stderr}
}

/** Where an entry comes to the disk: until its journal is taken away it is not there, from then on it is. */
const calls = ['unlink', 'fsync'] as const
interface Point {
  readonly call: (typeof calls)[number]
  /** Which one of its thread. */
  readonly when: number
}

const tracer = (log: string, traced: string, ...more: string[]): string[] => [
  ...['strace', '-f', '-qq', '-y', '-o', log, '-e', `trace=${traced}`, ...more],
  '--',
]

/** The two points of each commit in a run that nothing disturbs. */
function points(line: string): readonly Point[] {
  putBack()
  const log = join(people.folder, 'calls.log')
  const {exit, stdout} = run(line, tracer(log, calls.join()))
  expect([exit, exit === 0 ? '' : stdout]).toEqual([0, ''])
  const seen = new Map<string, number>()
  const found: Point[] = []
  let removed = false
  for (const text of readFileSync(log, 'utf8').split('\n')) {
    const [, pid = '', name = '', what = ''] = /^(\d+) +(\w+)\((.*)$/.exec(text) ?? []
    const call = calls.find((one) => one === name)
    if (call === undefined) continue
    const when = (seen.get(`${pid} ${call}`) ?? 0) + 1
    seen.set(`${pid} ${call}`, when)
    const journal = call === 'unlink' && what.includes('ledger.db-journal')
    if (journal || (call === 'fsync' && removed)) found.push({call, when})
    removed = journal
  }
  return found
}

/** Kills it there. @returns whether it was. */
function killedAt(line: string, {call, when}: Point): boolean {
  putBack()
  const log = join(people.folder, 'kill.log')
  const {signal} = run(line, tracer(log, call, '-e', `inject=${call}:signal=SIGKILL:when=${when}`))
  verifiedOk(people)
  return signal === 'SIGKILL'
}

/** Evenly chosen; all of them in a slow run. */
function chosen(all: readonly Point[], count: number): readonly Point[] {
  expect(all.length).toBeGreaterThanOrEqual(8)
  return slow
    ? all
    : Array.from(
        {length: count},
        (_, at) => all[Math.floor(((at + 0.5) * all.length) / count)] ?? all[0] ?? {call: 'fsync', when: 1},
      )
}

/** No recovery without a post-mortem, no set that is held or given without its drill: each once. */
async function expectOwedOnce(): Promise<void> {
  await people.using(({ledger}) => {
    const owed = [...ledger.of(duties).values()].map(({source, name}) => `${source ?? ''} ${name}`)
    expect(new Set(owed).size).toBe(owed.length)
    for (const {recoveries} of ledger.of(sharesFold).sets.values())
      for (const entry of recoveries) expect(owed).toContain(`${entry} recovery-post-mortem`)
  })
}

const setsCalled = (name: string): Promise<readonly ShareSet[]> =>
  people.using(({ledger}) => [...ledger.of(sharesFold).sets.values()].filter((one) => one.name === name))

testWith(
  'strace',
  'a split that is killed at any entry leaves no half set that passes for a whole one: the same command says so, makes it void, and splits anew',
  async () => {
    const line = `share split --name killed --secret-file @secret --threshold 2 --holder alice --holder carol --holder dan --out @out --as alice ${people.quorum}`
    let [kills, voids] = [0, 0]
    const all = points(line)
    for (const point of chosen(all, 1)) {
      if (!killedAt(line, point)) continue
      kills++
      const before = await setsCalled('killed')
      expect(before.length).toBeLessThanOrEqual(1)
      const [left] = before
      const broken = left !== undefined && statusOfSet(left) === 'unfinished'
      if (broken) {
        voids++
        expect(run('share list').stdout).toContain('"status": "unfinished"')
        rmSync(join(people.folder, 'out'), {recursive: true, force: true})
      }
      const again = run(line)
      if (broken) {
        expect(again.stderr).toContain('Set "killed" was broken off when')
        expect(again.stderr).toContain('It is void. Destroy what was given out of it')
      }
      const whole = left !== undefined && !broken
      // Killed after the last share: nothing is left to be done but what receive makes up for.
      expect([again.exit, again.stdout.includes('EXISTS')]).toEqual(whole ? [5, true] : [0, false])
      const after = (await setsCalled('killed')).filter((one) => one.void === null)
      expect(after.map(statusOfSet)).toEqual(['given'])
      expect(readdirSync(join(people.folder, 'out'))).toHaveLength(3)
      const file = readdirSync(join(people.folder, 'out')).find((one) => one.includes('share-3')) ?? ''
      const received = run(
        `share receive killed ${join(people.folder, 'out', file)} ${keys('dan')} ${people.signed('dan')}`,
      )
      expect(received.exit).toBe(0)
      await people.using(({ledger}) => {
        const drills = [...ledger.of(duties).values()].filter(({source}) => source === after[0]?.seq)
        expect(drills.map(({name}) => name)).toEqual(['share-drill'])
      })
      await expectOwedOnce()
      verifiedOk(people)
    }
    process.stderr.write(`kills of a split: ${kills} of ${all.length} points, ${voids} sets void, 0 lost\n`)
    expect(kills).toBeGreaterThan(slow ? 1 : 0)
  },
  3_600_000,
)

testWith(
  'strace',
  'a recovery that is killed at any entry gives out the whole secret or nothing; the same command goes on, or says what was recorded and asks people anew',
  async () => {
    const three = ['alice', 'bob', 'dan']
    const line = `share combine --set escrow-1 ${three.map((one) => people.fileOf(one)).join(' ')} ${keys(...three)} --out @got --ticket T-1 --as alice ${people.quorum}`
    const got = join(people.folder, 'got')
    let [kills, told] = [0, 0]
    const all = points(line)
    for (const point of chosen(all, 1)) {
      if (!killedAt(line, point)) continue
      kills++
      if (existsSync(got)) expect(readFileSync(got, 'utf8')).toBe(secret)
      const had = existsSync(got)
      const before = (await setsCalled('escrow-1'))[0]?.recoveries.length ?? 0
      const owed = await people.using(
        ({ledger}) =>
          [...ledger.of(duties).values()].filter(({name}) => name === 'recovery-post-mortem').length,
      )
      const again = run(line)
      if (before > owed) {
        told++
        expect(again.stderr).toMatch(
          /Entry \d+ recorded a recovery of set "escrow-1" that ended before it was told/,
        )
      }
      expect([again.exit, again.stdout.includes('EXISTS')]).toEqual(had ? [5, true] : [0, false])
      expect(readFileSync(got, 'utf8')).toBe(secret)
      expect((await setsCalled('escrow-1'))[0]?.recoveries).toHaveLength(had ? before : before + 1)
      await people.using(({ledger}) => {
        expect([...ledger.of(sharesFold).open.values()]).toEqual([])
      })
      await expectOwedOnce()
      verifiedOk(people)
    }
    process.stderr.write(
      `kills of a recovery: ${kills} of ${all.length} points, ${told} told what was recorded, 0 lost\n`,
    )
    expect(kills).toBeGreaterThan(slow ? 1 : 0)
  },
  3_600_000,
)

testWith(
  'strace',
  'a recovery into a provider that is killed at any entry is gone on with by the same command, and makes one key',
  async () => {
    const shares = readdirSync(join(people.folder, 'mac-shares')).sort().slice(1)
    const line = `share combine --set mac ${shares.map((one) => join(people.folder, 'mac-shares', one)).join(' ')} ${keys('bob', 'carol')} --import-as once --profile main --algorithm hmac-sha256 --purpose mac --class mac --owner alice --ticket T-2 --pin-file @pin --as alice ${people.quorum}`
    let kills = 0
    const all = points(line)
    for (const point of chosen(all, 1)) {
      if (!killedAt(line, point)) continue
      kills++
      const made = await people.using(({ledger}) => ledger.of(keysFold).keys.has('once'))
      const again = run(line)
      expect([again.exit, again.stdout.includes('KEY_EXISTS')]).toEqual(made ? [5, true] : [0, false])
      // Killed while it was tried: trying it is a command of its own.
      if (made) expect(run('key prove once --pin-file @pin --as alice').exit).toBe(0)
      await people.using(({ledger}) => {
        expect(ledger.of(keysFold).keys.get('once')?.versions).toHaveLength(1)
        expect([...ledger.of(keysFold).open.values()]).toEqual([])
        expect([...ledger.of(sharesFold).open.values()]).toEqual([])
      })
      await expectOwedOnce()
      verifiedOk(people)
    }
    process.stderr.write(
      `kills of a recovery into a provider: ${kills} of ${all.length} points, one key each\n`,
    )
    expect(kills).toBeGreaterThan(slow ? 1 : 0)
  },
  3_600_000,
)
