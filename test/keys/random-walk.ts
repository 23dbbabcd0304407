/** Random commands and crashes on a key at a real place, held against a model that knows nothing of ledgers. */
import {expect} from '@jest/globals'
import fc from 'fast-check'
import {planCancel, planDestroy, planMove, type Planned} from '../../src/keys/index.ts'
import {nextState, type KeyEvent, type KeyState, type Standing} from '../../src/keys/lifecycle.ts'
import type {Algorithm} from '../../src/providers/algorithms.ts'
import type {Description, Provider} from '../../src/providers/ports.ts'
import {outcome} from '../ledger/support.ts'
import {makeKey} from '../support/ledger.ts'
import {act, approved, versionOf, type Bench} from './moving.ts'

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

export interface Walked {
  readonly bench: Bench
  readonly real: Provider
  readonly profile: string
  readonly algorithm: Algorithm
  readonly waitDays: number
  /** What the place says of a key in each state, as far as it can hold it there. */
  readonly says: Readonly<Record<KeyState, Description['availability']>>
  /** Moves the clocks. */
  readonly forward: (days: number) => Promise<void> | void
}

function planOf({bench: {app}, waitDays}: Walked, name: string, command: Command): Planned {
  const {view, time} = app.ledger
  if (command === 'cancel-destroy') return planCancel(view, name)
  if (command !== 'schedule-destruction' && command !== 'destroy') return planMove(view, name, command)
  const wish = {key: name, version: null, waitDays, graceDays: 0, order: null, due: null}
  return planDestroy(view, {...wish, scheduleOnly: command === 'schedule-destruction'}, time.toISOString())
}

/** A provider that dies at its next change, before or after it was made. */
function dying(real: Provider, after: boolean): Provider {
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

let count = 0

/** @param most - how many steps each walk has at most. */
export function walks(walked: () => Walked, least: number, most: number) {
  return fc.asyncProperty(fc.array(step, {minLength: least, maxLength: most}), async (steps) => {
    const one = walked()
    const {bench, real, profile, algorithm} = one
    const name = `key-${(count += 1)}`
    await makeKey(bench.app, bench.made.founders, {name, profile, algorithm})
    let model: Standing = {state: 'active', cameFrom: null}
    let compromised = false
    for (const {command, crash} of steps) {
      if (isMore(model, command)) continue
      const next = nextState(model, command)
      if (next === undefined) {
        expect(await outcome(() => planOf(one, name, command))).toBe('KEY_STATE')
        continue
      }
      const request = await approved(bench, planOf(one, name, command))
      if (command === 'destroy') await one.forward(one.waitDays + 1)
      if (crash !== 'none') await act(bench, request, dying(real, crash === 'after')).catch(() => undefined)
      await act(bench, request)
      const intents = entries(bench, name)
      expect(intents.intended).toBe(intents.changed)
      model = {state: next, cameFrom: next === 'destruction-scheduled' ? model.state : null}
      compromised ||= command === 'compromise'
      const version = versionOf(bench, name)
      expect([version.state, version.cameFrom]).toEqual([model.state, model.cameFrom])
      const there = await real.store.describe(version.ref)
      expect(there?.availability ?? 'destroyed').toBe(one.says[next])
      if (compromised) expect(['active', 'suspended', 'deactivated']).not.toContain(version.state)
    }
  })
}

/** What one approval does in several phases, is another test's. */
function isMore({state}: Standing, command: Command): boolean {
  if (command === 'destroy') return state !== 'destruction-scheduled' && state !== 'destroyed'
  return command === 'schedule-destruction' && (state === 'active' || state === 'suspended')
}

/** How many changes of its state were intended, and how many are known. */
function entries({app: {ledger}}: Bench, name: string): {intended: number; changed: number} {
  const types = Array.from({length: ledger.size}, (_, seq) => ledger.view.entry(seq))
    .filter((entry) => entry?.data['key'] === name)
    .map((entry) => entry?.type)
  return {
    intended: types.filter((type) => type === 'key.state.intended').length,
    changed: types.filter((type) => type === 'key.state.changed').length,
  }
}
