import {finds, mark, type Row} from './lint-support.ts'

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
    says: 'key "other-key" is verified, and neither is it there nor does a step make it',
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

finds('the model of the room', world)
