import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {lint, type Finding} from '../../src/ceremony/lint.ts'
import {parseTemplate, type Values} from '../../src/ceremony/template.ts'
import {packageRoot} from '../../src/base/package.ts'
import {defaultPolicy, soloPolicy} from '../../src/policy/index.ts'
import type {Capabilities} from '../../src/providers/ports.ts'
import {changed, lineOf, load, small, viewOf, type Change, type Facts} from './template-support.ts'

const local: Values = new Map([['profile', 'local']])

function findings(
  text: string,
  facts: Facts = {},
  values: Values = local,
  capabilities: Capabilities | null = null,
): readonly Finding[] {
  return lint(load(text), values, viewOf(facts), capabilities)
}

/** The mark stands in a comment, at the end of the line that the finding must name. */
const mark = '# HERE'

interface Row {
  readonly name: string
  readonly changes: readonly Change[]
  readonly rule: string
  /** The whole line instead of the mark, where no comment can stand. */
  readonly line?: string
  readonly says: string
  readonly facts?: Facts
}

const clock = '      - {id: clock, kind: clock, by: operator, minutes: 1, text: Compare the clocks.}\n'
const machine = '      - {id: machine, kind: machine, by: operator, minutes: 1, text: Record the machine.}\n'
const verify =
  '      - {id: verify, kind: key.verify, key: "${key-name}", by: operator, minutes: 1, text: Verify the key.}\n'
const activate =
  '      - {id: activate, kind: key.activate, key: "${key-name}", by: operator, minutes: 1, text: Activate the key.}\n'
const approve =
  '      - {id: approve, kind: quorum, for: [make, activate], by: custodian, minutes: 5, text: Sign the plan.}\n'
const read =
  '      - {id: read, kind: read-aloud, what: plan of approve, by: operator, minutes: 1, text: Read the plan.}\n'
const signOff = '      - {id: sign-off, kind: sign-off, by: operator, minutes: 5, text: Sign the record.}\n'
const marked = (line: string): string => line.replace('\n', ` ${mark}\n`)
const other = `      - {id: other, kind: key.create, key: other-key, profile: local, algorithm: rsa-4096, purpose: sign, class: jwt-signing, classification: internal, owner: bob, by: operator, minutes: 1, text: Make another.}\n`

