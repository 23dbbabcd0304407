import {describe, expect, test} from '@jest/globals'
import {generateEd25519, parsePublicKey, type Person, type Roster} from '../../src/custody/index.ts'
import {
  classes,
  defaultPolicy,
  eligible,
  mayAnswer,
  explain,
  keyCounts,
  lintPolicy,
  operations,
  parsePolicy,
  ruleFor,
  ruleInWords,
  soloPolicy,
  type Policy,
} from '../../src/policy/index.ts'
import {outcome} from '../ledger/support.ts'

/** `people (roles) from`: what a rule asks for, on one line. */
function asked(
  policy: Policy,
  operation: (typeof operations)[number],
  name: (typeof classes)[number] | null,
  kind: string,
): string {
  const {people, roles, from} = ruleFor(policy, {operation, class: name, kind})
  if (people === 0) return 'nobody'
  return `${people} of ${from.join('|')}${roles.length === 0 ? '' : ` with ${[...roles].sort().join('+')}`}`
}

const grave = ['root', 'kek']

describe('the default policy', () => {
  const lead = 'ciso+security-lead'
  // C5, C6 and design/custody.md: what is usual, and what is asked for the gravest classes.
  test.each<[(typeof operations)[number], string, string]>([
    ['key.create', '3 of custodian', `3 of custodian with ${lead}`],
    ['key.import', '3 of custodian', `3 of custodian with ${lead}`],
    ['key.adopt', '3 of custodian', `3 of custodian with ${lead}`],
    ['key.standby', '3 of custodian', `3 of custodian with ${lead}`],
    ['key.activate', '2 of custodian', `2 of custodian with ${lead}`],
    ['key.suspend', '2 of custodian', `2 of custodian with ${lead}`],
    ['key.resume', '2 of custodian', `2 of custodian with ${lead}`],
    ['key.deactivate', '2 of custodian', `2 of custodian with ${lead}`],
    ['key.set', '2 of custodian', `2 of custodian with ${lead}`],
    ['key.rotate', '2 of custodian', `2 of custodian with ${lead}`],
    ['key.rollback', '2 of custodian', `2 of custodian with ${lead}`],
    ['key.schedule', '2 of custodian', `2 of custodian with ${lead}`],
    ['key.grant', '2 of custodian', `2 of custodian with ${lead}`],
    ['key.ungrant', '2 of custodian', `2 of custodian with ${lead}`],
    ['key.compromise', `3 of custodian with ${lead}`, `3 of custodian with ${lead}`],
    ['key.destroy', `3 of custodian with ${lead}`, `3 of custodian with ${lead}`],
    ['key.unrevoke', `3 of custodian with ${lead}`, `3 of custodian with ${lead}`],
    ['custodian.change', '3 of custodian', '3 of custodian'],
    ['policy.adopt', '3 of custodian', '3 of custodian'],
    ['ledger.writer', '3 of custodian', '3 of custodian'],
    ['ledger.restore', '3 of custodian', '3 of custodian'],
    ['ledger.erase', '3 of custodian', '3 of custodian'],
    ['profile.add', '2 of custodian with security-lead', '2 of custodian with security-lead'],
    ['profile.make', '2 of custodian with security-lead', '2 of custodian with security-lead'],
    ['profile.remove', '2 of custodian with security-lead', '2 of custodian with security-lead'],
    ['share.split', '3 of custodian', '3 of custodian'],
    ['share.combine', '3 of custodian', '3 of custodian'],
    ['incident.contain', '1 of emergency-contact|security-lead', '2 of emergency-contact|security-lead'],
    ['incident.replace', '2 of emergency-contact', '2 of emergency-contact'],
    ['incident.ratify', '2 of custodian', '2 of custodian'],
  ])('%s: %s; of a root or kek: %s', (operation, usual, gravest) => {
    for (const name of classes) {
      const wanted =
        operation === 'incident.contain' && ['backup', 'escrow-master', ...grave].includes(name)
          ? gravest
          : grave.includes(name)
            ? gravest
            : usual
      expect([name, asked(defaultPolicy, operation, name, 'pkcs11')]).toEqual([name, wanted])
    }
    expect(asked(defaultPolicy, operation, null, 'pkcs11')).toBe(usual)
  })

  test('destroying a key needs Security Lead and CISO, and in spite of a hold Legal too', () => {
    for (const name of classes) {
      expect(asked(defaultPolicy, 'key.destroy', name, 'local')).toBe(`3 of custodian with ${lead}`)
      expect(asked(defaultPolicy, 'key.destroy-held', name, 'local')).toBe(
        '3 of custodian with ciso+legal+security-lead',
      )
      expect(asked(defaultPolicy, 'key.release-hold', name, 'local')).toBe('2 of custodian with legal')
    }
  })

  test('says of every operation who is asked', () => {
    for (const policy of [defaultPolicy, soloPolicy])
      for (const operation of operations) expect(asked(policy, operation, null, 'local')).not.toBe('')
  })

  test('lets a profile on the local token be added without people, and no other', () => {
    expect(asked(defaultPolicy, 'profile.add', null, 'local')).toBe('nobody')
    expect(asked(defaultPolicy, 'profile.remove', null, 'local')).toBe('nobody')
    expect(asked(soloPolicy, 'profile.add', null, 'pkcs11')).toBe('1 of custodian')
  })

  test('has no findings of its own; solo is named as weak', () => {
    expect(lintPolicy(defaultPolicy, null)).toEqual([])
    expect(new Set(lintPolicy(soloPolicy, null).map(({rule}) => rule))).toEqual(
      new Set(['one-person', 'below-default', 'lock-out', 'witnesses']),
    )
  })

  test('both parse as they stand', () => {
    expect(parsePolicy(defaultPolicy)).toEqual(defaultPolicy)
    expect(parsePolicy(soloPolicy)).toEqual(soloPolicy)
  })
})

