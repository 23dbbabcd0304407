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
    message: 'step 1.5 "make": a key is made before the clock was checked: put a clock step before it',
  },
  {
    name: 'a key before the machine was recorded',
    changes: [
      [machine, ''],
      ['kind: key.create', `kind: key.create ${mark}`],
    ],
    rule: 'machine-first',
    message:
      'step 1.5 "make": a key is made before machine and device were recorded: put a machine step before it',
  },
  {
    name: 'a plan that is read after it was approved',
    changes: [
      [read, ''],
      [verify, marked(read) + verify],
    ],
    rule: 'read-too-late',
    message: 'step 1.6 "read": the plan of "approve" is read after it was approved: move this step before it',
  },
  {
    name: 'a quorum for a step that needs none',
    changes: [['for: [make, activate]', 'for: [make, activate, verify]']],
    rule: 'quorum-for-what',
    line: 'id: approve',
    message:
      'step 1.5 "approve": step "verify" (key.verify) needs no quorum: name key.create, key.import, key.activate, key.rotate, key.destroy, certificate.self-sign, certificate.request, shares.split and shares.combine steps',
  },
  {
    name: 'a quorum after what it approves',
    changes: [
      [approve, ''],
      [read, ''],
      [verify, marked(approve) + verify],
    ],
    rule: 'quorum-too-late',
    message: 'step 1.5 "approve": step "make" stands before its quorum: move the quorum before it',
  },
  {
    name: 'a step that two quorums approve',
    changes: [[approve, approve + marked(approve.replace('id: approve', 'id: again'))]],
    rule: 'approved-twice',
    message: 'step 1.6 "again": step "make" has a quorum already: take it out of one of them',
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
    message:
      'step 1.5 "approve": one quorum approves one key, not small-key, other-key: make a quorum step for each',
  },
  {
    name: 'a quorum to activate what it does not make',
    changes: [['for: [make, activate]', 'for: [activate]']],
    rule: 'quorum-without-creation',
    line: 'id: approve',
    message:
      'step 1.5 "approve": it approves to activate a key that is not made and verified yet: name the key.create or key.import step of that key too, or move this step after its key.verify',
  },
  {
    name: 'a key that nobody approves',
    changes: [
      ['for: [make, activate]', 'for: [activate]'],
      ['- id: make\n', `- id: make ${mark}\n`],
    ],
    rule: 'needs-quorum',
    message: 'step 1.6 "make": nobody approves step "make": name it in "for" of a quorum step before it',
  },
  {
    name: 'an activation that nobody approves',
    changes: [['for: [make, activate]', 'for: [make]']],
    rule: 'needs-quorum',
    line: 'id: activate',
    message:
      'step 1.8 "activate": nobody approves step "activate": name it in "for" of a quorum step before it',
  },
  {
    name: 'a key that is made twice',
    changes: [[verify, marked(other.replace('key: other-key', 'key: small-key')) + verify]],
    rule: 'key-twice',
    message: 'step 1.7 "other": key "small-key" is made by step "make" already: give this one another name',
  },
  {
    name: 'a key that is verified and never made',
    changes: [['key.verify, key: "${key-name}"', 'key.verify, key: other-key']],
    rule: 'unknown-key',
    line: 'id: verify',
    message:
      'step 1.7 "verify": key "other-key" is verified, and neither is it there nor does a step make it: put a key.create step before it, or correct the name',
  },
  {
    name: 'a key that is verified before it is made',
    changes: [
      [verify, ''],
      [approve, marked(verify) + approve],
    ],
    rule: 'key-too-early',
    message:
      'step 1.5 "verify": key "small-key" is verified before step "make" makes it: move this step after it',
  },
  {
    name: 'a key that is verified twice',
    changes: [[activate, marked(verify.replace('id: verify', 'id: verify-again')) + activate]],
    rule: 'verified-twice',
    message: 'step 1.8 "verify-again": key "small-key" was verified already: take one of the steps away',
  },
  {
    name: 'a key that is activated before it was verified',
    changes: [
      [verify, ''],
      [activate, marked(activate) + verify],
    ],
    rule: 'activated-unverified',
    message:
      'step 1.7 "activate": key "small-key" is activated before it was verified: put a key.verify step between',
  },
  {
    name: 'a key that is activated twice',
    changes: [
      [signOff, marked(activate.replace('id: activate', 'id: activate-again')) + signOff],
      ['for: [make, activate]', 'for: [make, activate, activate-again]'],
    ],
    rule: 'activated-twice',
    message: 'step 1.10 "activate-again": key "small-key" is active already: take one of the steps away',
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
    message: 'step 1.6 "make": key "small-key" is made and never verified: put a key.verify step after it',
  },
  {
    name: 'a ceremony that nobody signs',
    changes: [[signOff, '']],
    rule: 'no-sign-off',
    line: 'id: serial',
    message: 'step 1.9 "serial": there is no sign-off: put one after this step, as the last of all',
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
    message: 'step 1.11 "late": nothing can be done after the sign-off: move this step before it',
  },
  {
    name: 'two sign-offs',
    changes: [[signOff, signOff + marked(signOff.replace('id: sign-off', 'id: sign-again'))]],
    rule: 'sign-off-twice',
    message: 'step 1.11 "sign-again": there is a sign-off before this one: exactly one, the last step',
  },
]

finds('the model of the room', world)