const references: readonly Row[] = [
  {
    name: 'a step id that stands twice',
    changes: [['{id: verify,', `{id: clock,`]],
    rule: 'step-twice',
    line: 'kind: key.verify',
    says: 'step "clock" stands twice',
  },
  {
    name: 'an act id that stands twice',
    changes: [
      [
        'after:\n',
        `  - id: only ${mark}\n    title: Again\n    steps:\n      - {id: late, kind: confirm, by: witness, minutes: 0, text: Done.}\nafter:\n`,
      ],
    ],
    rule: 'act-twice',
    says: 'act "only" stands twice',
  },
  {
    name: 'a duty id that stands twice',
    changes: [
      ['due: P1D}\n', `due: P1D}\n  - {id: inventory, text: Again., owner: operator, due: P2D} ${mark}\n`],
    ],
    rule: 'duty-twice',
    says: 'duty "inventory" stands twice',
  },
  {
    name: 'a role that is not there, with the nearest',
    changes: [['by: witness', 'by: witnes']],
    rule: 'unknown-role',
    line: 'by: witnes,',
    says: 'role "witnes" is not known: did you mean "witness"?',
  },
  {
    name: 'a role in an exclusion that is not there',
    changes: [
      [
        'witness: {minimum: 3, excludes: [custodian]}',
        `witness: {minimum: 3, excludes: [custodian, auditer]} ${mark}`,
      ],
    ],
    rule: 'unknown-role',
    says: 'role "auditer" is not known',
  },
  {
    name: 'a duty that nobody there owes',
    changes: [['owner: operator, due: P1D}', `owner: operater, due: P1D} ${mark}`]],
    rule: 'unknown-role',
    says: 'did you mean "operator"?',
  },
  {
    name: 'a parameter that is not there, with the nearest',
    changes: [['Make a key.', 'Make ${key-nam}.']],
    rule: 'unknown-parameter',
    line: 'purpose: Make',
    says: 'parameter "key-nam" is not known: did you mean "key-name"?',
  },
  {
    name: 'a brace that is never closed',
    changes: [['Make a key.', 'Make ${key-name']],
    rule: 'unknown-parameter',
    line: 'purpose: Make',
    says: 'is never closed',
  },
  {
    name: 'a parameter that is called like a method of objects',
    changes: [['Make a key.', 'Make ${constructor}']],
    rule: 'unknown-parameter',
    line: 'purpose: Make',
    says: 'parameter "constructor" is not known',
  },
  {
    name: 'a parameter that is never used',
    changes: [['roles:\n', `  spare: {type: text, text: What for, default: nothing} ${mark}\nroles:\n`]],
    rule: 'unused-parameter',
    says: 'parameter "spare" is never used',
  },
  {
    name: 'a quorum for a step that is not there',
    changes: [['for: [make, activate]', 'for: [make, activat]']],
    rule: 'unknown-step',
    line: 'id: approve',
    says: 'step "activat" is not known: did you mean "activate"?',
  },
  {
    name: 'a quorum that names a step twice',
    changes: [['for: [make, activate]', 'for: [make, activate, make]']],
    rule: 'approved-twice',
    line: 'id: approve',
    says: 'named twice',
  },
  {
    name: 'the plan of a step that is not there',
    changes: [['plan of approve', 'plan of aprove']],
    rule: 'unknown-step',
    line: 'id: read',
    says: 'did you mean "approve"?',
  },
  {
    name: 'the plan of a step that is no quorum',
    changes: [['plan of approve', 'plan of make']],
    rule: 'plan-of-what',
    line: 'id: read',
    says: 'step "make" has no plan: name a quorum step (approve)',
  },
  {
    name: 'a step without text',
    changes: [['text: Compare the clocks.', 'text: " "']],
    rule: 'empty-text',
    line: 'id: clock',
    says: 'there is no text',
  },
  {
    name: 'a question without text',
    changes: [['text: Serial number', 'text: ""']],
    rule: 'empty-text',
    line: 'id: serial',
    says: 'the field has no text',
  },
  {
    name: 'a duty without text',
    changes: [['text: Enter the key in the inventory.', 'text: ""']],
    rule: 'empty-text',
    line: 'id: inventory',
    says: 'there is no text',
  },
  {
    name: 'less than no minutes',
    changes: [['minutes: 1, text: Compare', 'minutes: -1, text: Compare']],
    rule: 'minutes',
    line: 'id: clock',
    says: 'expected 0 to 240 minutes, got -1',
  },
  {
    name: 'more than four hours',
    changes: [['minutes: 1, text: Compare', 'minutes: 241, text: Compare']],
    rule: 'minutes',
    line: 'id: clock',
    says: 'got 241',
  },
  {
    name: 'two fields of one name',
    changes: [
      [
        '{name: serial, text: Serial number}',
        '{name: serial, text: Serial number}, {name: serial, text: Again}',
      ],
    ],
    rule: 'field-twice',
    line: 'id: serial',
    says: 'field "serial" stands twice',
  },
]

const roles: readonly Row[] = [
  {
    name: 'a role without a number',
    changes: [['custodian: {minimum: 3}', `custodian: {text: They approve.} ${mark}`]],
    rule: 'role-count',
    says: 'expected either count',
  },
  {
    name: 'a role with both numbers',
    changes: [['custodian: {minimum: 3}', `custodian: {minimum: 3, count: 3} ${mark}`]],
    rule: 'role-count',
    says: 'expected either count',
  },
  {
    name: 'a role of nobody',
    changes: [['operator: {count: 1,', 'operator: {count: 0,']],
    rule: 'role-count',
    line: 'operator: {',
    says: 'expected 1 to 50 people, got 0',
  },
  {
    name: 'a role of a crowd',
    changes: [['custodian: {minimum: 3}', `custodian: {minimum: 51} ${mark}`]],
    rule: 'role-count',
    says: 'expected 1 to 50 people, got 51',
    facts: {people: 60},
  },
  {
    name: 'a role that excludes itself',
    changes: [['custodian: {minimum: 3}', `custodian: {minimum: 3, excludes: [custodian]} ${mark}`]],
    rule: 'excludes-itself',
    says: 'role "custodian" excludes itself',
  },
  {
    name: 'more different people than the roster has',
    changes: [['roles:\n', `roles: ${mark}\n`]],
    rule: 'too-few-people',
    says: 'operator, custodian, witness need 7 different people, and the roster has 6 active',
    facts: {people: 6},
  },
]

