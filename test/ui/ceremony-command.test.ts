/** Ctrl-C in a ceremony while its place is at work: what is said at the first, and at the one that ends the program. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {CeremonyCommand} from '../../src/ui/ceremony-command.ts'
import type {Shown} from '../../src/ui/command.ts'
import {makeHouse, openIn, type House} from '../ceremony/room.ts'
import {runCommand} from '../support/run.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  house.remove()
})

let during: () => Promise<void>
const opened = {id: ''}

class Probe extends CeremonyCommand {
  async execute(): Promise<Shown> {
    await this.parse(Probe)
    opened.id = await openIn(house, this.app)
    return this.carryOn(opened.id, {answers: null, signWith: undefined}, () => during())
  }
}

test('the first says what is waited for, on a line of its own; the second what may be done, and what asks for it', async () => {
  const press: {now?: (signal: NodeJS.Signals) => void} = {}
  during = async () => {
    press.now?.('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 400))
    press.now?.('SIGINT')
  }
  const {stderr} = await runCommand(Probe, 'probe', [], {
    ...house.world,
    tty: true,
    onInterrupt: (act) => {
      press.now = act
    },
  })
  const short = opened.id.slice(0, 8)
  const said = [
    // The terminal has shown `^C` before each.
    '',
    'Stopping. What is under way is finished first; Ctrl-C again ends the program at',
    'once.',
    '',
    `Ceremony ${short} is in the middle of a step: what that asks of profile "main"`,
    'may be done there, or not.',
  ]
  const lines = stderr.split('\n')
  expect(lines.slice(0, said.length)).toEqual(said)
  expect(lines[said.length]).toMatch(/^Cancelled\. .* recorded/)
  expect(lines[said.length + 2]).toBe(`Try this: keyrite ceremony resume ${short}`)
})
