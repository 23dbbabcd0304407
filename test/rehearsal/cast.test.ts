/** Who plays whom: those who were named, then people of the roster, then stand-ins; and never two roles that exclude each other. */
import {describe, expect, test} from '@jest/globals'
import {generateEd25519, type Person, type Role, type Roster} from '../../src/custody/index.ts'
import {castOf, type Casting} from '../../src/rehearsal/cast.ts'

const rosterOf = (people: Readonly<Record<string, readonly Role[]>>): Roster =>
  new Map(
    Object.entries(people).map(([name, roles], at): [string, Person] => {
      const id = `p-${String(at).padStart(16, '0')}`
      const key = generateEd25519().publicKey.text
      const person = {name, address: `${name}@example.com`, recipient: null, roles, state: 'active' as const}
      return [id, {id, ...person, keys: [{class: 'stated', key}]}]
    }),
  )

const role = (count: number, ...excludes: readonly string[]) => ({count, excludes: [...excludes]})

const casting = (changes: Partial<Casting>): Casting => ({
  roles: new Map([
    ['officer', role(1, 'custodian')],
    ['ciso', role(1, 'security-lead')],
    ['security-lead', role(1, 'ciso')],
    ['custodian', role(3)],
  ]),
  named: {},
  mentioned: [],
  roster: null,
  asked: new Map([['custodian', {people: 3, roles: ['ciso', 'security-lead']}]]),
  keys: new Map(),
  ...changes,
})

/** Who has each role, by the part before the at sign. */
const parts = (given: Casting): Record<string, string[]> => {
  const {parts: all} = castOf(given)
  return Object.fromEntries(
    [...given.roles.keys()].map((name) => [
      name,
      all
        .filter((one) => one.role === name)
        .map(({player, standIn}) => `${player.handle}${standIn ? '*' : ''}`),
    ]),
  )
}

const house = rosterOf({
  alice: ['custodian', 'security-lead'],
  bob: ['ciso', 'custodian'],
  carol: ['custodian'],
  dan: ['custodian'],
  walter: ['witness'],
})

describe('the cast of a rehearsal', () => {
  test('is made of people who have the role, and whom the policy wants among those who approve is one of them', () => {
    expect(parts(casting({roster: house}))).toEqual({
      officer: ['officer-1*'],
      ciso: ['bob'],
      'security-lead': ['alice'],
      custodian: ['bob', 'alice', 'carol'],
    })
  })

  test('is all stand-ins where there is no roster, with the roles that the policy wants', () => {
    const made = castOf(casting({}))
    expect(parts(casting({}))).toEqual({
      officer: ['officer-1*'],
      ciso: ['ciso-1*'],
      'security-lead': ['security-lead-1*'],
      custodian: ['ciso-1*', 'security-lead-1*', 'custodian-1*'],
    })
    expect(made.players.every(({address}) => address.endsWith('@rehearsal.invalid'))).toBe(true)
  })

  test('keeps who was named, and fills the rest around them', () => {
    const named = {custodian: ['dan', 'bob@example.com', 'alice'], officer: ['carol']}
    expect(parts(casting({roster: house, named}))).toEqual({
      officer: ['carol'],
      ciso: ['ciso-1*'],
      'security-lead': ['security-lead-1*'],
      custodian: ['dan', 'bob', 'alice'],
    })
  })

  test('leaves room for stand-ins with roles that nobody of the roster has', () => {
    const roster = rosterOf({
      carol: ['custodian'],
      dan: ['custodian'],
      erin: ['custodian'],
      alice: ['custodian'],
    })
    const roles = new Map([['custodian', role(3)]])
    expect(parts(casting({roster, roles}))).toEqual({custodian: ['carol', 'custodian-1*', 'custodian-2*']})
    expect(castOf(casting({roster, roles})).parts.map(({player}) => player.roles)).toEqual([
      ['custodian'],
      ['custodian', 'ciso'],
      ['custodian', 'security-lead'],
    ])
  })

  test('gives nobody two roles that exclude each other', () => {
    const roles = new Map([
      ['ciso', role(1)],
      ['custodian', role(3, 'ciso')],
    ])
    expect(parts(casting({roster: house, roles}))).toEqual({
      ciso: ['bob'],
      custodian: ['alice', 'carol', 'custodian-1*'],
    })
  })

  test('who only answers for a key takes part as if nobody had named them', () => {
    expect(parts(casting({roster: house, mentioned: ['alice']}))['custodian']).toContain('alice')
  })

  test('refuses who is not in the roster, and makes up who is named where there is none', () => {
    expect(() => castOf(casting({roster: house, named: {officer: ['zoe']}}))).toThrow(
      expect.objectContaining({code: 'PERSON_NOT_FOUND'}),
    )
    const made = castOf(
      casting({named: {officer: ['Zoe Zed'], custodian: ['a@x.org', 'b@x.org', 'c@x.org']}}),
    )
    expect(made.addressOf('Zoe Zed')).toBe('zoe-zed@rehearsal.invalid')
    expect(made.addressOf('a@x.org')).toBe('a@x.org')
  })
})
