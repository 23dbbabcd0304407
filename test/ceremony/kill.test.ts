/** The program is killed at any time, as a power cut does, and gone on with until it is done. */
import {setTimeout as pause} from 'node:timers/promises'
import {createHash} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {ceremonyFold} from '../../src/ceremony/fold.ts'
import {statusOfCeremony} from '../../src/ceremony/state.ts'
import {start} from '../support/process.ts'
import {everyKindAnswers, everyKindSteps, everyKindTemplate} from './every-kind.ts'
import {expectWhole, makeHouse, parameters, type House} from './room.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
  writeFileSync(house.template, everyKindTemplate)
})
afterAll(() => {
  house.remove()
})

/** So many kills at least, in as many ceremonies as that takes. */
const wanted = process.env['SLOW'] === '1' ? 300 : 1

/** The same times in every run of this test, in ms: 0 to `most`. */
function* times(seed: string, most: number): Generator<number> {
  for (let at = 0; ; at++) yield createHash('sha256').update(`${seed} ${at}`).digest().readUInt32BE(0) % most
}

test(`killed at random until it was ${wanted} times, a ceremony of every kind of step comes to its end with each step once and one key`, async () => {
  const env = {
    PATH: process.env['PATH'],
    KEYRITE_HOME: house.world.home,
    XDG_STATE_HOME: dirname(house.world.state),
  }
  let killed = 0
  let nth = 0
  while (killed < wanted && nth < 2 * wanted) {
    nth += 1
    const key = `killed-${nth}`
    const answers = house.answers({
      parameters: {...parameters, 'key-name': key},
      default: 'yes',
      ...everyKindAnswers,
    })
    const waits = times(key, 900)
    let kills = 0
    for (;;) {
      const all = await house.using((app) => [...app.ledger.of(ceremonyFold).values()])
      // Killed between its last entry and its end: it is done, and there is nothing to go on with.
      const done = all.find(
        (one) => statusOfCeremony(one) === 'signed-off' && one.keys.some((made) => made.key === key),
      )
      if (done !== undefined) {
        killed += kills
        await expectWhole(house, done.id, key, everyKindSteps)
        break
      }
      const open = all.find((one) => one.bundles.length === 0 && statusOfCeremony(one) !== 'signed-off')
      const argv = open === undefined ? ['ceremony', 'run', house.template] : ['ceremony', 'resume', open.id]
      const {child, ended} = start([...argv, '--answers', answers, '--json'], env)
      // It takes its time to start; from then on it is killed at any moment, three times at most.
      const began = new Promise<unknown>((resolve) => child.stderr?.once('data', resolve))
      if (kills < 3) {
        await Promise.race([ended, began])
        await Promise.race([ended, pause(waits.next().value as number)])
        if (child.exitCode === null && child.kill('SIGKILL')) kills++
      }
      const {exit, stdout, stderr} = await ended
      if (exit === null) continue
      expect([exit, exit === 0 ? '' : stdout + stderr.slice(-2_000)]).toEqual([0, ''])
      const {id, status} = JSON.parse(stdout) as {id: string; status: string}
      killed += kills
      expect(status).toBe('signed-off')
      await expectWhole(house, id, key, everyKindSteps)
      break
    }
  }
  process.stderr.write(
    `kills of ceremonies: ${nth} ceremonies, ${killed} kills, 0 steps lost or done twice\n`,
  )
  expect(killed).toBeGreaterThanOrEqual(wanted)
}, 3_600_000)
