/** Random commands and crashes on a key at a local token. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {availabilityOf} from '../../src/keys/lifecycle.ts'
import {verified} from '../ledger/support.ts'
import {makeLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {walks, type Walked} from './random-walk.ts'

const slow = process.env['SLOW'] === '1'
const dayMs = 86_400_000
let now = new Date('2026-11-22T03:00:00.000Z')
let walked: Walked
beforeAll(async () => {
  const made = await makeLedger({people: 3, now: () => now})
  const app = made.open()
  await addLocal(app, 'soft')
  walked = {
    ...{bench: {made, app}, real: await app.provider('soft')},
    ...{profile: 'soft', algorithm: 'ed25519', waitDays: 1},
    says: {...availabilityOf, destroyed: 'destroyed'},
    forward: (days) => void (now = new Date(now.getTime() + days * dayMs)),
  }
})
afterAll(async () => {
  const {made, app} = walked.bench
  await app.close()
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

test(
  'whatever is ordered, and wherever it dies, the key is in the state that the model has, at its provider too, and nothing is done twice',
  async () => {
    await fc.assert(
      walks(() => walked, 6, slow ? 14 : 7),
      slow ? {numRuns: 40} : {numRuns: 2, seed: 20261122},
    )
  },
  slow ? 900_000 : 120_000,
)
