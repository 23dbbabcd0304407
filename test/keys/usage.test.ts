import {describe, expect, test} from '@jest/globals'
import {countUsage, isOffHours} from '../../src/keys/usage/count.ts'
import {oddities} from '../../src/keys/usage/odd.ts'
import {isProbe, type UsageEvent} from '../../src/providers/usage.ts'

const hours = {from: 7, to: 19}
const since = new Date('2026-11-01T00:00:00Z')
const until = new Date('2026-12-01T00:00:00Z')
const event = (at: string, caller = 'app', more: Partial<UsageEvent> = {}): UsageEvent => ({
  at: new Date(at),
  caller,
  operation: 'sign',
  refused: false,
  from: '10.0.0.1',
  probe: false,
  ...more,
})

async function* stream(events: Iterable<UsageEvent>): AsyncIterable<UsageEvent> {
  yield* events
}

/** So many on each weekday of November from nine o'clock on. */
function* usual(caller: string, perDay: number): Iterable<UsageEvent> {
  for (let day = 2; day <= 30; day++) {
    const date = `2026-11-${String(day).padStart(2, '0')}`
    if ([0, 6].includes(new Date(date).getUTCDay())) continue
    for (let at = 0; at < perDay; at++)
      yield event(`${date}T09:00:${String(at % 60).padStart(2, '0')}Z`, caller)
  }
}

const found = async (events: Iterable<UsageEvent>) =>
  oddities(await countUsage(stream(events), hours), since, until).map(
    ({kind, caller, detail}) => `${kind} ${caller}: ${detail}`,
  )

describe('counting what an audit log says', () => {
  test('is by caller, operation and day, with what was refused and what keyrite tried itself', async () => {
    const counted = await countUsage(
      stream([
        event('2026-11-02T09:00:00Z'),
        event('2026-11-02T23:00:00Z', 'app', {refused: true, from: '10.0.0.2'}),
        event('2026-11-03T09:00:00Z', 'app', {operation: 'verify', probe: true}),
        event('2026-11-03T09:00:01Z', 'other', {from: null}),
      ]),
      hours,
    )
    expect(counted.events).toBe(4)
    expect(counted.rows).toEqual([
      {caller: 'app', operation: 'sign', day: '2026-11-02', count: 2, refused: 1, offHours: 1},
      {caller: 'app', operation: 'verify', day: '2026-11-03', count: 1, refused: 0, offHours: 0},
      {caller: 'other', operation: 'sign', day: '2026-11-03', count: 1, refused: 0, offHours: 0},
    ])
    expect(counted.callers[0]).toMatchObject({
      ...{caller: 'app', count: 3, refused: 1, offHours: 1, probes: 1},
      ...{operations: ['sign', 'verify'], from: ['10.0.0.1', '10.0.0.2']},
    })
  })

  test('a log with a hundred thousand made-up callers does not fill the memory, and loses no count', async () => {
    function* many(): Iterable<UsageEvent> {
      for (let at = 0; at < 100_000; at++) yield event('2026-11-02T09:00:00Z', `caller-${at}`)
    }
    const {callers, events, rows} = await countUsage(stream(many()), hours)
    expect([callers.length, rows.length, events]).toEqual([2001, 2001, 100_000])
    expect(callers.find(({caller}) => caller === 'everybody else')?.count).toBe(98_000)
  })

  test.each([
    ['2026-11-27T06:59:59Z', true],
    ['2026-11-27T07:00:00Z', false],
    ['2026-11-27T18:59:59Z', false],
    ['2026-11-27T19:00:00Z', true],
    ['2026-11-28T12:00:00Z', true], // a Saturday
  ])('at %s it is off hours: %s', (at, off) => {
    expect(isOffHours(new Date(at), hours)).toBe(off)
  })

  test.each([
    ['keyrite/0.1.0 probe 00112233445566778899aabbccddeeff', true],
    ['aws-sdk-js/3.1 keyrite/0.1.0 probe 00112233445566778899aabbccddeeff', true],
    ['keyrite/0.1.0', false],
    ['probe of something else', false],
    [null, false],
  ])('the user agent %j is a probe: %s', (agent, probe) => {
    expect(isProbe(agent)).toBe(probe)
  })
})

describe('what is odd', () => {
  test('is nothing in what is as usual', async () => {
    expect(await found(usual('app', 10))).toEqual([])
  })

  test('is a caller who was not there before', async () => {
    expect(await found([...usual('app', 10), event('2026-11-27T10:00:00Z', 'eve')])).toEqual([
      'new-caller eve: was not there before 2026-11-27T10:00:00.000Z',
    ])
  })

  test('is a day with five times as much as usual, and not one with four', async () => {
    const more = (count: number): Iterable<UsageEvent> =>
      Array.from({length: count}, () => event('2026-11-18T11:00:00Z'))
    expect(await found([...usual('app', 10), ...more(40)])).toEqual([
      'volume app: 50 on 2026-11-18, where 10 a day are usual',
    ])
    expect(await found([...usual('app', 10), ...more(39)])).toEqual([])
  })

  test('is a night of somebody who works by day, and not of what always runs', async () => {
    const nights = Array.from({length: 5}, (_, at) => event(`2026-11-1${at}T03:00:00Z`))
    expect(await found([...usual('app', 10), ...nights])).toEqual([
      'off-hours app: 5 of 215 outside of working hours',
    ])
    const always = Array.from({length: 29}, (_, at) =>
      event(`2026-11-${String(at + 1).padStart(2, '0')}T03:00:00Z`),
    )
    expect(await found([...usual('app', 10), ...always])).toEqual([])
  })

  test('is whoever was refused, and stands first', async () => {
    const refused = event('2026-11-27T10:00:00Z', 'eve', {refused: true})
    expect(await found([...usual('app', 10), refused])).toEqual([
      'refused eve: was refused 1 times of 1',
      'new-caller eve: was not there before 2026-11-27T10:00:00.000Z',
    ])
  })
})
