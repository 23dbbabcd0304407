/** The card to print (R5), and the contacts of the policy that stand on it. */
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import IncidentCard from '../../src/commands/incident/card.ts'
import IncidentList from '../../src/commands/incident/list.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import PolicyExplain from '../../src/commands/policy/explain.ts'
import PolicyShow from '../../src/commands/policy/show.ts'
import {
  contactsFor,
  defaultPolicy,
  lintPolicy,
  parsePolicy,
  policyChanges,
  type Contact,
  type Policy,
} from '../../src/policy/index.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'

const desk: Contact = {
  name: 'Security desk',
  roles: ['emergency-contact', 'security-lead', 'ciso', 'engineering-lead'],
  for: 'to contain a key, day and night',
  reach: ['+41 44 000 00 00', 'pager 17'],
}
const maker: Contact = {
  name: 'Maker of the devices',
  for: 'a device that fails',
  reach: ['+1 555 0100'],
  hours: 'Monday to Friday',
}
const policy: Policy = {...defaultPolicy, contacts: [desk, maker]}

let house: House
beforeAll(async () => {
  house = await makeHouse({policy})
})
afterAll(() => {
  expect(problemsOf(house)).toEqual([])
  house.remove()
})
const run = (command: CommandClass, id: string, argv: readonly string[] = []) =>
  runJson(command, id, [...argv], house.world)

describe('incident card', () => {
  test('begins with the command, and names whom to call and what to do with a device that fails', async () => {
    const {stdout, exit} = await runCommand(IncidentCard, 'incident card', [], house.world)
    expect(exit).toBe(0)
    expect(stdout.split('\n')[0]).toBe('keyrite revoke')
    for (const words of [
      'Security desk',
      '+41 44 000 00 00 · pager 17',
      'Maker of the devices',
      'Emergency contacts',
      'Leave it on.',
      'keyrite ceremony new hsm-commissioning --out FILE',
    ])
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(words)
    expect(stdout).not.toContain('Names and numbers')
  })

  test('is one page, and the same bytes until people, policy or profiles change, whatever else is recorded', async () => {
    const at = (name: string): string => join(house.dir, name)
    const first = await run(IncidentCard, 'incident card', ['--out', at('first.pdf')])
    expect(first).toMatchObject({exit: 0, schema: 'keyrite.card/1', missing: []})
    const pdf = readFileSync(at('first.pdf'))
    expect(pdf.toString('latin1').match(/\/Type \/Page\b(?!s)/g)).toHaveLength(1)
    const made = await run(KeyCreate, 'key create', [
      ...['a-key', '--profile', 'main', '--owner', 'alice', '--algorithm', 'ec-p256', '--purpose', 'sign'],
      ...['--class', 'jwt-signing', '--as', 'dan'],
      ...['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house.keyOf(one)}`]),
    ])
    expect(made).toMatchObject({exit: 0})
    for (const end of ['pdf', 'html', 'txt']) {
      const one = await run(IncidentCard, 'incident card', ['--out', at(`a.${end}`)])
      const other = await run(IncidentCard, 'incident card', ['--out', at(`b.${end}`)])
      expect(readFileSync(at(`a.${end}`)).equals(readFileSync(at(`b.${end}`)))).toBe(true)
      expect(one['sha256']).toBe(other['sha256'])
    }
    expect(readFileSync(at('a.pdf')).equals(pdf)).toBe(true)
  })

  test('is written to no other form, and nothing is written then', async () => {
    const out = join(house.dir, 'card.docx')
    expect(await run(IncidentCard, 'incident card', ['--out', out])).toMatchObject({
      code: 'UNSUPPORTED',
      try: ['--out FILE.html', '--out FILE.pdf', '--out FILE.txt'],
    })
    expect(existsSync(out)).toBe(false)
  })

  test('leaves room to write where the policy names nobody, and says so', async () => {
    const bare = await makeHouse()
    try {
      const {stdout} = await runCommand(IncidentCard, 'incident card', [], bare.world)
      expect(stdout).toContain('The policy names nobody to call (its field contacts). Write them here:')
      expect(await runJson(IncidentCard, 'incident card', [], bare.world)).toMatchObject({
        contacts: [],
        missing: ['emergency-contact', 'security-lead', 'ciso', 'engineering-lead'],
      })
    } finally {
      bare.remove()
    }
  })
})

describe('contacts of a policy', () => {
  test('stand in policy show, and in policy explain of what is asked at night', async () => {
    const {stdout} = await runCommand(PolicyShow, 'policy show', [], house.world)
    expect(stdout).toContain('Contact 1: "Security desk": +41 44 000 00 00, pager 17 (at any hour)')
    expect(await run(PolicyExplain, 'policy explain', ['incident.contain'])).toMatchObject({contacts: [desk]})
    expect(await run(PolicyExplain, 'policy explain', ['key.create'])).toMatchObject({contacts: []})
    expect(contactsFor(policy, ['legal'])).toEqual([])
    expect(await run(IncidentList, 'incident list')).toMatchObject({exit: 0})
  })

  test.each<[name: string, contacts: unknown]>([
    ['no way to reach it', [{...desk, reach: []}]],
    ['a line with a control in it', [{...desk, name: 'desk\u0007'}]],
    ['a name of blanks alone', [{...desk, name: '   '}]],
    ['a role that there is not', [{...desk, roles: ['boss']}]],
    ['a field that there is not', [{...desk, private: 'number'}]],
    ['more than a page has room for', Array.from({length: 11}, (_, at) => ({...desk, name: `desk ${at}`}))],
  ])('with %s are refused', (_name, contacts) => {
    expect(() => parsePolicy({...defaultPolicy, contacts})).toThrow(
      expect.objectContaining({code: 'POLICY_INVALID'}),
    )
  })

  test('are linted: a name twice, roles that nobody reaches, roles that nobody holds', async () => {
    const rules = (contacts: Policy['contacts'], roster: Parameters<typeof lintPolicy>[1] = null) =>
      lintPolicy({...defaultPolicy, ...(contacts === undefined ? {} : {contacts})}, roster)
        .filter(({rule}) => rule.startsWith('contact'))
        .map(({rule, path}) => [rule, path.join('.')])
    expect(rules(undefined)).toEqual([])
    expect(rules([desk, maker])).toEqual([])
    expect(rules([desk, desk])).toEqual([['contact-twice', 'contacts.1.name']])
    expect(rules([maker])).toEqual([['contact-missing', 'contacts']])
    expect(rules([{...desk, roles: [...(desk.roles ?? []), 'legal']}], new Map())).toEqual([
      ['contact-vacant', 'contacts.0.roles'],
    ])
  })

  test('that are taken away are called weaker, in words that people sign', () => {
    expect(policyChanges(policy, {...policy, contacts: [desk]})).toEqual([
      'Contacts for an emergency, taken away: "Maker of the devices": +1 555 0100 (Monday to Friday), for: a device that fails. WEAKER.',
    ])
    expect(policyChanges(defaultPolicy, {...policy, contacts: [maker]})[0]).not.toContain('WEAKER')
  })
})
