/** Keys that stand under others, when those are to end. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {planDestroy, planSet} from '../../src/keys/index.ts'
import {outcome} from '../ledger/support.ts'
import {makeKey, makeLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {act, approved, type Bench} from './moving.ts'

let bench: Bench
beforeAll(async () => {
  const made = await makeLedger({people: 4})
  bench = {made, app: made.open()}
  await addLocal(bench.app, 'soft')
  const wrap = {profile: 'soft', algorithm: 'aes-256'} as const
  await makeKey(bench.app, made.founders, {...wrap, name: 'above', class: 'kek', purpose: 'wrap'})
  await makeKey(bench.app, made.founders, {
    ...wrap,
    name: 'below',
    class: 'dek',
    purpose: 'encrypt',
    parent: 'above',
  })
})
afterAll(async () => {
  await bench.app.close()
  bench.made.remove()
})

const ending = (key: string) =>
  planDestroy(
    bench.app.ledger.view,
    {key, version: null, waitDays: 7, graceDays: 30, order: null, due: null, scheduleOnly: false},
    bench.app.ledger.time.toISOString(),
  )
const under = (parent: string | null) =>
  planSet(bench.app.ledger.view, 'below', {
    ...{owner: undefined, consumers: undefined, classification: undefined, expires: undefined},
    ...{labels: undefined, parent},
  })

test('the last version of a key does not go while keys under it are still there, and goes after them', async () => {
  expect(await outcome(() => ending('above'))).toBe('KEY_STATE')
  expect(() => ending('above')).toThrow(/below/)
  expect(ending('below').plan.operation).toBe('key.destroy')
  await act(bench, await approved(bench, under(null)))
  expect(ending('above').plan.operation).toBe('key.destroy')
})

test('a key is put only under one that is there', async () => {
  expect(await outcome(() => under('nowhere'))).toBe('KEY_NOT_FOUND')
})
