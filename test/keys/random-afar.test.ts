/** The same walks of commands and crashes on keys that lie elsewhere: at other people's software, and on our stand-in for AWS KMS. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import fc from 'fast-check'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {availabilityOf} from '../../src/keys/lifecycle.ts'
import {datedFlags, type Dated} from '../commands/dated.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {awsStandin, openBao, softHsm2, type Place, type Standing} from '../incidents/places/places.ts'
import {testWhen} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {walks, type Walked} from './random-walk.ts'

const slow = process.env['SLOW'] === '1'
const dayMs = 86_400_000

interface Row extends Pick<Walked, 'waitDays' | 'says'> {
  readonly place: Place
}
const said = {...availabilityOf, destroyed: 'destroyed'} as const
const rows: readonly Row[] = [
  {place: softHsm2, waitDays: 1, says: said},
  // That the newest version only reads what was made before is recorded there, and not enforced.
  {place: openBao, waitDays: 1, says: {...said, deactivated: 'enabled'}},
  {
    place: awsStandin,
    waitDays: 7,
    says: {...said, deactivated: 'enabled', 'destruction-scheduled': 'destruction-pending'},
  },
]

for (const row of slow ? rows : rows.slice(0, 2))
  describe(`at ${row.place.name}`, () => {
    const {place, waitDays, says} = row
    const box: {house?: House; there?: Standing; walked?: Walked; way?: Dated | undefined} = {}
    let shift = 0
    beforeAll(async () => {
      if (!place.need.present) return
      const now = (): Date => new Date(Date.now() + shift)
      const house = (box.house = await makeHouse({now}))
      const there = (box.there = await place.start(house))
      const people = ['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house.keyOf(one)}`])
      const dated = await datedFlags(there.flags ?? [], now)
      box.way = dated.way
      const args = ['there', '--environment', 'test', ...dated.flags, '--as', 'alice', ...people]
      expect(await runJson(ProfileAdd, 'profile add', args, house.world)).toMatchObject({exit: 0})
      const app = house.open()
      box.walked = {
        ...{bench: {made: house, app}, real: await app.provider('there'), profile: 'there'},
        ...{algorithm: 'ec-p256', waitDays, says},
        async forward(days) {
          shift += days * dayMs
          await there.forward?.(days)
        },
      }
    }, 120_000)
    afterAll(async () => {
      await box.walked?.bench.app.close()
      await box.way?.close()
      await box.there?.stop()
      if (box.house === undefined) return
      expect(problemsOf(box.house)).toEqual([])
      box.house.remove()
    })

    testWhen(
      place.need,
      'whatever is ordered, and wherever it dies, the key is in the state that the model has, at its provider too, and nothing is done twice',
      async () => {
        await fc.assert(
          walks(() => box.walked ?? missing(), slow ? 6 : 4, slow ? 12 : 6),
          slow ? {numRuns: 15} : {numRuns: 1, seed: 20261122},
        )
      },
      900_000,
    )
  })

function missing(): never {
  throw new Error('it is not there')
}