const policy: readonly Row[] = [
  {
    name: 'a profile that is not there',
    changes: [
      ['profile: ${profile}', `profile: locale ${mark}`],
      ['purpose: Make a key.', 'purpose: Make a key in ${profile}.'],
    ],
    rule: 'unknown-profile',
    says: 'profile "locale" is not known: did you mean "local"?',
  },
  {
    name: 'a key whose name is taken',
    changes: [['key: ${key-name}\n', `key: \${key-name} ${mark}\n`]],
    rule: 'key-name-taken',
    says: 'there is a key "small-key" already',
    facts: {keys: ['small-key']},
  },
  {
    name: 'an algorithm too weak for production',
    changes: [['algorithm: rsa-4096', `algorithm: rsa-2048 ${mark}`]],
    rule: 'minimum-algorithm',
    says: 'does not allow rsa-2048 in production',
    facts: {environment: 'production'},
  },
  {
    name: 'a class that no rule speaks of',
    changes: [['- id: make\n', `- id: make ${mark}\n`]],
    rule: 'policy-silent',
    says: 'no rule of policy "default" speaks of making a key of class "jwt-signing"',
    facts: {policy: {...defaultPolicy, rules: defaultPolicy.rules.filter(({id}) => id !== 'key-generation')}},
  },
  {
    name: 'a role that may not answer',
    changes: [['by: custodian, minutes: 5', 'by: witness, minutes: 5']],
    rule: 'quorum-role',
    line: 'id: approve',
    says: 'role "witness" may not answer under rule "key-generation" of the policy: it asks custodian',
  },
  {
    name: 'fewer custodians than the rule needs',
    changes: [['custodian: {minimum: 3}', `custodian: {minimum: 2} ${mark}`]],
    rule: 'quorum-people',
    says: 'needs 3 people, role "custodian" may have only 2',
  },
  {
    name: 'a roster in which too few may answer',
    changes: [],
    rule: 'too-few-approvers',
    line: 'id: approve',
    says: 'needs 3 people, and the roster has 0 who may answer',
    facts: {roles: ['witness']},
  },
  {
    name: 'a role that approves and makes',
    changes: [['by: operator\n        minutes: 5', `by: custodian ${mark}\n        minutes: 5`]],
    rule: 'separation-of-duties',
    says: 'role "custodian" approves this step and does it (C6)',
  },
  {
    name: 'an operator who could be a custodian too',
    changes: [
      ['excludes: [custodian, witness]', 'excludes: [witness]'],
      ['by: operator\n        minutes: 5', `by: operator ${mark}\n        minutes: 5`],
    ],
    rule: 'separation-of-duties',
    says: 'let role "operator" exclude "custodian"',
  },
  {
    name: 'a key without witnesses',
    changes: [
      ['  witness: {minimum: 3, excludes: [custodian]}\n', ''],
      ['[custodian, witness]', '[custodian]'],
      ['by: witness', 'by: operator'],
      ['kind: key.create', `kind: key.create ${mark}`],
    ],
    rule: 'witnesses',
    says: 'add a role "witness" with minimum 3',
  },
  {
    name: 'two witnesses where three are wanted',
    changes: [
      [
        'witness: {minimum: 3, excludes: [custodian]}',
        `witness: {minimum: 2, excludes: [custodian]} ${mark}`,
      ],
    ],
    rule: 'witnesses',
    says: '2 witnesses, policy "default" wants 3',
  },
]

