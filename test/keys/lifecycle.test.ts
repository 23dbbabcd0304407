import {describe, expect, test} from '@jest/globals'
import {
  advance,
  availabilityOf,
  keyEvents,
  keyStates,
  leads,
  nextState,
  type KeyState,
} from '../../src/keys/lifecycle.ts'
import {outcome} from '../ledger/support.ts'

describe('the life of a key', () => {
  test('every state answers every event', () => {
    const width = 22
    const row = (head: string, cells: readonly string[]): string =>
      [head, ...cells]
        .map((cell) => cell.padEnd(width))
        .join('')
        .trimEnd()
    const table = [
      row('', keyEvents),
      ...keyStates.map((state) =>
        row(
          state,
          keyEvents.map((event) => nextState(state, event) ?? '.'),
        ),
      ),
    ].join('\n')
    expect(`\n${table}\n`).toMatchInlineSnapshot(`
     "
                           activate              suspend               resume                deactivate            compromise            schedule-destruction  destroy
     pre-active            active                .                     .                     .                     compromised           destruction-scheduled destroyed
     active                .                     suspended             .                     deactivated           compromised           .                     .
     suspended             .                     .                     active                deactivated           compromised           .                     .
     deactivated           .                     .                     .                     .                     compromised           destruction-scheduled .
     compromised           .                     .                     .                     .                     .                     destruction-scheduled .
     destruction-scheduled .                     .                     .                     .                     .                     .                     destroyed
     destroyed             .                     .                     .                     .                     .                     .                     .
     "
    `)
  })

  test('from compromised no path leads to active, whatever happens', () => {
    const reached = (from: KeyState): Set<KeyState> => {
      const seen = new Set<KeyState>()
      const walk = (state: KeyState): void => {
        for (const event of keyEvents) {
          const next = nextState(state, event)
          if (next === undefined || seen.has(next)) continue
          seen.add(next)
          walk(next)
        }
      }
      walk(from)
      return seen
    }
    expect(reached('compromised')).toEqual(new Set(['destruction-scheduled', 'destroyed']))
    expect(reached('destroyed')).toEqual(new Set())
    expect(reached('deactivated').has('active')).toBe(false)
    expect(reached('pre-active').has('active')).toBe(true)
  })

  test('an event that a state does not accept is KEY_STATE, and says what it accepts', async () => {
    for (const state of keyStates)
      for (const event of keyEvents)
        expect(await outcome(() => advance('k', state, event))).toBe(
          nextState(state, event) === undefined ? 'KEY_STATE' : 'ok',
        )
    expect(() => advance('k', 'destroyed', 'activate')).toThrow('cannot activate key "k": it is destroyed')
  })

  test('one state leads to another exactly if an event does', () => {
    for (const from of keyStates)
      for (const to of keyStates)
        expect(leads(from, to)).toBe(keyEvents.some((event) => nextState(from, event) === to))
  })

  test('only an active key is asked to be usable both ways, and one that is not trusted not at all', () => {
    expect(keyStates.filter((state) => availabilityOf[state] === 'enabled')).toEqual(['active'])
    expect(keyStates.filter((state) => availabilityOf[state] === 'probe')).toEqual(['pre-active'])
    expect(availabilityOf.compromised).toBe('disabled')
    expect(availabilityOf.suspended).toBe('disabled')
  })
})