const base = {class: 'stated', key: ''} as const
function person(id: string, roles: Person['roles'], state: Person['state'] = 'active'): Person {
  const keys = [{...base, key: generateEd25519().publicKey.text}]
  return {id, name: id, address: null, keys, recipient: null, roles, state}
}
const fingerprints = ({keys}: Person): string[] => keys.map(({key}) => parsePublicKey(key).fingerprint)
function rosterOf(...people: readonly Person[]): Roster {
  return new Map(people.map((one) => [one.id, one]))
}
const first = (policy: Policy): Policy['rules'][number] => {
  const [rule] = policy.rules
  if (rule === undefined) throw new Error('a policy has a rule')
  return rule
}

describe('who may answer', () => {
  const roster = rosterOf(
    person('c', ['custodian']),
    person('a', ['ciso']),
    person('b', ['custodian', 'security-lead']),
    person('d', ['custodian'], 'unsigned'),
    person('e', ['witness']),
  )
  test('are active people of the rule’s roles, sorted', () => {
    expect(eligible(first(defaultPolicy), roster).map(({id}) => id)).toEqual(['a', 'b', 'c'])
    expect(ruleInWords(first(defaultPolicy), roster)).toBe(
      '3 of 3 (ciso, custodian, security-lead), among them ciso and security-lead',
    )
  })

  test('a change of the roster is not answered by the person whom it is about', () => {
    const rule = ruleFor(defaultPolicy, {operation: 'custodian.change', class: null, kind: null})
    const may = (person: string | null): string[] =>
      mayAnswer(rule, roster, {operation: 'custodian.change', person}).map(({id}) => id)
    expect(may('b')).toEqual(['c'])
    expect(may('e')).toEqual(['b', 'c'])
    expect(may('somebody new')).toEqual(['b', 'c'])
    expect(may(null)).toEqual(['b', 'c'])
  })

  test('a suspension is answered by its subject too, if they are active', () => {
    const rule = ruleFor(defaultPolicy, {operation: 'custodian.suspend', class: null, kind: null})
    const may = (person: string): string[] =>
      mayAnswer(rule, roster, {operation: 'custodian.suspend', person}).map(({id}) => id)
    expect(may('b')).toEqual(['b'])
    expect(may('e')).toEqual(['b', 'e'])
    expect(may('d')).toEqual(['b'])
  })

  test('is explained for the person whom it is about', () => {
    const matter = {operation: 'custodian.change', class: null, kind: null} as const
    const {may, mayNot} = explain(defaultPolicy, roster, matter, null, {about: 'b'})
    expect(may.map(({id}) => id)).toEqual(['c'])
    expect(mayNot.find(({person: one}) => one.id === 'b')?.because).toBe('is the one whom it is about')
  })

  test('is explained person by person', () => {
    const matter = {operation: 'key.create', class: 'kek', kind: 'local'} as const
    const test = explain(defaultPolicy, roster, matter, 'test')
    expect(test.may.map(({id}) => id)).toEqual(['a', 'b', 'c'])
    expect(Object.fromEntries(test.mayNot.map((one) => [one.person.id, one.because]))).toEqual({
      d: 'has not signed the founding statement yet',
      e: 'has none of the roles ciso, custodian, security-lead',
    })
    const production = explain(defaultPolicy, roster, matter, 'production')
    expect(production.may).toEqual([])
    expect(production.mayNot.find((one) => one.person.id === 'a')?.because).toContain(
      'no key that counts in production',
    )
    // The author of a plan for production signs it first, and is not counted; elsewhere they are.
    const hardware = {...defaultPolicy, stated_keys: [...roster.values()].flatMap(fingerprints)}
    const authored = explain(hardware, roster, matter, 'production', {author: 'b'})
    expect(authored.may.map(({id}) => id)).toEqual(['a', 'c'])
    expect(authored.mayNot.find((one) => one.person.id === 'b')?.because).toBe(
      'is its author, who in production signs it first and is not counted',
    )
    expect(explain(hardware, roster, matter, 'test', {author: 'b'}).may).toHaveLength(3)
    const nobody = explain(
      defaultPolicy,
      roster,
      {operation: 'profile.add', class: null, kind: 'local'},
      'test',
    )
    expect([nobody.may, nobody.words]).toEqual([[], 'nobody'])
  })

  test('counts by key: in production only hardware-held ones, and those that the policy names', () => {
    const {publicKey} = generateEd25519()
    const key = publicKey.text
    expect(keyCounts(defaultPolicy, 'test', {class: 'stated', key})).toBe(true)
    expect(keyCounts(defaultPolicy, null, {class: 'stated', key})).toBe(true)
    expect(keyCounts(defaultPolicy, 'production', {class: 'stated', key})).toBe(false)
    expect(keyCounts(defaultPolicy, 'production', {class: 'asserted', key})).toBe(false) // not an sk- key at all
    expect(keyCounts(defaultPolicy, 'production', {class: 'attested', key})).toBe(true)
    const naming = {...defaultPolicy, stated_keys: [publicKey.fingerprint]}
    expect(keyCounts(naming, 'production', {class: 'stated', key})).toBe(true)
    expect(keyCounts(naming, 'production', {class: 'stated', key: generateEd25519().publicKey.text})).toBe(
      false,
    )
  })

  test('what no rule speaks of is refused', async () => {
    const none = {...defaultPolicy, rules: [first(defaultPolicy)]}
    const matter = {operation: 'key.create', class: 'tls', kind: 'local'} as const
    expect(await outcome(() => ruleFor(none, matter))).toBe('POLICY_REFUSES')
    expect(await outcome(() => ruleFor(none, {...matter, class: null}))).toBe('POLICY_REFUSES')
    expect(ruleFor(none, {...matter, class: 'kek'}).id).toBe('grave-key-generation')
  })
})

