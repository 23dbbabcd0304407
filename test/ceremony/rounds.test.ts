/** Rounds of signatures: what is said while people sign, what was signed for a round that is over, and how it is shown. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {recordDeviation} from '../../src/ceremony/deviation.ts'
import {walk} from '../../src/ceremony/engine.ts'
import {Aside, type Room} from '../../src/ceremony/room.ts'
import {openRound} from '../../src/ceremony/run/sign-off.ts'
import {statusOfCeremony} from '../../src/ceremony/state.ts'
import {ceremonyApp} from '../../src/ui/ceremony.ts'
import {afar, type Afar} from '../requests/afar-support.ts'
import {
  ceremonyIn,
  contextIn,
  makeHouse,
  openIn,
  problemsOf,
  shortTemplate,
  willing,
  type House,
} from './room.ts'
import {minutes} from './walked.ts'

let house: House
let there: Afar
beforeAll(async () => {
  house = await makeHouse()
  there = afar(house)
})
afterAll(() => {
  there.remove()
})

/** Grace is the seventh, and signs from afar. */
const grace = 6

describe('words typed while people sign', () => {
  let id: string
  test('close the transcript anew: whoever signed before is asked again, once more each', async () => {
    await house.using(async (app) => {
      id = await openIn(house, app, {template: shortTemplate, key: 'said'})
      const asked: string[] = []
      const said: string[] = []
      const room: Room = {
        ...willing(house),
        say: (lines) => said.push(...lines),
        signer: async (person, what) => {
          if (what === 'the transcript') asked.push(person.name ?? '')
          if (what === 'the transcript' && asked.length === 2) throw new Aside('pause')
          if (what === 'the transcript' && asked.length === 4) throw new Aside('deviation')
          return willing(house).signer(person, what)
        },
        otherwise: async ([first, second]) => ({
          ...{what: 'the door stood open', why: 'somebody was late'},
          ...{decidedBy: first?.id ?? '', agreedBy: [second?.id ?? '']},
        }),
      }
      await walk(contextIn(house, app, id, {room}))
      const ceremony = ceremonyIn(app, id)
      expect(statusOfCeremony(ceremony)).toBe('signed-off')
      expect(said).toContain('The sign-off is open, and needs no pause: whoever signs later is waited for.')
      expect(said.filter((line) => line.includes('transcript is closed'))).toEqual([
        expect.stringMatching(/^The transcript is closed: \d+ entries/),
        expect.stringMatching(/^The transcript is closed, round 2: \d+ entries/),
      ])
      // Nobody signs a number only.
      expect(said).toContain('Keys: said version 1.')
      expect(said).toContain('Deviations: none.')
      expect(said).toContainEqual(
        expect.stringMatching(/^Deviation D1 at step .*: the door stood open \(somebody was late\)$/),
      )
      // Two had signed for round 1 when it was said; whoever said it is asked on, and what they sign counts no more.
      expect(ceremony.signedBefore.length).toBe(2)
      expect(ceremony.signed.map(({round}) => round)).toEqual(Array(9).fill(2))
      expect(ceremony.notes.map(({what}) => what)).toEqual([])
    })
    expect(problemsOf(house)).toEqual([])
  })

  test('stand in the minutes with both rounds, and say which counts', async () => {
    await house.using(async (app) => {
      const text = await minutes(app, id)
      expect(text).toMatch(/As of round 1 .*Round 2, which counts/)
      expect(text).toContain('(after round 1 of signatures was opened)')
      expect(text).toContain('the door stood open')
    })
  })
})

describe('what was sent out for round 1', () => {
  let id: string
  let sent: string
  let answer: readonly string[]
  test('is answered for round 1', async () => {
    await house.using(async (app) => {
      id = await openIn(house, app, {template: shortTemplate, key: 'sent'})
      const signer: Room['signer'] = async (person, what) =>
        what === 'the transcript' && person.name === 'Grace' ? null : willing(house).signer(person, what)
      await walk(contextIn(house, app, id, {room: {...willing(house), signer}}))
    })
    const {dir, ran} = await there.export(`ceremony-${id.slice(0, 8)}`, grace)
    expect(ran.exit).toBe(0)
    sent = dir
    expect((await there.sign(sent, grace, '--yes')).exit).toBe(0)
    answer = [sent]
  })

  test('does not count once a deviation came after it, nor when round 2 is open, and why is said', async () => {
    const before = await house.using(async (app) => {
      const [first, second] = house.founders.map(({person}) => person.id)
      const said = {step: 'room', what: 'another room', why: 'the first was locked'}
      const people = {decidedBy: first ?? '', agreedBy: [second ?? '']}
      await recordDeviation({app: ceremonyApp(app), id}, {...said, ...people})
      return app.ledger.size
    })
    expect(await there.addJson(...answer)).toMatchObject({exit: 8, code: 'POLICY_REFUSES'})
    await house.using(async (app) => {
      expect(ceremonyIn(app, id).signed.map(({person}) => person)).not.toContain(
        house.founders[grace]?.person.id,
      )
      expect(before).toBeLessThanOrEqual(app.ledger.size)
      await openRound({app: ceremonyApp(app), id})
    })
    expect(await there.addJson(...answer)).toMatchObject({
      exit: 6,
      code: 'REPLAYED',
      try: expect.arrayContaining([expect.stringContaining('request export')]),
    })
  })

  test('is exported again for round 2, whose transcript says what was done otherwise', async () => {
    // Their own machine remembers what it saw: the second export shows that it goes on from there.
    const {stderr} = await there.sign((await there.export(`ceremony-${id.slice(0, 8)}`, grace)).dir, grace)
    const [, since = ''] = /--since (\d+)/.exec(stderr) ?? []
    const {dir, ran} = await there.export(`ceremony-${id.slice(0, 8)}`, grace, '--since', since)
    expect(ran.exit).toBe(0)
    const signed = await there.sign(dir, grace, '--yes')
    expect(signed.stdout + signed.stderr).toContain('another room')
    expect(await there.addJson(dir)).toMatchObject({exit: 0})
    await house.using(async (app) => {
      expect(ceremonyIn(app, id).signed.map(({person, round}) => [person, round])).toEqual([
        [house.founders[grace]?.person.id, 2],
      ])
    })
    expect(problemsOf(house)).toEqual([])
  })
})