const capability: readonly Row[] = [
  {
    name: 'a scheme of another algorithm',
    changes: [['scheme: rs256', `scheme: es256 ${mark}`]],
    rule: 'algorithm-fit',
    says: 'rsa-4096 has no scheme es256',
  },
  {
    name: 'a purpose that the scheme does not serve',
    changes: [['purpose: sign', `purpose: decrypt ${mark}`]],
    rule: 'algorithm-fit',
    says: 'rs256 does not serve to decrypt: it serves to sign',
  },
  {
    name: 'a purpose that the algorithm does not serve',
    changes: [
      ['algorithm: rsa-4096\n        scheme: rs256\n', 'algorithm: aes-256\n'],
      ['purpose: sign', `purpose: sign ${mark}`],
    ],
    rule: 'algorithm-fit',
    says: 'aes-256 does not serve to sign: it serves to encrypt, wrap',
  },
]

const world: readonly Row[] = [
  {
    name: 'a key before the clock was checked',
    changes: [
      [clock, ''],
      ['kind: key.create', `kind: key.create ${mark}`],
    ],
    rule: 'clock-first',
    says: 'put a clock step before it',
  },
  {
    name: 'a key before the machine was recorded',
    changes: [
      [machine, ''],
      ['kind: key.create', `kind: key.create ${mark}`],
    ],
    rule: 'machine-first',
    says: 'put a machine step before it',
  },
  {
    name: 'a plan that is read after it was approved',
    changes: [
      [read, ''],
      [verify, marked(read) + verify],
    ],
    rule: 'read-too-late',
    says: 'is read after it was approved',
  },
  {
    name: 'a quorum for a step that needs none',
    changes: [['for: [make, activate]', 'for: [make, activate, verify]']],
    rule: 'quorum-for-what',
    line: 'id: approve',
    says: 'step "verify" (key.verify) needs no quorum',
  },
  {
    name: 'a quorum after what it approves',
    changes: [
      [approve, ''],
      [read, ''],
      [verify, marked(approve) + verify],
    ],
    rule: 'quorum-too-late',
    says: 'step "make" stands before its quorum',
  },
  {
    name: 'a step that two quorums approve',
    changes: [[approve, approve + marked(approve.replace('id: approve', 'id: again'))]],
    rule: 'approved-twice',
    says: 'step "make" has a quorum already',
  },
  {
    name: 'a quorum for two keys',
    changes: [
      [verify, other + verify],
      ['for: [make, activate]', 'for: [make, activate, other]'],
      [
        signOff,
        `      - {id: try-other, kind: key.verify, key: other-key, by: operator, minutes: 1, text: Try.}\n${signOff}`,
      ],
    ],
    rule: 'quorum-for-several',
    line: 'id: approve',
    says: 'one quorum approves one key, not small-key, other-key',
  },
  {
    name: 'a quorum to activate what it does not make',
    changes: [['for: [make, activate]', 'for: [activate]']],
    rule: 'quorum-without-creation',
    line: 'id: approve',
    says: 'name the key.create step of that key too',
  },
  {
    name: 'a key that nobody approves',
    changes: [
      ['for: [make, activate]', 'for: [activate]'],
      ['- id: make\n', `- id: make ${mark}\n`],
    ],
    rule: 'needs-quorum',
    says: 'nobody approves step "make"',
  },
  {
    name: 'an activation that nobody approves',
    changes: [['for: [make, activate]', 'for: [make]']],
    rule: 'needs-quorum',
    line: 'id: activate',
    says: 'nobody approves step "activate"',
  },
  {
    name: 'a key that is made twice',
    changes: [[verify, marked(other.replace('key: other-key', 'key: small-key')) + verify]],
    rule: 'key-twice',
    says: 'key "small-key" is made by step "make" already',
  },
  {
    name: 'a key that is verified and never made',
    changes: [['key.verify, key: "${key-name}"', 'key.verify, key: other-key']],
    rule: 'unknown-key',
    line: 'id: verify',
    says: 'key "other-key" is verified and no step makes it',
  },
  {
    name: 'a key that is verified before it is made',
    changes: [
      [verify, ''],
      [approve, marked(verify) + approve],
    ],
    rule: 'key-too-early',
    says: 'is verified before step "make" makes it',
  },
  {
    name: 'a key that is verified twice',
    changes: [[activate, marked(verify.replace('id: verify', 'id: verify-again')) + activate]],
    rule: 'verified-twice',
    says: 'was verified already',
  },
  {
    name: 'a key that is activated before it was verified',
    changes: [
      [verify, ''],
      [activate, marked(activate) + verify],
    ],
    rule: 'activated-unverified',
    says: 'is activated before it was verified',
  },
  {
    name: 'a key that is activated twice',
    changes: [
      [signOff, marked(activate.replace('id: activate', 'id: activate-again')) + signOff],
      ['for: [make, activate]', 'for: [make, activate, activate-again]'],
    ],
    rule: 'activated-twice',
    says: 'is active already',
  },
  {
    name: 'a key that is made and never verified',
    changes: [
      [verify, ''],
      [activate, ''],
      ['for: [make, activate]', 'for: [make]'],
      ['key: ${key-name}\n', `key: \${key-name} ${mark}\n`],
    ],
    rule: 'never-verified',
    says: 'is made and never verified',
  },
  {
    name: 'a ceremony that nobody signs',
    changes: [[signOff, '']],
    rule: 'no-sign-off',
    line: 'id: serial',
    says: 'there is no sign-off',
  },
  {
    name: 'a step after the sign-off',
    changes: [
      [
        signOff,
        `${signOff}      - {id: late, kind: confirm, by: witness, minutes: 0, text: Done.} ${mark}\n`,
      ],
    ],
    rule: 'after-sign-off',
    says: 'nothing can be done after the sign-off',
  },
  {
    name: 'two sign-offs',
    changes: [[signOff, signOff + marked(signOff.replace('id: sign-off', 'id: sign-again'))]],
    rule: 'sign-off-twice',
    says: 'exactly one, the last step',
  },
]

