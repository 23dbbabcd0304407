import {describe, expect, test} from '@jest/globals'
import {
  advance,
  availabilityOf,
  eventBetween,
  keyEvents,
  keyStates,
  leads,
  nextState,
  type KeyEvent,
  type KeyState,
  type Standing,
} from '../../src/keys/lifecycle.ts'
import {outcome} from '../ledger/support.ts'

/** Every state, and a scheduled destruction once for each state that it was scheduled from. */
const standings: readonly Standing[] = keyStates.flatMap((state): Standing[] =>
  state === 'destruction-scheduled'
    ? (['pre-active', 'deactivated', 'compromised'] as const).map((cameFrom) => ({state, cameFrom}))
    : [{state, cameFrom: null}],
)
const named = ({state, cameFrom}: Standing): string =>
  cameFrom === null ? state : `scheduled, was ${cameFrom}`

describe('the life of a key', () => {
  test('every state answers every event', () => {
    const width = 23
    const row = (head: string, cells: readonly string[]): string =>
      [head, ...cells]
        .map((cell) => cell.padEnd(width))
        .join('')
        .trimEnd()
    const table = [
      row('', keyEvents),
      ...standings.map((standing) =>
        row(
          named(standing),
          keyEvents.map((event) => nextState(standing, event) ?? '.'),
        ),
      ),
    ].join('\n')
    expect(`\n${table}\n`).toMatchInlineSnapshot(`
     "
                            activate               suspend                resume                 deactivate             compromise             schedule-destruction   cancel-destroy         destroy
     pre-active             active                 .                      .                      .                      compromised            destruction-scheduled  .                      destroyed
     active                 .                      suspended              .                      deactivated            compromised            .                      .                      .
     suspended              .                      .                      active                 deactivated            compromised            .                      .                      .
     deactivated            .                      .                      .                      .                      compromised            destruction-scheduled  .                      .
     compromised            .                      .                      .                      .                      .                      destruction-scheduled  .                      .
     scheduled, was pre-active.                      .                      .                      .                      .                      .                      pre-active             destroyed
     scheduled, was deactivated.                      .                      .                      .                      .                      .                      deactivated            destroyed
     scheduled, was compromised.                      .                      .                      .                      .                      .                      compromised            destroyed
     destroyed              .                      .                      .                      .                      destroyed              .                      .                      .
     "
    `)
  })

  test('from compromised no path leads to active, whatever happens', () => {
    const reached = (from: KeyState): Set<KeyState> => {
      const seen = new Set<KeyState>()
      const walk = (standing: Standing): void => {
        for (const event of keyEvents) {
          const next = nextState(standing, event)
          if (next === undefined || seen.has(next)) continue
          seen.add(next)
          walk({state: next, cameFrom: next === 'destruction-scheduled' ? standing.state : null})
        }
      }
      walk({state: from, cameFrom: null})
      return seen
    }
    expect(reached('compromised')).toEqual(new Set(['compromised', 'destruction-scheduled', 'destroyed']))
    expect(reached('destroyed')).toEqual(new Set(['destroyed']))
    expect(reached('deactivated').has('active')).toBe(false)
    expect(reached('pre-active').has('active')).toBe(true)
  })

  test('an event that a state does not accept is KEY_STATE, and says what it accepts', async () => {
    for (const standing of standings)
      for (const event of keyEvents)
        expect(await outcome(() => advance('k', standing, event))).toBe(
          nextState(standing, event) === undefined ? 'KEY_STATE' : 'ok',
        )
    const refusal = (state: KeyState, event: KeyEvent): unknown => {
      try {
        return advance('k', {state, cameFrom: null}, event, ' since then')
      } catch (error) {
        return error
      }
    }
    expect(refusal('destroyed', 'activate')).toMatchObject({
      message: 'cannot activate key "k": it is destroyed since then',
      hints: [
        'keyrite key show k',
        'keyrite key compromise k --reason R',
        'what is destroyed stays so: make another key',
      ],
    })
    expect(refusal('compromised', 'resume')).toMatchObject({
      hints: expect.arrayContaining([
        'from compromised no path leads back: make another key, and have this one destroyed',
      ]) as unknown,
    })
    expect(refusal('active', 'resume')).toMatchObject({
      hints: [
        'keyrite key show k',
        'keyrite key suspend k',
        'keyrite key deactivate k',
        'keyrite key compromise k --reason R',
      ],
    })
  })

  test('between two states lies one event at most, and there is one exactly if the table has it', () => {
    for (const standing of standings)
      for (const to of keyStates) {
        const events = keyEvents.filter((event) => nextState(standing, event) === to)
        expect(events.length).toBeLessThanOrEqual(1)
        expect(leads(standing, to)).toBe(events.length === 1)
        if (events.length === 1) expect(eventBetween(standing.state, to)).toBe(events[0])
      }
    // Wherever it came from is for the record to know.
    expect(eventBetween('destruction-scheduled', 'deactivated')).toBe('cancel-destroy')
    expect(eventBetween('destruction-scheduled', 'active')).toBeUndefined()
    expect(nextState({state: 'destruction-scheduled', cameFrom: null}, 'cancel-destroy')).toBeUndefined()
  })

  test('only an active key is asked to be usable both ways, and one that is not trusted not at all', () => {
    expect(keyStates.filter((state) => availabilityOf[state] === 'enabled')).toEqual(['active'])
    expect(keyStates.filter((state) => availabilityOf[state] === 'probe')).toEqual(['pre-active'])
    expect(keyStates.filter((state) => availabilityOf[state] === 'historic')).toEqual(['deactivated'])
    expect(availabilityOf.compromised).toBe('disabled')
    expect(availabilityOf.suspended).toBe('disabled')
  })
})
