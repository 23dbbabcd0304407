/** Whether the people who are named could approve what they will be asked for: found at the desk, not in the room. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import CeremonyLint from '../../src/commands/ceremony/lint.ts'
import CeremonyRun from '../../src/commands/ceremony/run.ts'
import {lint, type Cast} from '../../src/ceremony/lint.ts'
import {custodyFold} from '../../src/custody/index.ts'
import {runJson} from '../support/run.ts'
import {local} from './lint-support.ts'
import {makeHouse, problemsOf, type House} from './room.ts'
import {answersOf, trials, valuesOf, type Trial} from './shipped.ts'
import {changed, load, small, viewOf} from './template-support.ts'

describe('the people of a quorum', () => {
  const view = viewOf({roles: ['ciso', 'custodian', 'security-lead']})
  const people = [...view.of(custodyFold).roster.values()]
  const found = (cast: Cast): readonly string[] =>
    lint(load(changed(small, [['class: jwt-signing', 'class: root']])), local, view, null, null, cast).map(
      ({rule, message}) => `${rule}: ${message}`,
    )

  test('are enough, whoever they are, if each role that the rule wants has another of them', () => {
    expect(
      found(
        new Map([
          ['custodian', people.slice(1, 4)],
          ['operator', people.slice(0, 1)],
        ]),
      ),
    ).toEqual([])
  })

  test('are too few where one of them types: their own plan they do not approve', () => {
    expect(
      found(
        new Map([
          ['custodian', people.slice(0, 3)],
          ['operator', people.slice(0, 1)],
        ]),
      ),
    ).toEqual([
      'quorum-roles: the people in role "custodian" could not meet rule "grave-key-generation" of the policy: name 1 more person',
    ])
  })
})

describe('a root key without its CISO', () => {
  let house: House
  const [root] = trials.filter(({name}) => name === 'root-ca')
  if (root === undefined) throw new Error('it ships')
  const people = {...root.people, custodian: ['alice', 'carol', 'dan'], 'security-officer': ['erin']}
  const without: Trial = {...root, people}
  beforeAll(async () => {
    house = await makeHouse()
  })
  afterAll(() => {
    house.remove()
  })

  test('is found by lint, where the people are named', async () => {
    const sets = Object.entries(valuesOf(without)).flatMap(([name, value]) => [
      '--set',
      `${name}=${String(value)}`,
    ])
    const judged = (custodians: string): Promise<object> =>
      runJson(
        CeremonyLint,
        'ceremony lint',
        ['root-ca', ...sets, '--participant', `custodian=${custodians}`, '--participant', 'operator=frank'],
        house.world,
      )
    expect(await judged('alice,bob,dan')).toMatchObject({exit: 0, findings: []})
    expect(await judged('alice, carol, dan')).toMatchObject({
      exit: 10,
      findings: [
        {rule: 'quorum-roles', message: expect.stringMatching(/name 1 more person, among them ciso$/)},
        {rule: 'quorum-roles'},
      ],
    })
  })

  test('is not opened, and nobody is asked anything', async () => {
    const before = await house.using((app) => app.ledger.size)
    expect(
      await runJson(
        CeremonyRun,
        'ceremony run',
        ['root-ca', '--answers', answersOf(house, without)],
        house.world,
      ),
    ).toMatchObject({
      exit: 10,
      code: 'FINDINGS',
      message: expect.stringContaining(
        'could not meet rule "grave-key-generation" of the policy: name 1 more person, among them ciso (quorum-roles)',
      ),
    })
    expect(await house.using((app) => app.ledger.size)).toBe(before)
    expect(problemsOf(house)).toEqual([])
  })
})
