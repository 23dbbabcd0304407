/** A place that goes wrong when a key is to be disabled: what is said is true, and whoever comes later ends it. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import IncidentResume from '../../../src/commands/incident/resume.ts'
import IncidentShow from '../../../src/commands/incident/show.ts'
import KeyCreate from '../../../src/commands/key/create.ts'
import KeyShow from '../../../src/commands/key/show.ts'
import ProfileAdd from '../../../src/commands/profile/add.ts'
import Revoke from '../../../src/commands/revoke.ts'
import Unrevoke from '../../../src/commands/unrevoke.ts'
import {makeHouse, problemsOf, type House} from '../../ceremony/room.ts'
import {testWhen} from '../../support/needs.ts'
import {runCommand, runJson, type CommandClass} from '../../support/run.ts'
import type {Hammer} from './hammer.ts'
import {google, made, standins, troubles, type Standing, type Trouble} from './places.ts'

const SLOW = process.env['SLOW'] === '1'
const name = 'tokens'

/** What a revocation ends with, while it goes wrong. */
const endings: Readonly<Record<Trouble, {readonly exits: readonly number[]; readonly says: RegExp}>> = {
  lies: {exits: [6], says: /^NOT YET DEAD: key "tokens" CAN STILL BE USED/},
  lags: {exits: [0], says: /^DEAD: /},
  refuses: {exits: [6, 9], says: /^NOT YET DEAD: /},
  throttles: {exits: [6, 9], says: /^NOT YET DEAD: /},
  down: {exits: [6, 9], says: /^NOT YET DEAD: /},
  slow: {exits: [0, 6, 9], says: /DEAD: /},
}

for (const place of SLOW ? standins : [google])
  describe(`where ${place.name}, told to disable a key,`, () => {
    const box: {house?: House; there?: Standing; hammer?: Hammer} = {}
    const house = (): House => box.house ?? missing()
    const hammer = (): Hammer => box.hammer ?? missing()
    const trouble = (what: Trouble | null): Promise<void> => box.there?.trouble?.(what) ?? missing()
    const signing = (...handles: readonly string[]): string[] =>
      handles.flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
    const all = (): string[] => signing('alice', 'bob', 'carol', 'dan', 'erin')
    const run = (command: CommandClass, id: string, argv: readonly string[]) =>
      runJson(command, id, [...argv, '--as', 'dan'], house().world)

    beforeAll(async () => {
      if (!place.need.present) return
      box.house = await makeHouse()
      box.there = await place.start(house())
      const args = ['there', '--environment', 'test', ...(box.there.flags ?? []), ...all()]
      expect(await run(ProfileAdd, 'profile add', args)).toMatchObject({exit: 0})
      const making = [name, '--profile', 'there', '--owner', 'alice', '--activate', ...made.sign, ...all()]
      expect(await run(KeyCreate, 'key create', making)).toMatchObject({exit: 0})
      const {versions} = await runJson<{versions: {providerId: string}[]}>(
        KeyShow,
        'key show',
        [name],
        house().world,
      )
      box.hammer = box.there.hammer(versions[0]?.providerId ?? '', 'sign')
    }, 120_000)
    afterAll(async () => {
      await box.hammer?.stop()
      await box.there?.stop()
      if (box.house === undefined) return
      expect(problemsOf(house())).toEqual([])
      house().remove()
    })

    for (const what of (SLOW ? Object.keys(troubles) : ['lies']) as Trouble[])
      describe(troubles[what], () => {
        testWhen(
          place.need,
          'the screen says what a client sees, and the next run ends it by the same clock',
          async () => {
            await hammer().sees(true)
            await trouble(what)
            const argv = [name, '--reason', 'key-compromise', '--confirm', `${name}@there`]
            const done = await run(Revoke, 'revoke', [
              ...argv,
              ...['--prove-within', what === 'lags' ? 'PT20S' : 'PT4S', ...signing('dan')],
            ])
            const shown = await runCommand(IncidentShow, 'incident show', [name], house().world)
            expect(endings[what].exits).toContain(done.exit)
            expect([done, shown.stdout.split('\n')[0]]).toEqual([
              expect.objectContaining({status: 'open', key: name}),
              expect.stringMatching(endings[what].says),
            ])
            // An answer that is late is none: what was asked for may be done all the same, and then it is refused.
            await hammer().sees(done['proof'] !== 'proven')
            expect(done['contained']).toBe(done.exit === 0)
            if (done.exit !== 0)
              expect(shown.stdout).toContain(`Next: keyrite incident resume ${String(done['id'])}`)
            await trouble(null)
            const ended = await run(IncidentResume, 'incident resume', [name])
            expect(ended).toMatchObject({
              ...{exit: 0, contained: true, proof: 'proven', id: done['id'], startedAt: done['startedAt']},
            })
            await hammer().sees(false)
            const first = Date.parse(String(ended['firstRefusal']))
            expect(hammer().tries.filter(({start, ok}) => ok && start >= first)).toEqual([])
            const back = [name, '--reason', 'a test', '--confirm', `${name}@there`, ...all()]
            expect(await run(Unrevoke, 'unrevoke', back)).toMatchObject({exit: 0, state: 'active'})
          },
          240_000,
        )
      })
  })

function missing(): never {
  throw new Error('it is not there')
}
