import {defaultPolicy} from '../../src/policy/index.ts'
import {finds, mark, type Row} from './lint-support.ts'

const roles: readonly Row[] = [
  {
    name: 'a role without a number',
    changes: [['custodian: {minimum: 3}', `custodian: {text: They approve.} ${mark}`]],
    rule: 'role-count',
    message: 'role "custodian": expected either count (exactly) or minimum (at least)',
  },
  {
    name: 'a role with both numbers',
    changes: [['custodian: {minimum: 3}', `custodian: {minimum: 3, count: 3} ${mark}`]],
    rule: 'role-count',
    message: 'role "custodian": expected either count (exactly) or minimum (at least)',
  },
  {
    name: 'a role of nobody',
    changes: [['operator: {count: 1,', 'operator: {count: 0,']],
    rule: 'role-count',
    line: 'operator: {',
    message: 'role "operator": expected 1 to 50 people, got 0',
  },
  {
    name: 'a role of a crowd',
    changes: [['custodian: {minimum: 3}', `custodian: {minimum: 51} ${mark}`]],
    rule: 'role-count',
    message: 'role "custodian": expected 1 to 50 people, got 51',
    facts: {people: 60},
  },
  {
    name: 'a role that excludes itself',
    changes: [['custodian: {minimum: 3}', `custodian: {minimum: 3, excludes: [custodian]} ${mark}`]],
    rule: 'excludes-itself',
    message: 'role "custodian" excludes itself: take it out of its list',
  },
  {
    name: 'more different people than the roster has',
    changes: [['roles:\n', `roles: ${mark}\n`]],
    rule: 'too-few-people',
    message:
      'the roles operator, custodian, witness need 7 different people, and the roster has 6 active: lower a number, lift an exclusion, or enroll more people',
    facts: {people: 6},
  },
  {
    name: 'a value that is nobody of the roster',
    changes: [
      [
        'text: Where it will live}\n',
        `text: Where it will live}\n  owner: {type: person, text: Who, default: mallory} ${mark}\n`,
      ],
      ['owner: alice', 'owner: ${owner}'],
    ],
    rule: 'unknown-person',
    message:
      'parameter "owner": cannot find "mallory" in the roster; name somebody of the roster, or enroll them',
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
    message: 'profile "locale" is not known: did you mean "local"?; see keyrite profile list',
  },
  {
    name: 'a key whose name is taken',
    changes: [['key: ${key-name}\n', `key: \${key-name} ${mark}\n`]],
    rule: 'key-name-taken',
    message: 'there is a key "small-key" already: choose another name',
    facts: {keys: ['small-key']},
  },
  {
    name: 'an algorithm too weak for production',
    changes: [['algorithm: rsa-4096', `algorithm: rsa-2048 ${mark}`]],
    rule: 'minimum-algorithm',
    message:
      'policy "default" does not allow rsa-2048 in production: use one of aes-256, hmac-sha256, rsa-3072, rsa-4096, ec-p256, ec-p384, ec-p521, ed25519, ml-dsa-44, ml-dsa-65, ml-dsa-87',
    facts: {environment: 'production'},
  },
  {
    name: 'a software token for a class of keys that the policy wants in hardware',
    changes: [['profile: ${profile}', `profile: \${profile} ${mark}`]],
    rule: 'minimum-protection',
    message:
      'policy "default" wants keys of class "jwt-signing" in hardware, and profile "local" (local) is software: choose another profile',
    facts: {
      environment: 'production',
      policy: {...defaultPolicy, minimums: {...defaultPolicy.minimums, hardware: ['jwt-signing']}},
    },
  },
  {
    name: 'a class that no rule speaks of',
    changes: [['- id: make\n', `- id: make ${mark}\n`]],
    rule: 'policy-silent',
    message:
      'no rule of policy "default" speaks of making a key of class "jwt-signing": adopt a policy that does',
    facts: {policy: {...defaultPolicy, rules: defaultPolicy.rules.filter(({id}) => id !== 'key-generation')}},
  },
  {
    name: 'a role that may not answer',
    changes: [['by: custodian, minutes: 5', 'by: witness, minutes: 5']],
    rule: 'quorum-role',
    line: 'id: approve',
    message: 'role "witness" may not answer under rule "key-generation" of the policy: it asks custodian',
  },
  {
    name: 'fewer custodians than the rule needs',
    changes: [['custodian: {minimum: 3}', `custodian: {minimum: 2} ${mark}`]],
    rule: 'quorum-people',
    message:
      'rule "key-generation" of the policy needs 3 people, role "custodian" may have only 2: raise the number',
  },
  {
    name: 'a roster in which too few may answer',
    changes: [],
    rule: 'too-few-approvers',
    line: 'id: approve',
    message:
      'rule "key-generation" of the policy needs 3 people, and the roster has 0 who may answer: enroll more people',
    facts: {roles: ['witness']},
  },
  {
    name: 'a roster without the roles that the rule wants',
    changes: [['class: jwt-signing', 'class: root']],
    rule: 'quorum-roles',
    line: 'id: approve',
    message:
      'rule "grave-key-generation" of the policy asks 3 of ciso, custodian, security-lead, among them ciso and security-lead, and the roster lacks 2 more people, among them ciso and security-lead: enroll them',
  },
  {
    name: 'a roster whose keys do not count in production',
    changes: [],
    rule: 'quorum-roles',
    line: 'id: approve',
    message:
      'rule "key-generation" of the policy asks 3 of custodian, and the roster lacks 3 more people with keys that count in production: enroll them',
    facts: {environment: 'production'},
  },
  {
    name: 'a role that approves and makes',
    changes: [['by: operator\n        minutes: 5', `by: custodian ${mark}\n        minutes: 5`]],
    rule: 'separation-of-duties',
    message: 'role "custodian" approves this step and does it (C6): let another role do it',
  },
  {
    name: 'an operator who could be a custodian too',
    changes: [
      ['excludes: [custodian, witness]', 'excludes: [witness]'],
      ['by: operator\n        minutes: 5', `by: operator ${mark}\n        minutes: 5`],
    ],
    rule: 'separation-of-duties',
    message:
      'one person could approve this step as custodian and do it as operator (C6): let role "operator" exclude "custodian"',
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
    message:
      'a key is made without witnesses, policy "default" wants 3 (C1): add a role "witness" with minimum 3',
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
    message: '2 witnesses, policy "default" wants 3 (C1): raise the number',
  },
]

const capability: readonly Row[] = [
  {
    name: 'a scheme of another algorithm',
    changes: [['scheme: rs256', `scheme: es256 ${mark}`]],
    rule: 'algorithm-fit',
    message: 'rsa-4096 has no scheme es256: use one of rs256, rs384, rs512, ps256, ps384, ps512, oaep-sha256',
  },
  {
    name: 'a purpose that the scheme does not serve',
    changes: [['purpose: sign', `purpose: decrypt ${mark}`]],
    rule: 'algorithm-fit',
    message: 'rs256 does not serve to decrypt: it serves to sign',
  },
  {
    name: 'a purpose that the algorithm does not serve',
    changes: [
      ['algorithm: rsa-4096\n        scheme: rs256\n', 'algorithm: aes-256\n'],
      ['purpose: sign', `purpose: sign ${mark}`],
    ],
    rule: 'algorithm-fit',
    message: 'aes-256 does not serve to sign: it serves to encrypt, wrap',
  },
]

finds('roles and exclusions', roles)
finds('policy', policy)
finds('capability', capability)