test('the small template has no findings, so each row breaks it by its own change alone', () => {
  expect(findings(small)).toEqual([])
})

describe.each([
  ['references', references],
  ['roles and exclusions', roles],
  ['policy', policy],
  ['capability', capability],
  ['the model of the room', world],
])('%s', (_, rows) => {
  test.each(rows)('$name is found at its line', ({changes, rule, line, says, facts}) => {
    const text = changed(small, changes)
    const of = findings(text, facts).filter((one) => one.rule === rule && one.message.includes(says))
    expect(of.map((one) => ({line: one.line, waived: one.waived}))).toContainEqual({
      line: lineOf(text, line ?? mark),
      waived: null,
    })
  })
})

const offers = (algorithm: 'rsa-3072' | 'rsa-4096', scheme: 'ps256' | 'rs256'): Capabilities => ({
  keys: [{algorithm, schemes: [scheme]}],
  enforces: [],
  rotates: false,
  imports: false,
  exports: false,
  backs_up: false,
  destructionDays: {least: 7, most: 30},
})

test('what the provider cannot make or use is found, and what it can is not', () => {
  const rules = (capabilities: Capabilities): unknown =>
    findings(small, {}, local, capabilities).map(({rule, line, message}) => [rule, line, message])
  expect(rules(offers('rsa-4096', 'rs256'))).toEqual([])
  expect(rules(offers('rsa-3072', 'rs256'))).toEqual([
    ['capability', lineOf(small, 'algorithm:'), 'profile "local" cannot make rsa-4096: it can make rsa-3072'],
  ])
  expect(rules(offers('rsa-4096', 'ps256'))).toEqual([
    ['capability', lineOf(small, 'scheme:'), 'profile "local" cannot use rsa-4096 by rs256: it can by ps256'],
  ])
})

