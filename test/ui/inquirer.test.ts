/** The questions as inquirer asks them. */
import {PassThrough} from 'node:stream'
import {describe, expect, test} from '@jest/globals'
import {tell} from '../../src/ui/errors.ts'
import {terminalAsk} from '../../src/ui/terminal.ts'

/** A terminal at which keys are pressed once the question stands there. */
function terminal(...keys: string[]): Parameters<typeof terminalAsk>[0] {
  const input = Object.assign(new PassThrough(), {isTTY: true, setRawMode: () => input})
  const output = Object.assign(new PassThrough(), {isTTY: true, columns: 80})
  // A key is pressed when the question has been drawn; what was drawn is not looked at further.
  output.on('data', (drawn: Buffer) => {
    if (!drawn.toString().includes('Go on')) return
    setImmediate(() => {
      const key = keys.shift()
      if (key !== undefined) input.write(key)
    })
  })
  return {input, output}
}

const question = {message: 'Go on', flag: '--yes'}

describe('with inquirer', () => {
  test.each([
    [['y', '\r'], true],
    [['\r'], false],
    [['n', '\r'], false],
  ])('%j confirms: %s', async (keys, answer) => {
    expect(await terminalAsk(terminal(...keys), {plain: false, noInput: false}).confirm(question)).toBe(
      answer,
    )
  })

  test('a text is given back without space around it', async () => {
    expect(await terminalAsk(terminal(' abc ', '\r'), {plain: false, noInput: false}).text(question)).toBe(
      'abc',
    )
  })

  test('a choice is made by the arrow keys', async () => {
    const choices = [
      {name: 'one', value: {n: 1}},
      {name: 'two', value: {n: 2}},
    ]
    const ask = terminalAsk(terminal('\u001b[B', '\r'), {plain: false, noInput: false})
    expect(await ask.choose({...question, choices})).toEqual({n: 2})
  })

  test('many questions, one after the other, leave nothing behind at the terminal', async () => {
    const one = terminal(...Array.from({length: 200}, () => '\r'))
    const heard = (): number =>
      one.output.eventNames().reduce((sum, name) => sum + one.output.listenerCount(name), 0)
    const before = heard()
    for (let at = 0; at < 30; at++)
      expect(await terminalAsk(one, {plain: false, noInput: false}).confirm(question)).toBe(false)
    expect(heard()).toBe(before)
  })

  test('Ctrl-C cancels', async () => {
    const asked = terminalAsk(terminal('\u0003'), {plain: false, noInput: false}).text(question)
    const told = await asked.catch((error: unknown) => tell(error, null))
    expect(told).toMatchObject({document: {code: 'CANCELLED', exit: 130}})
  })
})
