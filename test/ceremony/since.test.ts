/** Verification from a pin on: the state that unjudged entries lead to is the one that judging leads to. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {folds} from '../../src/app.ts'
import {verifyLedger, type Verification} from '../../src/ledger/index.ts'
import {finishedCeremony, type Finished} from './finished.ts'

let made: Finished
let pins: readonly {readonly size: number; readonly note: string}[]
beforeAll(async () => {
  made = await finishedCeremony()
  pins = await made.using((app) => app.ledger.store.checkpoints(1))
})
afterAll(() => {
  made.remove()
})

function verified(since?: string): Verification {
  const {home, state} = made.world
  return verifyLedger({home, state: {path: `${state}-auditor`}, folds, pins: [], since, deep: true})
}

describe('a ceremony’s ledger, from each of its checkpoints on', () => {
  test('is as good as from its beginning, side tables and all that follows', () => {
    const whole = verified()
    expect(whole.problems).toEqual([])
    expect(pins.length).toBeGreaterThan(20)
    for (const {size, note} of pins) expect(verified(note)).toEqual({...whole, pins: 1, trusted: size})
  })
})
