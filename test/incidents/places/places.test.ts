/** Revocation from the command line at each place, while somebody else's client of it uses the key. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyCreate from '../../../src/commands/key/create.ts'
import KeyShow from '../../../src/commands/key/show.ts'
import ProfileAdd from '../../../src/commands/profile/add.ts'
import Revoke from '../../../src/commands/revoke.ts'
import Unrevoke from '../../../src/commands/unrevoke.ts'
import {makeHouse, problemsOf, type House} from '../../ceremony/room.ts'
import {testWhen} from '../../support/needs.ts'
import {runJson, somebody, type CommandClass} from '../../support/run.ts'
import {google, local, made, others, type Place, type Standing, type Used} from './places.ts'

const SLOW = process.env['SLOW'] === '1'
/** Of tool time, from Enter to proof (R1). */
const limitMs = 60_000

/** One purpose of one place in each run, all of them with SLOW=1. */
const rows: readonly (readonly [Place, readonly Used[]])[] = SLOW
  ? [local, google, ...others].map((one) => [one, one.purposes])
  : [[local, ['sign']]]

for (const [place, purposes] of rows)
  describe(`a key at ${place.name}`, () => {
    const box: {house?: House; there?: Standing} = {}
    const house = (): House => box.house ?? missing()
    const there = (): Standing => box.there ?? missing()
    const profile = (): string => (there().flags === null ? 'main' : 'there')
    const signing = (...handles: readonly string[]): string[] =>
      handles.flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
    const run = (command: CommandClass, id: string, argv: readonly string[]) =>
      runJson(command, id, [...argv, '--as', 'alice'], house().world)

    beforeAll(async () => {
      if (!place.need.present) return
      box.house = await makeHouse()
      box.there = await place.start(house())
      const {flags} = there()
      if (flags === null) return
      const args = ['there', '--environment', 'test', ...flags, ...signing('alice', 'bob', 'carol')]
      expect(await run(ProfileAdd, 'profile add', args)).toMatchObject({exit: 0})
    }, 120_000)
    afterAll(async () => {
      await box.there?.stop()
      if (box.house === undefined) return
      expect(problemsOf(house())).toEqual([])
      house().remove()
    })

    for (const used of purposes)
      describe(`to ${used}`, () => {
        testWhen(
          place.need,
          'is dead for a client that uses it all the while, after the moment that is called the first refusal',
          async () => {
            const name = `key-${used}`
            const making = [name, '--profile', profile(), '--owner', 'alice', '--activate', ...made[used]]
            const all = signing('alice', 'bob', 'carol', 'dan', 'erin')
            expect(await run(KeyCreate, 'key create', [...making, ...all])).toMatchObject({exit: 0})
            const shown = await runJson<{versions: {providerId: string}[]}>(
              KeyShow,
              'key show',
              [name],
              house().world,
            )
            const hammer = there().hammer(shown.versions[0]?.providerId ?? '', used)
            try {
              await hammer.sees(true)
              const ask = somebody(name, 'key-compromise', `${name}@${profile()}`)
              const began = performance.now()
              const one = await runJson(Revoke, 'revoke', ['--as', 'dan', ...signing('dan')], {
                ...house().world,
                ask,
              })
              expect(performance.now() - began).toBeLessThan(limitMs)
              expect(one).toMatchObject({exit: 0, contained: true, proof: 'proven', refusals: 10})
              expect(ask.asked.length).toBeLessThanOrEqual(3)
              await hammer.sees(false)
              const first = Date.parse(String(one['firstRefusal']))
              expect(hammer.tries.filter(({start, ok}) => ok && start >= first)).toEqual([])
              expect(hammer.tries.filter(({start, ok}) => ok && start < first).length).toBeGreaterThan(0)
              // It went on working the whole while: given back, the key serves it again.
              const back = [name, '--reason', 'a test', '--confirm', `${name}@${profile()}`]
              expect(
                await run(Unrevoke, 'unrevoke', [...back, ...signing('alice', 'bob', 'carol')]),
              ).toMatchObject({exit: 0, state: 'active'})
              await hammer.sees(true)
            } finally {
              await hammer.stop()
            }
          },
          180_000,
        )
      })
  })

function missing(): never {
  throw new Error('it is not there')
}
