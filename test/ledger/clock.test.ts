/** The ledger's clock: never back by itself, set anew only by a person, and held against a provider's. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import LedgerClock from '../../src/commands/ledger/clock.ts'
import Doctor from '../../src/commands/doctor.ts'
import ProfileCheck from '../../src/commands/profile/check.ts'
import {clockFault, Private, type Draft, type Times} from '../../src/ledger/index.ts'
import type {Provider} from '../../src/providers/ports.ts'
import {meet, requestAt, requests, statusOf} from '../../src/requests/index.ts'
import {ask, contextOf, planned, say, sayAll} from '../requests/support.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {runCommand, runJson, somebody, type World} from '../support/run.ts'
import {forge} from './forge.ts'
import {copyOf, outcome, verified} from './support.ts'
import {opening} from './victim.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
const at = (offsetMs: number): Date => new Date(Date.UTC(2026, 10, 28, 12) + offsetMs)

describe('a clock is believed', () => {
  const rows: readonly (readonly [string, Partial<Times>, string | null])[] = [
    ['with nothing to compare it to', {last: null}, null],
    ['years after the last entry: nights pass', {wall: at(3_650 * dayMs)}, null],
    ['two minutes behind the last entry', {wall: at(-2 * minuteMs)}, null],
    ['not more than that', {wall: at(-2 * minuteMs - 1)}, 'CLOCK_BEHIND'],
    ['two minutes ahead of a provider', {wall: at(2 * minuteMs), external: at(0)}, null],
    ['not more than that ahead', {wall: at(2 * minuteMs + 1), external: at(0)}, 'CLOCK_AHEAD'],
    ['not more than that behind', {wall: at(0), external: at(2 * minuteMs + 1)}, 'CLOCK_BEHIND'],
    [
      'as far ahead of a provider as a person confirmed',
      {wall: at(dayMs), external: at(0), skewMs: dayMs},
      null,
    ],
    [
      'not where the provider has come right since',
      {wall: at(dayMs), external: at(dayMs), skewMs: dayMs},
      'CLOCK_BEHIND',
    ],
  ]
  test.each(rows)('%s', (_name, times, code) => {
    const known = {wall: at(0), last: at(0).toISOString(), external: null, skewMs: 0, ...times}
    expect(clockFault(known)?.code ?? null).toBe(code)
  })
})

describe('ledger clock', () => {
  let made: TestLedger
  let now: Date
  beforeAll(async () => {
    now = at(0)
    made = await makeLedger({people: 5, now: () => now})
    await made.using((app) => addLocal(app, 'soft'))
  })
  afterAll(() => {
    made.remove()
  })
  const accept = (...argv: readonly string[]): ReturnType<typeof runCommand> =>
    runCommand(
      LedgerClock,
      'ledger clock',
      ['--accept', '--reason', 'it was wrong', '--as', 'alice', ...argv],
      made.world,
    )

  test('shows this clock beside the last entry, and that they agree', async () => {
    now = at(minuteMs)
    const shown = await runJson(LedgerClock, 'ledger clock', [], made.world)
    expect(shown).toMatchObject({
      schema: 'keyrite.clock/1',
      exit: 0,
      wall: now.toISOString(),
      external: null,
      agrees: true,
      accepted: false,
    })
    expect((await accept('--confirm', '2026-11-28')).stderr).toContain('Code: CLOCK_AGREES\n')
  })

  test('a clock behind the last entry records nothing, and is told how to be set right', async () => {
    now = at(-10 * dayMs)
    const size = await made.using((app) => app.ledger.size)
    await made.using(async (app) => {
      await expect(ask(contextOf(app), planned(app))).rejects.toMatchObject({
        code: 'CLOCK_BEHIND',
        hints: expect.arrayContaining(['keyrite ledger clock --accept --reason R, if this clock is right']),
      })
    })
    expect(await made.using((app) => app.ledger.size)).toBe(size)
    const shown = await runCommand(LedgerClock, 'ledger clock', [], made.world)
    expect(shown.exit).toBe(10)
    expect(shown.stdout).toContain('this clock is 10 d')
    const looked = await runJson<{checks: {name: string; ok: boolean; detail: string}[]}>(
      Doctor,
      'doctor',
      [],
      made.world,
    )
    expect(looked.checks.find(({name}) => name === 'clock')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('if this clock is right: keyrite ledger clock'),
    })
  })

  test.each([
    ['another day than it says', ['--confirm', '2026-11-28'], 'NOT_CONFIRMED', 3],
    ['nobody there to look at a clock', [], 'NO_TERMINAL', 3],
  ])('%s confirms nothing', async (_name, argv, code, exit) => {
    now = at(-10 * dayMs)
    const size = await made.using((app) => app.ledger.size)
    const ran = await accept(...argv)
    expect([/Code: (\w+)/.exec(ran.stderr)?.[1], ran.exit]).toEqual([code, exit])
    expect(await made.using((app) => app.ledger.size)).toBe(size)
  })

  test('confirmed by a person, time goes back by one entry; what was asked before and not met is void', async () => {
    now = at(2 * minuteMs)
    const [open, met] = await made.using(async (app) => {
      const context = contextOf(app)
      const first = await ask(context, planned(app, {name: 'open'}))
      await say(context, first, one(made, 0))
      const second = await ask(context, planned(app, {name: 'met'}))
      await sayAll(context, second, made.founders.slice(0, 3))
      return [first.seq, (await meet(context, requestAt(app.ledger, second.seq))).seq]
    })
    now = at(-5 * dayMs)
    const ran = await runCommand(
      LedgerClock,
      'ledger clock',
      ['--accept', '--reason', 'the battery was flat', '--as', 'alice'],
      {...made.world, ask: somebody('2026-11-23')},
    )
    expect([ran.stderr, ran.exit]).toEqual([expect.stringContaining('They do not agree: '), 0])
    await made.using(async (app) => {
      const entry = app.ledger.view.entry(app.ledger.size - 1)
      expect(entry).toMatchObject({type: 'clock.anomaly', time: now.toISOString()})
      expect(entry?.data).toMatchObject({wall: now.toISOString(), external: null})
      const {all} = app.ledger.of(requests)
      expect(statusOf(requestAt(app.ledger, open), app.ledger.time)).toBe('void')
      expect(all.get(met)?.met).not.toBeNull()
      await expect(say(contextOf(app), requestAt(app.ledger, open), one(made, 1))).rejects.toMatchObject({
        code: 'REQUEST_STATE',
        message: expect.stringContaining('the clock was set back at entry'),
      })
      // It goes on from here.
      await ask(contextOf(app), planned(app, {name: 'anew'}))
    })
    expect(verified(made.world).problems).toEqual([])
  })
})

describe('an entry that sets the clock, put in by a thief of the writer key', () => {
  let made: TestLedger
  let copies = 0
  beforeAll(async () => {
    made = await makeLedger({people: 3})
  })
  afterAll(() => {
    made.remove()
  })
  const draft = async (change: Partial<Draft>, data: object = {}): Promise<[Draft, Date]> =>
    made.using((app) => {
      const wall = new Date(Date.now() - dayMs)
      const previous = app.ledger.view.entry(app.ledger.size - 1)?.time ?? ''
      return [
        {
          type: 'clock.anomaly',
          actor: {person: one(made, 0).person.id, evidence: 'stated'},
          data: {wall: wall.toISOString(), previous, external: null, reason: new Private('none'), ...data},
          ...change,
        },
        wall,
      ]
    })

  const attacks: readonly (readonly [string, Partial<Draft>, object, string])[] = [
    ['by nobody', {actor: {person: null, evidence: 'stated'}}, {}, 'a clock is confirmed by a person, alone'],
    ['in a ceremony', {ceremony: '0'.repeat(32)}, {}, 'a clock is confirmed by a person, alone'],
    ['citing an approval', {approved: 0}, {}, 'a clock is confirmed by a person, alone'],
    [
      'after another entry than it follows',
      {},
      {previous: at(0).toISOString()},
      'it says that the entry before it is dated',
    ],
    ['without a reason', {}, {reason: null}, 'data is not of its form'],
    ['with an external time that is none', {}, {external: 'yesterday'}, 'data is not of its form'],
  ]
  test.each(attacks)('%s is a problem', async (_name, change, data, message) => {
    const world: World = copyOf(made.world, `clock-${(copies += 1)}`)
    const [forged, wall] = await draft(change, data)
    await forge(world, [forged], wall)
    expect(verified(world).problems.map((found) => `${found.rule}: ${found.message}`)).toContainEqual(
      expect.stringContaining(`time: ${message}`),
    )
    expect(await opening(world)).toBe('LEDGER_TAMPERED')
  })

  test('and any other entry that goes back is one, by a second too', async () => {
    const world = copyOf(made.world, 'clock-other')
    const last = await made.using((app) => app.ledger.view.entry(app.ledger.size - 1)?.time ?? '')
    const refused: Draft = {
      type: 'attempt.refused',
      actor: {person: null, evidence: 'stated'},
      data: {operation: 'x', key: null, code: 'X'},
    }
    await forge(world, [refused], new Date(Date.parse(last) - 1_000))
    expect(verified(world).problems.map(({rule}) => rule)).toContain('time')
  })
})

describe('the time that a provider answers with', () => {
  let made: TestLedger
  beforeAll(async () => {
    made = await makeLedger({people: 5})
    await made.using((app) => addLocal(app, 'soft'))
  })
  afterAll(() => {
    made.remove()
  })
  const saying = (time: Date): Provider => ({time: () => time, close: async () => undefined}) as Provider
  const inMs = (ms: number): Date => new Date(Date.now() + ms)

  test('more than two minutes off, either way, nothing is recorded', async () => {
    for (const [ms, code] of [
      [-3 * minuteMs, 'CLOCK_AHEAD'],
      [3 * minuteMs, 'CLOCK_BEHIND'],
      [minuteMs, 'ok'],
    ] as const) {
      const got = await made.using((app) => {
        app.lend('soft', saying(inMs(ms)))
        return outcome(() => ask(contextOf(app), planned(app, {name: `k-${String(Math.abs(ms))}`})))
      })
      expect([ms, got]).toEqual([ms, code])
    }
  })

  test('is recorded at a quorum, and decides there whether the request has expired', async () => {
    const seq = await made.using(async (app) => {
      const request = await ask(contextOf(app), planned(app, {name: 'external'}))
      await sayAll(contextOf(app), request, made.founders.slice(0, 3))
      return request.seq
    })
    await made.using(async (app) => {
      const open = requestAt(app.ledger, seq)
      const late = new Date(Date.parse(open.expires) + 1_000)
      // Past keyrite's own look at the clock, as a thief would write it.
      await expect(
        app.ledger.append([
          {
            type: 'quorum.met',
            actor: {person: null, evidence: 'stated'},
            data: {opened: seq, approvals: open.answers.map((one) => one.seq), external: late.toISOString()},
          },
        ]),
      ).rejects.toThrow(`the request expired at ${open.expires}`)
      app.lend('soft', saying(inMs(minuteMs)))
      const met = await meet(contextOf(app), open)
      const entry = app.ledger.view.entry(met.met ?? -1)
      expect(Date.parse(entry?.data['external'] as string)).toBeGreaterThan(Date.now())
    })
    expect(verified(made.world).problems).toEqual([])
  })

  test('is none for the local token, and its check says nothing of it', async () => {
    const {checks} = await runJson<{checks: {name: string}[]}>(ProfileCheck, 'profile check', ['soft'], {
      ...made.world,
      ask: somebody('correct horse battery'),
    })
    expect(checks.map(({name}) => name)).not.toContain('clock')
  })
})

function one(made: TestLedger, at_: number): TestLedger['founders'][number] {
  const found = made.founders[at_]
  if (found === undefined) throw new Error('there are enough founders')
  return found
}
