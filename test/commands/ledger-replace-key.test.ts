/** The key that writes, replaced on the same machine; what a thief of the old one can have done (threat T10). */
import {copyFileSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import {forge} from '../ledger/forge.ts'
import {makeMachines, type Machines, type Said} from '../ledger/machines.ts'
import {copyOf, refused, rules} from '../ledger/support.ts'
import {needing} from '../support/needs.ts'

const {afterEach, beforeEach, test} = needing('ssh-keygen')

let all: Machines
beforeEach(async () => {
  all = await makeMachines()
})
afterEach(() => {
  all.remove()
})

test('a key is replaced on the same machine, and what the old one signs afterwards does not verify', async () => {
  const thief = copyOf(all.first, 'thief')
  const old = await all.using(all.first, ({ledger}) => ledger.view.facts.vkey)
  const said = await all.run(all.first, 'ledger replace-key', '--reason', 'yearly', ...all.signed())
  expect(said).toMatchObject({schema: 'keyrite.writer-key/1', exit: 0, replaced: old})
  expect(said['vkey']).not.toBe(old)
  expect(await all.append(all.first)).toBe('ok')
  expect(await all.run(all.first, 'ledger verify', '--deep')).toMatchObject({ok: true})
  copyFileSync(join(all.first.home, 'ledger.db'), join(thief.home, 'ledger.db'))
  await forge(thief, [refused('mine')])
  expect(rules(thief)).toContain('checkpoint-signature')
})

test('a dry run makes no key that stays, and shows the one that waits', async () => {
  const waiting = (): string[] =>
    readdirSync(join(all.first.state, 'writers')).filter((name) => name.endsWith('.pending'))
  const dry = (): Promise<Said> => all.run(all.first, 'ledger replace-key', '--dry-run')
  const vkeyOf = ({plan}: Said): unknown => (plan as {change: {vkey: unknown}}).change.vkey
  expect(vkeyOf(await dry())).not.toBe(vkeyOf(await dry()))
  expect(waiting()).toEqual([])
  const asked = await all.run(all.first, 'ledger replace-key', ...all.signed(1))
  expect(asked).toMatchObject({exit: 8, status: 'open'})
  expect(waiting()).toHaveLength(1)
  expect(vkeyOf(await dry())).toBe(vkeyOf(asked))
})

test('a crash between the change and the new key in its place is finished by the next command', async () => {
  const writers = join(all.first.state, 'writers')
  const key = readdirSync(writers).find((name) => name.endsWith('.key')) ?? ''
  const old = readFileSync(join(writers, key))
  await all.run(all.first, 'ledger replace-key', ...all.signed())
  // As if the run had ended after the commit: the new key waits still, the old one is in its place.
  const name = await all.using(all.first, ({ledger}) => ledger.view.facts.name)
  writeFileSync(join(writers, `${name.slice(-32)}.pending`), readFileSync(join(writers, key)), {mode: 0o600})
  writeFileSync(join(writers, key), old, {mode: 0o600})
  expect(await all.append(all.first)).toBe('ok')
  expect(readdirSync(writers).filter((one) => one.endsWith('.pending'))).toEqual([])
})

test('what needed no approval since a key was stolen is doubtful, and nothing else', async () => {
  expect(await all.append(all.first)).toBe('ok')
  const since = new Date(Date.now() - 3_600_000).toISOString()
  expect(
    await all.run(all.first, 'ledger replace-key', '--stolen-since', since, ...all.signed()),
  ).toMatchObject({exit: 0, stolenSince: since})
  expect((await all.run(all.first, 'ledger verify'))['doubtful']).toEqual([6])
  const {checks} = (await all.run(all.first, 'doctor')) as unknown as {
    checks: readonly Readonly<Record<string, unknown>>[]
  }
  expect(checks.find(({name}) => name === 'doubtful')).toMatchObject({
    ok: true,
    level: 'note',
    detail: expect.stringMatching(/^1 entry needed no approval .*: 6$/),
    fix: 'keyrite ledger show 6',
  })
  const ahead = new Date(Date.now() + 3_600_000).toISOString()
  expect(await all.run(all.first, 'ledger replace-key', '--stolen-since', ahead)).toMatchObject({
    code: 'USAGE',
  })
})

test('order is seq: a clock that a thief set back does not hide what came after', async () => {
  const {doubtfulIn} = await import('../../src/ledger/index.ts')
  const entry = (time: string) => ({time, approved: null, data: {}, type: 'attempt.refused'}) as never
  const times = ['t1', 't2', 't5', 't6', 't0', 't3', 't4']
  const facts = {
    writers: [{seq: 7, stolenSince: 't5'}] as never,
    turned: [4],
  }
  expect(doubtfulIn(facts, (seq) => entry(times[seq] ?? ''))).toEqual([2, 3, 4, 5, 6])
  expect(
    doubtfulIn({...facts, writers: [{seq: 7, stolenSince: 't9'}] as never}, (seq) => entry(times[seq] ?? '')),
  ).toEqual([])
})
