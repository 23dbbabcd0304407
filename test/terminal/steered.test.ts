/** Threat T18 in a real terminal: a ceremony with a production key is not held where another program steers or watches this one. */
import {dirname} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {ceremonyFold} from '../../src/ceremony/fold.ts'
import {makeHouse, participants, type House} from '../ceremony/room.ts'
import {onPath, testWith} from '../support/needs.ts'
import {openScreen, type Screen} from './screen.ts'

const needed = ['tmux', 'strace'] as const
const here = needed.every((name) => onPath(name) !== undefined)
let house: House
let screen: Screen
beforeAll(async () => {
  if (!here) return
  house = await makeHouse({environment: 'production', statedKeys: true})
  screen = openScreen(house.dir, {KEYRITE_HOME: house.world.home, XDG_STATE_HOME: dirname(house.world.state)})
}, 60_000)
afterAll(() => {
  if (!here) return
  screen.close()
  house.remove()
})

const called = Object.entries(participants).map(
  ([role, people]) => `--participant ${role}=${people.join(',')}`,
)
const run = (): string =>
  `keyrite ceremony run ${house.template} --set location=Room --set recording=Camera --set profile=main --set owner=alice --set key-name=steered ${called.join(' ')}`
const opened = () => house.using((app) => app.ledger.of(ceremonyFold).size)

describe('a ceremony for production', () => {
  testWith(
    needed,
    'is not opened under a preloaded library, a debugger or a tracer; without them it is',
    async () => {
      for (const [before, fact] of [
        ['LD_PRELOAD=/nowhere/other.so ', 'LD_PRELOAD is set'],
        ['NODE_OPTIONS=--inspect=127.0.0.1:0 ', 'NODE_OPTIONS is set'],
        ['strace -f -qq -o /dev/null ', 'another process traces this one'],
      ] as const) {
        screen.run(`${before}${run()}`)
        const {exit, screen: shown} = await screen.ended()
        expect([exit, shown.replace(/\s+/g, ' ')]).toEqual([8, expect.stringContaining(fact)])
        expect(await opened()).toBe(0)
      }
      screen.run(run())
      await screen.until(/Key of Alice [^\n]*for their presence/)
      screen.type('C-c')
      expect((await screen.ended()).exit).toBe(130)
      expect(await opened()).toBe(1)
    },
    120_000,
  )
})
