/** The policies that keyrite brings: the quorums of C5 and C6, and `solo` for one person on a laptop. */
import {operations, type Policy, type Rule} from './document.ts'
import {usualDestruction} from './destruction.ts'
import {usualSchedules} from './schedule.ts'

const grave = ['root', 'kek'] as const
const two: Rule['roles'] = ['ciso', 'security-lead']
const custodians: Rule['from'] = ['custodian']

type Partly = Pick<Rule, 'id' | 'operations' | 'people'> & Partial<Rule>

function rule(facts: Partly): Rule {
  return {classes: null, kinds: null, roles: [], from: custodians, ...facts}
}

const making: Rule['operations'] = [
  'key.create',
  'key.import',
  'key.adopt',
  'key.standby',
  'certificate.sign',
]
const using: Rule['operations'] = [
  'key.rotate',
  'key.rollback',
  'key.schedule',
  'key.activate',
  'key.suspend',
  'key.resume',
  'key.deactivate',
  'key.set',
  'key.alias',
  'key.replicate',
  'key.grant',
  'key.ungrant',
  'key.cancel-destroy',
]

const minimums: Policy['minimums'] = {
  algorithms: [
    'aes-256',
    'hmac-sha256',
    'rsa-3072',
    'rsa-4096',
    'ec-p256',
    'ec-p384',
    'ec-p521',
    'ed25519',
    'ml-dsa-44',
    'ml-dsa-65',
    'ml-dsa-87',
  ],
  witnesses: 3,
}

/** The first rule that fits is the one that applies, so the graver stands first. */
export const defaultPolicy: Policy = {
  type: 'keyrite.policy/1',
  name: 'default',
  rules: [
    rule({id: 'grave-key-generation', operations: making, classes: [...grave], people: 3, roles: two}),
    rule({id: 'key-generation', operations: making, people: 3}),
    rule({id: 'grave-key-use', operations: using, classes: [...grave], people: 2, roles: two}),
    rule({id: 'key-use', operations: using, people: 2}),
    rule({
      id: 'key-end',
      operations: ['key.destroy', 'key.delete', 'key.unrevoke', 'key.compromise', 'backup.delete'],
      people: 3,
      roles: two,
    }),
    rule({
      id: 'key-backup',
      operations: ['backup.take', 'backup.put-back', 'backup.load', 'backup.domain', 'backup.domain-load'],
      people: 3,
      roles: two,
    }),
    rule({
      id: 'backup',
      operations: ['backup.copy', 'backup.restore', 'backup.start'],
      people: 2,
      roles: ['security-lead'],
    }),
    rule({
      id: 'held-key-end',
      operations: ['key.destroy-held'],
      people: 3,
      roles: ['ciso', 'legal', 'security-lead'],
    }),
    rule({
      id: 'hold',
      operations: ['key.hold'],
      people: 1,
      from: ['ciso', 'custodian', 'legal', 'security-lead'],
    }),
    rule({id: 'release', operations: ['key.release-hold'], people: 2, roles: ['legal']}),
    rule({id: 'roster', operations: ['custodian.change'], people: 3}),
    rule({id: 'suspension', operations: ['custodian.suspend'], people: 1, from: ['security-lead']}),
    rule({id: 'policy', operations: ['policy.adopt'], people: 3}),
    rule({id: 'ledger', operations: ['ledger.writer', 'ledger.restore', 'ledger.erase'], people: 3}),
    rule({id: 'local-profile', operations: ['profile.add', 'profile.remove'], kinds: ['local'], people: 0}),
    rule({
      id: 'profile',
      operations: ['profile.add', 'profile.make', 'profile.remove', 'profile.setting'],
      people: 2,
      roles: ['security-lead'],
    }),
    rule({id: 'escrow', operations: ['share.split', 'share.combine'], people: 3}),
    rule({
      id: 'grave-containment',
      operations: ['incident.contain'],
      classes: [...grave, 'backup', 'escrow-master'],
      people: 2,
      from: ['emergency-contact', 'security-lead'],
    }),
    rule({
      id: 'containment',
      operations: ['incident.contain'],
      people: 1,
      from: ['emergency-contact', 'security-lead'],
    }),
    rule({id: 'replacement', operations: ['incident.replace'], people: 2, from: ['emergency-contact']}),
    rule({id: 'ratification', operations: ['incident.ratify'], people: 2}),
  ],
  stated_keys: [],
  minimums,
  times: {request: 'PT72H', idle: 'PT1H'},
  rotation: usualSchedules,
  destruction: usualDestruction,
}

/** One of one everywhere: weak, and named so wherever it shows. Refused for production profiles. */
export const soloPolicy: Policy = {
  type: 'keyrite.policy/1',
  name: 'solo',
  rules: [
    rule({id: 'local-profile', operations: ['profile.add', 'profile.remove'], kinds: ['local'], people: 0}),
    rule({id: 'solo', operations: [...operations], people: 1}),
  ],
  stated_keys: [],
  minimums: {...minimums, witnesses: 0},
  times: {request: 'PT72H', idle: 'PT1H'},
  rotation: usualSchedules,
  destruction: usualDestruction,
}
