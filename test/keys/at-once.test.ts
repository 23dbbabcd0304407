/** Two operators act on one key at once, each in a process of their own: one wins, and the other is told why. On a local token: killed.test.ts. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {keysFold, planMove} from '../../src/keys/index.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {awsStandin, openBao, softHsm2, type Place, type Standing} from '../incidents/places/places.ts'
import {makeKey} from '../support/ledger.ts'
import {testWhen} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {atOnce} from './killed-child.ts'
import {approved} from './moving.ts'

interface Row {
  readonly place: Place
  /** What the place says of it, in its own words, whoever wins. */
  readonly says: Readonly<Record<string, string>>
}
const rows: readonly Row[] = [
  {place: softHsm2, says: {suspended: 'none', deactivated: 'none'}},
  {place: openBao, says: {suspended: 'soft-deleted', deactivated: 'there'}},
  {place: awsStandin, says: {suspended: 'Disabled', deactivated: 'Enabled'}},
]

for (const {place, says} of process.env['SLOW'] === '1' ? rows : rows.slice(0, 1))
  describe(`at ${place.name}`, () => {
    const box: {house?: House; there?: Standing} = {}
    const house = (): House => box.house ?? missing()
    beforeAll(async () => {
      if (!place.need.present) return
      box.house = await makeHouse()
      box.there = await place.start(house())
      const people = ['alice', 'bob', 'carol'].flatMap((one) => [
        '--sign-with',
        `${one}=${house().keyOf(one)}`,
      ])
      const args = ['there', '--environment', 'test', ...(box.there.flags ?? []), '--as', 'alice', ...people]
      expect(await runJson(ProfileAdd, 'profile add', args, house().world)).toMatchObject({exit: 0})
      await house().using((app) => makeKey(app, house().founders, {name: 'payments', profile: 'there'}))
    }, 120_000)
    afterAll(async () => {
      await box.there?.stop()
      if (box.house === undefined) return
      expect(problemsOf(house())).toEqual([])
      house().remove()
    })

    testWhen(
      place.need,
      'two operators act on one key at once: one wins, the other is told why, and the place says what the ledger says',
      async () => {
        const works = await house().using(async (app) => {
          const bench = {made: house(), app}
          const asked = []
          for (const event of ['suspend', 'deactivate'] as const)
            asked.push(await approved(bench, planMove(app.ledger.view, 'payments', event, null)))
          return asked.map(({id}) => ({work: id}))
        })
        const ran = await atOnce(house().world, works)
        const [loser, ...losers] = ran.filter(({code}) => code !== 0)
        expect(losers).toEqual([])
        expect(loser?.said).toMatch(/PLAN_MOVED|KEY_STATE/)
        expect(loser?.said).toMatch(/since \S+ \(entry \d+\)/)
        await house().using(async (app) => {
          const {keys, open} = app.ledger.of(keysFold)
          const [version, ...more] = keys.get('payments')?.versions ?? []
          expect([more.length, open.size]).toEqual([0, 0])
          const told = await box.there?.told(`${version?.ref.key ?? ''}/${version?.ref.version ?? ''}`)
          expect(told).toBe(says[version?.state ?? ''])
        })
      },
      120_000,
    )
  })

function missing(): never {
  throw new Error('it is not there')
}
