/** One writer: taken over without the machine that wrote, restored from an older copy, and compared with what it had (threats T10, T11, T26, T30). */
import {copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {makeMachines, type Machine, type Machines, type Said} from '../ledger/machines.ts'
import {needing} from '../support/needs.ts'

const {afterEach, beforeEach, test} = needing('ssh-keygen')

let all: Machines
let found: Machine
beforeEach(async () => {
  all = await makeMachines()
  found = all.copy(all.first, 'found')
})
afterEach(() => {
  all.remove()
})

const lost = ['--without-release', '--reason', 'its disk died']
const takeOver = (on: Machine, ...argv: readonly string[]): Promise<Said> =>
  all.run(on, 'ledger take-over', ...lost, ...argv)
const verify = (on: Machine, ...argv: readonly string[]): Promise<Said> =>
  all.run(on, 'ledger verify', ...argv)
const draft = (on: Machine): string => join(on.home, 'take-over.draft')
const entries = async (on: Machine): Promise<unknown> => (await verify(on))['entries']

describe('without the machine that wrote', () => {
  test('a copy of the home is taken over by the quorum, in one run under one checkpoint', async () => {
    expect(await takeOver(found, ...all.signed())).toMatchObject({
      schema: 'keyrite.take-over/1',
      exit: 0,
      by: 'take-over',
      entry: 11,
      forkRisk: true,
    })
    expect(await all.append(found)).toBe('ok')
    expect(await verify(found, '--deep')).toMatchObject({
      ok: true,
      exit: 0,
      forkRisks: [{seq: 11, by: 'take-over'}],
    })
    const sizes = await all.using(found, ({ledger}) => ledger.store.checkpoints(6).map(({size}) => size))
    expect(sizes).toEqual([6, 12, 13])
    expect(existsSync(draft(found))).toBe(false)
  })

  test('a file of the ledger does as well, on a machine that has nothing', async () => {
    const bare = all.machine('bare')
    const file = join(all.first.home, 'ledger.db')
    expect(await all.run(bare, 'ledger take-over', file, ...lost, ...all.signed())).toMatchObject({exit: 0})
    expect(await all.append(bare)).toBe('ok')
  })

  test('nothing is recorded until there are enough; the draft outlives its process, and is gone on with', async () => {
    expect(await takeOver(found, ...all.signed(2))).toMatchObject({
      exit: 8,
      schema: 'keyrite.request/1',
      status: 'open',
    })
    expect(await entries(found)).toBe(6)
    expect(await all.append(found)).toBe('LEDGER_NOT_WRITER')
    expect((await all.run(found, 'request list'))['requests']).toMatchObject([{id: 'r6', status: 'open'}])
    const third = [`--sign-with`, `${all.made.founders[2]?.person.id ?? ''}=${all.keyFile(2)}`]
    expect(await takeOver(found, ...third)).toMatchObject({exit: 0, entry: 11})
    expect(await verify(found, '--deep')).toMatchObject({ok: true})
  })

  test('people elsewhere answer it against the old head, yes and no', async () => {
    await takeOver(found)
    for (const [at, decision] of [
      [0, 'yes'],
      [1, 'no'],
      [2, 'yes'],
      [3, 'yes'],
    ] as const) {
      const [dir, person] = [all.out(), all.made.founders[at]?.person.id ?? '']
      expect(await all.run(found, 'request export', 'r6', '--for', person, '--out', dir)).toMatchObject({
        exit: 0,
        checkpoint: {size: 6},
      })
      const no = decision === 'no' ? ['--reject', '--reason', 'no'] : []
      const signing = [dir, '--key', all.keyFile(at), '--yes', ...no]
      expect(await all.run(all.machine(`person-${at}`), 'request sign', ...signing)).toMatchObject({exit: 0})
      expect(await all.run(found, 'request add', dir)).toMatchObject({exit: 0})
    }
    expect(await entries(found)).toBe(6)
    expect(await all.run(found, 'request apply', 'r6')).toMatchObject({exit: 0, status: 'applied'})
    expect(await verify(found, '--deep')).toMatchObject({ok: true, entries: 13})
  })

  test('the same command again passes over who answered; twice in one command is refused; neither changes the draft', async () => {
    await takeOver(found, ...all.signed(1))
    const before = readFileSync(draft(found))
    expect(await takeOver(found, ...all.signed(1))).toMatchObject({exit: 8, schema: 'keyrite.request/1'})
    expect(readFileSync(draft(found))).toEqual(before)
    const twice = await takeOver(found, ...all.signed(1), ...all.signed(1))
    expect(twice).toMatchObject({exit: 8, code: 'NOT_PERMITTED'})
    expect(readFileSync(draft(found))).toEqual(before)
  })

  test('a draft is withdrawn without a trace, and asked for anew', async () => {
    await takeOver(found, ...all.signed(2))
    expect(await all.run(found, 'request withdraw', 'r6', '--reason', 'found it')).toMatchObject({
      exit: 0,
      status: 'withdrawn',
    })
    expect(existsSync(draft(found))).toBe(false)
    expect(await entries(found)).toBe(6)
    expect(await takeOver(found, ...all.signed())).toMatchObject({exit: 0})
  })

  test('a draft that was changed is not believed', async () => {
    await takeOver(found, ...all.signed(2))
    const kept = JSON.parse(readFileSync(draft(found), 'utf8')) as {entries: string[]}
    writeFileSync(draft(found), JSON.stringify({...kept, entries: kept.entries.slice(1)}))
    expect((await takeOver(found, ...all.signed())).exit).toBe(6)
    expect(await entries(found)).toBe(6)
  })

  test('a crash after the commit leaves the key and the draft as they were: the next command finishes it', async () => {
    await takeOver(found, ...all.signed(2))
    const writers = join(found.state, 'writers')
    const pending = readdirSync(writers).find((name) => name.endsWith('.pending')) ?? ''
    const [kept, key] = [readFileSync(draft(found)), readFileSync(join(writers, pending))]
    await takeOver(found, '--sign-with', `${all.made.founders[2]?.person.id ?? ''}=${all.keyFile(2)}`)
    for (const name of readdirSync(writers)) rmSync(join(writers, name))
    writeFileSync(join(writers, pending), key, {mode: 0o600})
    writeFileSync(draft(found), kept, {mode: 0o600})
    expect(await all.append(found)).toBe('ok')
    expect((await all.run(found, 'request list'))['requests']).toEqual([])
    expect(await verify(found, '--deep')).toMatchObject({ok: true})
  })

  test('the machine that writes takes nothing over from itself', async () => {
    expect(await takeOver(all.first, ...all.signed())).toMatchObject({exit: 5, code: 'EXISTS'})
  })
})

test('a draft expires, and the next one is a new one', async () => {
  let now = new Date()
  const expiring = await makeMachines({now: () => now})
  try {
    const copy = expiring.copy(expiring.first, 'found')
    const asked = await expiring.run(copy, 'ledger take-over', ...lost, ...expiring.signed(2))
    now = new Date(now.getTime() + 73 * 3_600_000)
    const again = await expiring.run(copy, 'ledger take-over', ...lost, ...expiring.signed(1))
    expect(again).toMatchObject({exit: 8, id: 'r6', status: 'open'})
    expect(again['expires']).not.toBe(asked['expires'])
    expect((again['approvals'] as unknown[]).length).toBe(1)
  } finally {
    expiring.remove()
  }
})

describe('what the lost machine had', () => {
  test('ends the fork risk when it holds nothing beyond', async () => {
    await takeOver(found, ...all.signed())
    expect(await all.run(found, 'ledger compare', all.first.home)).toMatchObject({
      schema: 'keyrite.comparison/1',
      exit: 0,
      relation: 'prefix',
      at: 6,
      recorded: 12,
    })
    expect(await verify(found, '--deep')).toMatchObject({ok: true, forkRisks: []})
  })

  test('is shown where it went on, kept without effect, and ends the fork risk', async () => {
    await takeOver(found, ...all.signed())
    expect(await all.append(all.first)).toBe('ok')
    const pin = all.out()
    await all.run(all.first, 'ledger pin', '--out', pin)
    expect(await verify(found, '--pin', pin)).toMatchObject({exit: 6, problems: [{rule: 'pin'}]})
    expect(await all.run(found, 'ledger compare', all.first.home, '--dry-run')).toMatchObject({
      recorded: null,
      exit: 6,
    })
    expect(await all.run(found, 'ledger compare', all.first.home)).toMatchObject({
      exit: 10,
      relation: 'fork',
      at: 6,
      other: {size: 7, beyond: [{seq: 6, type: 'attempt.refused'}]},
      recorded: 12,
    })
    expect(await verify(found, '--deep', '--pin', pin)).toMatchObject({
      ok: true,
      exit: 10,
      forkRisks: [],
      findings: [{message: 'branch 6..6 of another copy, absorbed at seq 12'}],
    })
    expect(await all.run(found, 'ledger compare', all.first.home)).toMatchObject({exit: 10, recorded: null})
  })

  test('an older backup does not end it, nor does a copy of the new ledger', async () => {
    const older = all.copy(all.first, 'older')
    await all.append(all.first)
    const newer = all.copy(all.first, 'newer')
    await all.run(newer, 'ledger take-over', ...lost, ...all.signed())
    expect(await all.run(newer, 'ledger compare', older.home)).toMatchObject({
      relation: 'prefix',
      recorded: null,
      exit: 0,
    })
    expect(await all.run(newer, 'ledger compare', newer.home)).toMatchObject({
      relation: 'same',
      recorded: null,
    })
    expect((await verify(newer))['forkRisks']).toHaveLength(1)
  })

  test('waking up, it sees the new ledger once and does not write again', async () => {
    await takeOver(found, ...all.signed())
    expect(await all.append(all.first)).toBe('ok')
    expect(await all.run(all.first, 'ledger compare', found.home)).toMatchObject({
      readsOnly: true,
      relation: 'fork',
      exit: 6,
    })
    expect(await all.append(all.first)).toBe('LEDGER_NOT_WRITER')
    expect(await verify(all.first)).toMatchObject({exit: 6})
  })

  test('two machines that both took it over are seen as a fork by either', async () => {
    const other = all.copy(all.first, 'other')
    await takeOver(found, ...all.signed())
    await takeOver(other, ...all.signed())
    expect(await all.run(found, 'ledger compare', other.home)).toMatchObject({relation: 'fork', at: 6})
    expect(await verify(found, '--deep')).toMatchObject({ok: true})
  })
})

describe('an older state', () => {
  let pin: string
  beforeEach(async () => {
    await all.append(all.first)
    pin = all.out()
    await all.run(all.first, 'ledger pin', '--out', pin)
  })

  test('is restored by name where a pin saw more: the lost range is acknowledged, and exits 10', async () => {
    expect(await takeOver(found, '--pin', pin, ...all.signed())).toMatchObject({
      exit: 0,
      by: 'restore',
      entry: 11,
    })
    expect(await verify(found, '--deep', '--pin', pin)).toMatchObject({
      ok: true,
      exit: 10,
      findings: [{message: 'lost range 6..6, acknowledged at seq 11'}],
      forkRisks: [{by: 'restore'}],
    })
    expect(await all.append(found)).toBe('ok')
  })

  test('taken over without naming what a pin saw, it is unacknowledged: exit 6', async () => {
    expect(await takeOver(found, ...all.signed())).toMatchObject({exit: 0, by: 'take-over'})
    expect(await verify(found, '--pin', pin)).toMatchObject({ok: false, exit: 6, problems: [{rule: 'pin'}]})
  })

  test("this machine's own head and pin count too: a backup put in its own place is restored by name", async () => {
    copyFileSync(join(found.home, 'ledger.db'), join(all.first.home, 'ledger.db'))
    expect(await all.append(all.first)).toBe('LEDGER_BEHIND')
    expect(await takeOver(all.first, ...all.signed())).toMatchObject({exit: 0, by: 'restore'})
    expect(await all.append(all.first)).toBe('ok')
    expect(await verify(all.first, '--pin', pin)).toMatchObject({ok: true, exit: 10})
  })

  test('a pin of another history is not what was lost', async () => {
    const fork = all.copy(all.first, 'fork')
    await all.run(fork, 'ledger take-over', ...lost, ...all.signed())
    await all.append(all.first)
    const other = all.out()
    await all.run(all.first, 'ledger pin', '--out', other)
    expect(await verify(fork, '--pin', other)).toMatchObject({exit: 6})
  })
})
