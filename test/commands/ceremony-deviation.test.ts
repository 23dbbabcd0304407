/** Deviations from outside the room and from an answers file, pauses, and the rounds of signatures that follow. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import CeremonyDeviation from '../../src/commands/ceremony/deviation.ts'
import CeremonyRun from '../../src/commands/ceremony/run.ts'
import CeremonyShow from '../../src/commands/ceremony/show.ts'
import CeremonySign from '../../src/commands/ceremony/sign.ts'
import {runCommand} from '../support/run.ts'
import {
  ceremonyIn,
  everybody,
  makeHouse,
  parameters,
  problemsOf,
  shortTemplate,
  type House,
} from '../ceremony/room.ts'
import {writeFileSync} from 'node:fs'

let house: House
let id: string
beforeAll(async () => {
  house = await makeHouse()
  const pausing = shortTemplate.replace(
    '      - {id: clock,',
    '      - {id: lunch, kind: pause, by: operator, minutes: 30, text: The room has lunch.}\n      - {id: clock,',
  )
  expect(pausing).not.toBe(shortTemplate)
  writeFileSync(house.template, pausing)
})
afterAll(() => {
  house.remove()
})

const keys = (): string[] => everybody.flatMap((one) => ['--sign-with', `${one}=${house.keyOf(one)}`])
const otherwise = (...more: string[]): string[] => [
  id,
  ...['--step', 'seal', '--what', 'another seal', '--why', 'the first was torn'],
  ...['--decided-by', 'alice', '--agreed-by', 'grace', '--agreed-by', 'bob', ...more],
]

test('an answers file says deviations and pauses beforehand, each recorded once at its step', async () => {
  const answers = house.answers({
    parameters: {...parameters, 'key-name': 'deviating'},
    steps: {seal: {answer: 'B-1'}},
    deviations: [
      {step: 'seal', what: 'a red seal', why: 'no blue ones', 'decided-by': 'alice', 'agreed-by': ['grace']},
    ],
    pauses: [
      {step: 'seal', remain: ['bob']},
      {step: 'lunch', remain: ['alice', 'grace']},
    ],
    present: everybody.filter((one) => one !== 'frank'),
  })
  const ran = await runCommand(
    CeremonyRun,
    'ceremony run',
    [house.template, '--answers', answers, '--json'],
    house.world,
  )
  expect([ran.exit, ran.stderr]).toEqual([0, expect.anything()])
  const document = JSON.parse(ran.stdout) as {id: string}
  id = document.id
  expect(document).toMatchObject({
    status: 'signed-off',
    round: 1,
    deviations: [
      {
        id: 'D1',
        step: 'seal',
        what: 'a red seal',
        why: 'no blue ones',
        decidedBy: {name: 'Alice'},
        agreedBy: [{name: 'Grace'}],
      },
    ],
  })
  await house.using(async (app) => {
    const {notes, done, present} = ceremonyIn(app, id)
    const called = (people: readonly string[]): number => people.length
    expect(notes.map(({what, step, people}) => [what, step, called(people)])).toEqual([
      ['paused', 'seal', 1],
      ['resumed', 'seal', 8],
      ['paused', 'lunch', 2],
      ['resumed', 'lunch', 8],
    ])
    expect(done.find(({step}) => step === 'lunch')?.result).toEqual({paused: notes[2]?.seq, minutes: 0})
    expect(present).toHaveLength(9)
  })
  expect(problemsOf(house)).toEqual([])
})

test('a deviation after the sign-off opens round 2: earlier signatures count as of round 1, and everybody is named', async () => {
  const ran = await runCommand(CeremonyDeviation, 'ceremony deviation', otherwise('--json'), house.world)
  expect(ran.exit).toBe(8)
  const document = JSON.parse(ran.stdout) as {missing: unknown[]; participants: unknown[]}
  expect(document).toMatchObject({status: 'waiting-for-signatures', round: 2, deviations: [{}, {id: 'D2'}]})
  expect(document.missing).toHaveLength(9)
  expect(document.participants).toContainEqual(
    expect.objectContaining({signed: null, signedAsOfRound: 1, present: expect.any(String)}),
  )
  const shown = await runCommand(CeremonyShow, 'ceremony show', [id], house.world)
  expect(shown.stdout).toContain('Deviation D2 at step seal: another seal')
  expect(shown.stdout).toContain('Waiting for signatures of round 2.')
  expect(shown.stdout).toContain(`keyrite ceremony sign ${id.slice(0, 8)} --sign-with 'Person 7'=KEY`)
  expect(shown.stdout).toContain(`keyrite request export ceremony-${id.slice(0, 8)} --for Grace --out DIR`)
})

test('a deviation while round 2 is open opens round 3, which "ceremony sign" takes to its end', async () => {
  const [first = '', second = ''] = keys()
  const one = await runCommand(CeremonySign, 'ceremony sign', [id, first, second, '--json'], house.world)
  expect(JSON.parse(one.stdout)).toMatchObject({exit: 8, round: 2})
  const again = await runCommand(
    CeremonyDeviation,
    'ceremony deviation',
    otherwise('--json', first, second),
    house.world,
  )
  expect(JSON.parse(again.stdout)).toMatchObject({exit: 8, round: 3})
  const whole = await runCommand(
    CeremonySign,
    'ceremony sign',
    [id, ...keys().slice(2), '--json'],
    house.world,
  )
  expect(JSON.parse(whole.stdout)).toMatchObject({exit: 0, status: 'signed-off', round: 3, missing: []})
  expect(problemsOf(house)).toEqual([])
})

test.each<{name: string; argv: (good: string[]) => string[]; exit: number; code: string}>([
  {
    name: 'of a step that is not there',
    argv: (good) => good.map((one) => (one === 'seal' ? 'seel' : one)),
    exit: 2,
    code: 'USAGE',
  },
  {
    name: 'by a stranger',
    argv: (good) => good.map((one) => (one === 'grace' ? 'nobody' : one)),
    exit: 4,
    code: 'PERSON_NOT_FOUND',
  },
  {
    name: 'without words',
    argv: (good) => good.map((one) => (one === 'another seal' ? ' ' : one)),
    exit: 2,
    code: 'USAGE',
  },
  {
    name: 'of another ceremony',
    argv: (good) => ['abcdef', ...good.slice(1)],
    exit: 4,
    code: 'CEREMONY_NOT_FOUND',
  },
])('a deviation $name is refused, and nothing is written', async ({argv, exit, code}) => {
  const before = await house.using(async (app) => app.ledger.size)
  const ran = await runCommand(
    CeremonyDeviation,
    'ceremony deviation',
    [...argv(otherwise()), '--json'],
    house.world,
  )
  expect(JSON.parse(ran.stdout)).toMatchObject({exit, code})
  expect(await house.using(async (app) => app.ledger.size)).toBe(before)
})
