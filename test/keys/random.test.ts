/** Random commands and crashes on a key at a real local token, held against a model that knows nothing of ledgers. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {planCancel, planDestroy, planMove, type Planned} from '../../src/keys/index.ts'
import {availabilityOf, nextState, type KeyEvent, type Standing} from '../../src/keys/lifecycle.ts'
import type {Provider} from '../../src/providers/ports.ts'
import {outcome, verified} from '../ledger/support.ts'
import {makeKey, makeLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {act, approved, versionOf, type Bench} from './moving.ts'

const slow = process.env['SLOW'] === '1'
const dayMs = 86_400_000
let now = new Date('2026-11-22T03:00:00.000Z')
let bench: Bench
let real: Provider
let count = 0
beforeAll(async () => {
  const made = await makeLedger({people: 3, now: () => now})
  bench = {made, app: made.open()}
  await addLocal(bench.app, 'soft')
  real = await bench.app.provider('soft')
})
afterAll(async () => {
  await bench.app.close()
  expect(verified(bench.made.world).problems).toEqual([])
  bench.made.remove()
})

const commands = [
  'suspend',
  'resume',
  'deactivate',
  'compromise',
  'schedule-destruction',
  'cancel-destroy',
  'destroy',
] as const satisfies readonly KeyEvent[]
type Command = (typeof commands)[number]

function planOf(name: string, command: Command): Planned {
  const {view, time} = bench.app.ledger
  if (command === 'cancel-destroy') return planCancel(view, name)
  if (command !== 'schedule-destruction' && command !== 'destroy') return planMove(view, name, command)
  const wish = {key: name, version: null, waitDays: 1, graceDays: 0, order: null, due: null}
  return planDestroy(view, {...wish, scheduleOnly: command === 'schedule-destruction'}, time.toISOString())
}

/** A provider that dies at its next change, before or after it was made. */
function dying(after: boolean): Provider {
  const die = async (work: () => Promise<unknown>): Promise<never> => {
    if (after) await work()
    throw new TypeError('the power')
  }
  const {life} = real
  return {
    ...real,
    life: {
      ...life,
      setAvailability: (ref, availability) => die(() => life.setAvailability(ref, availability)),
      scheduleDestruction: (ref, days) => die(() => life.scheduleDestruction(ref, days)),
      cancelDestruction: (ref) => die(() => life.cancelDestruction(ref)),
    },
  }
}

const step = fc.record({
  command: fc.constantFrom(...commands),
  crash: fc.constantFrom('none', 'before', 'after'),
})

test(
  'whatever is ordered, and wherever it dies, the key is in the state that the model has, at its provider too, and nothing is done twice',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, {minLength: 6, maxLength: slow ? 14 : 7}), async (steps) => {
        const name = `key-${(count += 1)}`
        await makeKey(bench.app, bench.made.founders, {name, profile: 'soft', algorithm: 'ed25519'})
        let model: Standing = {state: 'active', cameFrom: null}
        let compromised = false
        for (const {command, crash} of steps) {
          if (isMore(model, command)) continue
          const next = nextState(model, command)
          if (next === undefined) {
            expect(await outcome(() => planOf(name, command))).toBe('KEY_STATE')
            continue
          }
          const request = await approved(bench, planOf(name, command))
          if (command === 'destroy') now = new Date(now.getTime() + 2 * dayMs)
          if (crash !== 'none') await act(bench, request, dying(crash === 'after')).catch(() => undefined)
          await act(bench, request)
          const intents = entries(name)
          expect(intents.intended).toBe(intents.changed)
          model = {state: next, cameFrom: next === 'destruction-scheduled' ? model.state : null}
          compromised ||= command === 'compromise'
          const version = versionOf(bench, name)
          expect([version.state, version.cameFrom]).toEqual([model.state, model.cameFrom])
          expect((await real.store.describe(version.ref))?.availability).toBe(
            next === 'destroyed' ? 'destroyed' : availabilityOf[next],
          )
          if (compromised) expect(['active', 'suspended', 'deactivated']).not.toContain(version.state)
        }
      }),
      slow ? {numRuns: 40} : {numRuns: 2, seed: 20261122},
    )
  },
  slow ? 900_000 : 120_000,
)

/** What one approval does in several phases, is another test's. */
function isMore({state}: Standing, command: Command): boolean {
  if (command === 'destroy') return state !== 'destruction-scheduled' && state !== 'destroyed'
  return command === 'schedule-destruction' && (state === 'active' || state === 'suspended')
}

/** How many changes of its state were intended, and how many are known. */
function entries(name: string): {intended: number; changed: number} {
  const {ledger} = bench.app
  const types = Array.from({length: ledger.size}, (_, seq) => ledger.view.entry(seq))
    .filter((entry) => entry?.data['key'] === name)
    .map((entry) => entry?.type)
  return {
    intended: types.filter((type) => type === 'key.state.intended').length,
    changed: types.filter((type) => type === 'key.state.changed').length,
  }
}
