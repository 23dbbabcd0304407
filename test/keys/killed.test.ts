/** Processes killed by SIGKILL at each call of the provider of each command on keys: the next run finds what happened. */
import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {operations} from '../../src/app.ts'
import {keysFold, planMove} from '../../src/keys/index.ts'
import {Secret} from '../../src/base/secret.ts'
import {addProfile} from '../../src/ui/add-profile.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {verified} from '../ledger/support.ts'
import {intent, specOf} from '../providers/support.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {pin} from '../support/profile.ts'
import {tokenAt} from '../support/token.ts'
import {broughtBytes, days, rowsOf, start, type Row} from './killed-rows.ts'
import {atOnce, dies} from './killed-child.ts'
import {elsewhere} from './killed-elsewhere.ts'
import {workOn} from './killed-work.ts'
import {approved, moved} from './moving.ts'

const SLOW = process.env['SLOW'] === '1'

let time = start
let made: TestLedger
let saved: string
beforeAll(async () => {
  made = await makeLedger({people: 4, now: () => time})
  saved = join(dirname(made.world.home), 'saved')
  writeFileSync(brought(), broughtBytes, {mode: 0o600})
  await made.using(async (app) => {
    const [token, pinFile] = [
      join(app.world.home, 'tokens', 'soft.token'),
      join(dirname(app.world.home), 'pin'),
    ]
    writeFileSync(pinFile, `${pin}\n`, {mode: 0o600})
    await tokenAt(token, 'soft', pin)
    const wish = {name: 'soft', kind: 'local', environment: 'test' as const, token, pinFile}
    await addProfile(app, wish, null, new Secret(Buffer.from(pin)))
    await makeKey(app, made.founders, {name: 'payments', profile: 'soft'})
  })
}, 60_000)
afterAll(() => {
  made.remove()
})

const brought = (): string => join(dirname(made.world.home), 'brought')
const rows = rowsOf(
  () => made,
  (day) => {
    time = new Date(days(day))
  },
)

/** The work, of which everybody approved what takes that, in a ledger that is kept to begin from again. */
async function prepared({of, first = [], prepare, plan, work, strangers = 0}: Row): Promise<string> {
  return made.using(async (app) => {
    if (first.length > 0) await moved({made, app}, 'payments', ...first)
    await prepare?.(app)
    const provider = await app.provider('soft')
    for (let one = 0; one < strangers; one++) {
      const ref = await provider.store.create(specOf('hmac-sha256', {label: `stranger-${one}`}), intent())
      await provider.life.setAvailability(ref, 'enabled')
    }
    if (plan === undefined) return work ?? ''
    const planned = await plan(app)
    expect(of).toContain(planned.plan.operation)
    return (await approved({made, app}, planned)).id
  })
}

/** With all modes as they are. */
function copy(from: string, to: string): void {
  rmSync(to, {recursive: true, force: true})
  mkdirSync(dirname(to), {recursive: true})
  execFileSync('cp', ['-a', from, to])
}

function keep(to: string): void {
  copy(made.world.home, join(to, 'home'))
  copy(made.world.state, join(to, 'state'))
}

function back(from: string): void {
  copy(join(from, 'home'), made.world.home)
  copy(join(from, 'state'), made.world.state)
}

/** Goes on with it until nothing is left to be done. */
async function goneOn(id: string): Promise<void> {
  await made.using(async (app) => {
    const material = async (): Promise<Secret> => new Secret(Buffer.from(broughtBytes))
    await workOn(app, {...contextFor(app, null), ...{material}}, id)
  })
}

async function outcome(): Promise<{readonly there: number; readonly states: Record<string, string>}> {
  return made.using(async (app) => {
    let there = 0
    for await (const {availability} of (await app.provider('soft')).store.list())
      if (availability !== 'destroyed') there++
    const keys = [...app.ledger.of(keysFold).keys.values()]
    expect(app.ledger.of(keysFold).open.size).toBe(0)
    return {
      there,
      states: Object.fromEntries(
        keys.map(({name, versions}) => [name, versions.map(({state}) => state).join()]),
      ),
    }
  })
}

/** Killed at each call of one row, on each of its days. */
async function broken(name: string, row: Row): Promise<void> {
  const id = await prepared(row)
  const ready = join(saved, name)
  keep(ready)
  let killed = 0
  const [...each] = row.onDays ?? [0]
  for (const day of each)
    for (const when of ['before', 'after'] as const)
      for (let nth = 1; SLOW || nth < 2; nth++) {
        back(ready)
        for (const earlier of each.filter((one) => one < day)) {
          time = new Date(days(earlier))
          await goneOn(id)
        }
        time = new Date(days(day))
        const death = {work: id, nth: SLOW ? nth : nth * 3, when, at: days(day), brought: brought()}
        const called = dies(made.world, death)
        if (called === null) killed++
        for (const later of each.filter((one) => one >= day)) {
          time = new Date(days(later))
          await goneOn(id)
        }
        if (row.after !== undefined) await made.using(row.after)
        expect({nth, when, day, ...(await outcome())}).toEqual({
          nth,
          when,
          day,
          there: row.there,
          states: row.states,
        })
        expect(verified(made.world).problems).toEqual([])
        if (called !== null) break
      }
  if (row.quiet === true) expect(killed).toBe(0)
  else expect(killed).toBeGreaterThan(SLOW ? 3 : 1)
}

describe('killed at a call of the provider, the next run finds what happened, and nothing is done twice', () => {
  for (const [name, row] of Object.entries(rows)) {
    const some = name === 'create' || name === 'adopt'
    if (!SLOW && !some) continue
    test(`key ${name}`, async () => {
      const begin = join(saved, 'begin')
      keep(begin)
      try {
        await broken(name, row)
      } finally {
        time = start
        back(begin)
        rmSync(saved, {recursive: true, force: true})
      }
    }, 1_200_000)
  }
})

test('every operation has a row here, or a reason why it has none and where else it is broken off', () => {
  const here = new Set<string>(Object.values(rows).flatMap(({of}) => of))
  const named = [...here, ...Object.keys(elsewhere)]
  expect(named.toSorted()).toEqual([...new Set(named)].toSorted())
  expect([...operations.keys()].filter((one) => !named.includes(one))).toEqual([])
  expect(named.filter((one) => !operations.has(one))).toEqual([])
  for (const [name, {why, by}] of Object.entries(elsewhere)) {
    expect([name, why.length > 20]).toEqual([name, true])
    if (by !== null) expect([by, existsSync(join(import.meta.dirname, '..', by))]).toEqual([by, true])
  }
})

test('two processes act on one key at once: one wins, and the other is told why', async () => {
  const [suspend, deactivate] = await made.using(async (app) => [
    await approved({made, app}, planMove(app.ledger.view, 'payments', 'suspend', null)),
    await approved({made, app}, planMove(app.ledger.view, 'payments', 'deactivate', null)),
  ])
  const works = [suspend.id, deactivate.id].map((work) => ({work, at: days(0)}))
  const ran = await atOnce(made.world, works)
  const [loser, ...losers] = ran.filter(({code}) => code !== 0)
  expect(losers).toEqual([])
  expect(loser?.said).toMatch(/PLAN_MOVED|KEY_STATE/)
  expect(loser?.said).toMatch(/\(entry \d+\)/)
  const {there, states} = await outcome()
  expect(there).toBe(1)
  expect(['suspended', 'deactivated']).toContain(states['payments'])
  expect(verified(made.world).problems).toEqual([])
})