describe('what is not known is not judged', () => {
  const open = changed(small, [
    ['algorithm: rsa-4096', 'algorithm: ${algorithm}'],
    ['scheme: rs256', 'scheme: ${scheme}'],
    [
      'roles:\n',
      '  algorithm: {type: algorithm, text: Which}\n  scheme: {type: scheme, text: How}\nroles:\n',
    ],
  ])

  test('a template whose parameters have no values is judged in all that does not hang on them', () => {
    const production: Facts = {environment: 'production', keys: ['unknown-profile']}
    expect(findings(open, production, new Map())).toEqual([])
    const broken = changed(open, [['by: witness', 'by: witnes']])
    expect(findings(broken, production, new Map()).map(({rule}) => rule)).toEqual(['unknown-role'])
  })

  test('the same template with values is judged by them', () => {
    const values = new Map([...local, ['algorithm', 'rsa-2048'], ['scheme', 'es256']])
    expect(findings(open, {environment: 'production'}, values).map(({rule}) => rule)).toEqual([
      'minimum-algorithm',
      'algorithm-fit',
    ])
  })

  test('a value that does not fit its place is found at that place', () => {
    const text = changed(small, [
      ['classification: restricted', 'classification: ${level}'],
      ['roles:\n', '  level: {type: text, text: Which}\nroles:\n'],
    ])
    expect(findings(text, {}, local)).toEqual([])
    expect(findings(text, {}, new Map([...local, ['level', 'restrictid']]))).toMatchObject([
      {
        rule: 'schema',
        line: lineOf(text, 'classification:'),
        message: 'acts.0.steps.4.classification: value "restrictid" is not known: did you mean "restricted"?',
      },
    ])
  })

  test('without a ledger the default policy is the measure, and profiles, keys and people are not looked at', () => {
    expect(lint(load(small), null, null, null)).toEqual([])
    const text = changed(small, [['custodian: {minimum: 3}', 'custodian: {minimum: 2}']])
    expect(lint(load(text), null, null, null).map(({rule}) => rule)).toEqual(['quorum-people'])
  })

  test('values that are unknown or of another type are refused', () => {
    expect(() => lint(load(small), new Map([['profil', 'local']]), null, null)).toThrow(
      expect.objectContaining({code: 'USAGE'}),
    )
    expect(() => lint(load(small), new Map([['profile', 'Not A Name']]), null, null)).toThrow(
      expect.objectContaining({code: 'USAGE'}),
    )
  })
})

test('under the solo policy one person may approve and make, without witnesses', () => {
  const text = changed(small, [
    [
      '  operator: {count: 1, excludes: [custodian, witness]}\n  custodian: {minimum: 3}\n  witness: {minimum: 3, excludes: [custodian]}\n',
      '  operator: {count: 1}\n  custodian: {minimum: 1}\n',
    ],
    ['by: witness', 'by: operator'],
  ])
  expect(findings(text, {policy: soloPolicy, people: 1})).toEqual([])
  expect(new Set(findings(text, {people: 7}).map(({rule}) => rule))).toEqual(
    new Set(['witnesses', 'quorum-people', 'separation-of-duties']),
  )
})

test('an exclusion holds both ways, whichever role says it', () => {
  const text = changed(small, [
    ['excludes: [custodian, witness]', 'excludes: [witness]'],
    ['custodian: {minimum: 3}', 'custodian: {minimum: 3, excludes: [operator]}'],
  ])
  expect(findings(text)).toEqual([])
})

test('the template that ships lints clean against the default policy, with and without values', () => {
  const path = join(packageRoot(), 'ceremony-templates/jwt-signing-rsa-4096.yaml')
  const loaded = parseTemplate(readFileSync(path), path)
  const values = new Map([...local, ['owner', 'alice'], ['location', 'Room 1'], ['recording', 'Two cameras']])
  expect(lint(loaded, values, viewOf(), offers('rsa-4096', 'rs256'))).toEqual([])
  expect(lint(loaded, null, viewOf({environment: 'production'}), null)).toEqual([])
  expect(lint(loaded, values, viewOf({people: 6}), null).map(({rule}) => rule)).toEqual(['too-few-people'])
})
