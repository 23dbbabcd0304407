/** What is asked before a ceremony opens: what does not fit is said at once and asked again, so that nobody types all of it twice. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import CeremonyRun from '../../src/commands/ceremony/run.ts'
import {custodyFold} from '../../src/custody/index.ts'
import {parseTemplate} from '../../src/ceremony/template.ts'
import type {Ask, Question} from '../../src/ui/ask.ts'
import {askPeople, openingValues} from '../../src/ui/ceremony-opening.ts'
import {makeHouse, quickTemplate, type House} from '../ceremony/room.ts'
import {runJson, somebody} from '../support/run.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  house.remove()
})

/** Somebody at a terminal, whose answers are judged as there. */
function judged(...answers: readonly string[]): Ask & {asked: string[]; told: string[]} {
  const left = [...answers]
  const told: string[] = []
  const asked: string[] = []
  return {
    ...somebody(),
    ...{asked, told},
    text: async ({message, check}: Question & {check?: (text: string) => string | null}) => {
      asked.push(message)
      for (;;) {
        const answer = left.shift()
        if (answer === undefined) throw new Error(`nobody answers "${message}"`)
        const wrong = check?.(answer) ?? null
        if (wrong === null) return answer
        told.push(wrong)
      }
    },
  }
}

const {template, ...loaded} = parseTemplate(Buffer.from(quickTemplate), 'quick.yaml')
const rosterOf = () => house.using((app) => app.ledger.of(custodyFold).roster)

describe('who has a role', () => {
  const named = {witness: ['grace', 'person7', 'person8']}
  const rest = Object.keys({...Object.fromEntries(template.roles)}).filter((role) => role !== 'witness')

  test('is asked with how many it takes and whom the roster has, and only where nobody is named', async () => {
    const people: Record<string, string> = {
      operator: 'bob',
      'security-officer': 'alice',
      custodian: 'carol,dan,erin',
    }
    const ask = judged(...rest.map((role) => people[role] ?? ''))
    const all = await askPeople(ask, await rosterOf(), template, named)
    expect(ask.told).toEqual([])
    expect(Object.keys(all).sort()).toEqual([...template.roles.keys()].sort())
    expect(ask.asked.length).toBe(rest.length)
    expect(ask.asked.find((one) => one.startsWith('Who is custodian?'))).toMatch(
      /^Who is custodian\? \(3 people or more, with commas; the roster has .*carol@example\.com/,
    )
  })

  test('is asked again for too few, for somebody unknown, and for roles that exclude each other', async () => {
    const only = {
      roles: new Map([...template.roles].filter(([role]) => ['operator', 'custodian'].includes(role))),
    }
    const ask = judged('', 'mallory', 'bob', 'carol,dan', 'bob,carol,dan', 'carol,dan,erin')
    const order = [...only.roles.keys()]
    const all = await askPeople(ask, await rosterOf(), only, {})
    expect(order).toEqual(['operator', 'custodian'])
    expect(all).toEqual({operator: ['bob'], custodian: ['carol', 'dan', 'erin']})
    expect(ask.told).toEqual([
      expect.stringMatching(/role "operator" takes 1, and 0 are named/),
      expect.stringMatching(/cannot find "mallory" in the roster/),
      expect.stringMatching(/role "custodian" takes at least 3, and 2 are named/),
      expect.stringMatching(/is custodian and also operator, which exclude each other/),
    ])
  })
})

describe('a value that the template leaves open', () => {
  const parameters = new Map([
    ['owner', {type: 'person', text: 'Who answers for it'}],
    ['until', {type: 'date', text: 'Until when'}],
  ] as const)

  test('is asked again where it is not of its type, or is nobody of the roster', async () => {
    const ask = judged('mallory', 'alice', 'tomorrow', '2030-01-31')
    const open = {...loaded, template: {...template, parameters}} as never
    const values = await openingValues(ask, await rosterOf(), open, [], null)
    expect(Object.fromEntries(values)).toEqual({owner: 'alice', until: '2030-01-31'})
    expect(ask.told).toEqual([
      expect.stringMatching(/cannot find "mallory" in the roster/),
      expect.stringMatching(/^expected a day such as/),
    ])
  })
})

test('what was typed is not lost where the ceremony is not opened: the refusal has the command that says it again', async () => {
  const file = join(house.dir, 'typed.yaml')
  writeFileSync(file, quickTemplate)
  const ask = somebody('Room 4', 'two cameras', 'alice', 'bob', 'carol,dan,erin', 'grace,person7,person8')
  const given = ['--set', 'profile=nowhere', '--set', 'owner=alice', '--set', 'key-name=lost']
  const refused = await runJson(CeremonyRun, 'ceremony run', [file, ...given], {...house.world, ask})
  expect(refused).toMatchObject({code: 'PROFILE_NOT_FOUND', message: expect.stringContaining('nowhere')})
  const again = (refused['try'] as readonly string[]).at(-1) ?? ''
  expect(again).toContain(`keyrite ceremony run ${file} `)
  for (const word of ["--set 'location=Room 4'", "--set 'recording=two cameras'", '--set profile=nowhere'])
    expect(again).toContain(word)
  for (const word of ['operator=bob', 'custodian=carol,dan,erin', 'witness=grace,person7,person8'])
    expect(again).toContain(`--participant ${word}`)
  const full = [...given, '--set', 'location=a', '--set', 'recording=b']
  const roles = [
    'security-officer=alice',
    'operator=bob',
    'custodian=carol,dan,erin',
    'witness=grace,person7,person8',
  ]
  const told = await runJson(
    CeremonyRun,
    'ceremony run',
    [file, ...full, ...roles.flatMap((role) => ['--participant', role])],
    {...house.world, ask: somebody()},
  )
  expect(told).toMatchObject({code: 'PROFILE_NOT_FOUND'})
  expect(JSON.stringify(told['try'])).not.toContain('ceremony run')
})