describe('lint', () => {
  const changed = (change: (rules: Policy['rules']) => Policy['rules']): Policy => ({
    ...defaultPolicy,
    rules: change(structuredClone(defaultPolicy.rules)),
  })
  const without = (...ids: readonly string[]): Policy =>
    changed((rules) => rules.filter(({id}) => !ids.includes(id)))
  const edited = (id: string, change: Partial<Policy['rules'][number]>): Policy =>
    changed((rules) => rules.map((rule) => (rule.id === id ? {...rule, ...change} : rule)))

  test.each<[string, Policy, string]>([
    ['an operation that no rule speaks of', without('ratification'), 'uncovered'],
    ['keys that nobody could make', without('key-generation', 'grave-key-generation'), 'uncovered'],
    ['a rule that stands twice', changed((rules) => [...rules, ...rules.slice(-1)]), 'rule-twice'],
    [
      'a rule behind one that takes all',
      changed((rules) => [...rules, {...first(defaultPolicy), id: 'late'}]),
      'shadowed',
    ],
    [
      'more roles than people',
      edited('key-generation', {people: 1, roles: ['ciso', 'legal']}),
      'roles-over-people',
    ],
    ['a rule that asks nobody', edited('key-generation', {from: [], roles: []}), 'nobody'],
    ['one person who makes keys alone', edited('key-generation', {people: 1}), 'one-person'],
    ['a kek without the roles', edited('grave-key-generation', {roles: []}), 'below-default'],
  ])('finds %s', (_name, policy, rule) => {
    expect(lintPolicy(policy, null).map((one) => one.rule)).toContain(rule)
  })

  test('finds rules that this roster can never meet', () => {
    const roster = rosterOf(person('a', ['custodian']), person('b', ['custodian']))
    const findings = lintPolicy(defaultPolicy, roster).filter(({rule}) => rule === 'too-few-people')
    expect(findings.map(({message}) => message)).toContain(
      'rule "key-generation" needs 3 people; the roster has 2 who may answer',
    )
  })
})

describe('a policy document', () => {
  test.each<[string, object]>([
    ['another type', {type: 'keyrite.policy/2'}],
    ['no rules', {rules: []}],
    ['a name that is empty', {name: ''}],
    ['a member more', {note: 'x'}],
    ['an operation that is none', {rules: [{...first(defaultPolicy), operations: ['key.lose']}]}],
    ['a class that is none', {rules: [{...first(defaultPolicy), classes: ['gold']}]}],
    ['a role that is none', {rules: [{...first(defaultPolicy), roles: ['king']}]}],
    ['fewer than no people', {rules: [{...first(defaultPolicy), people: -1}]}],
    ['half a person', {rules: [{...first(defaultPolicy), people: 1.5}]}],
    ['a fingerprint that is none', {stated_keys: ['SHA256:short']}],
    ['an algorithm that is none', {minimums: {algorithms: ['des'], witnesses: 0}}],
    ['a time that is none', {times: {request: '3 days', idle: 'PT1H'}}],
    ['a time that is nothing', {times: {request: 'PT0S', idle: 'PT1H'}}],
  ])('is refused with %s', async (_name, change) => {
    expect(await outcome(() => parsePolicy({...defaultPolicy, ...change}))).toBe('POLICY_INVALID')
  })
})
