import {finds, mark, type Row} from './lint-support.ts'

const references: readonly Row[] = [
  {
    name: 'a step id that stands twice',
    changes: [['{id: verify,', `{id: clock,`]],
    rule: 'step-twice',
    line: 'kind: key.verify',
    message: 'step "clock" stands twice: give this one another id',
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
    message: 'act "only" stands twice: give this one another id',
  },
  {
    name: 'a duty id that stands twice',
    changes: [
      ['due: P1D}\n', `due: P1D}\n  - {id: inventory, text: Again., owner: operator, due: P2D} ${mark}\n`],
    ],
    rule: 'duty-twice',
    message: 'duty "inventory" stands twice: give this one another id',
  },
  {
    name: 'a role that is not there, with the nearest',
    changes: [['by: witness', 'by: witnes']],
    rule: 'unknown-role',
    line: 'by: witnes,',
    message: 'role "witnes" is not known: did you mean "witness"?',
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
    message: 'role "auditer" is not known: expected one of operator, custodian, witness',
  },
  {
    name: 'a duty that nobody there owes',
    changes: [['owner: operator, due: P1D}', `owner: operater, due: P1D} ${mark}`]],
    rule: 'unknown-role',
    message: 'role "operater" is not known: did you mean "operator"?',
  },
  {
    name: 'a parameter that is not there, with the nearest',
    changes: [['Make a key.', 'Make ${key-nam}.']],
    rule: 'unknown-parameter',
    line: 'purpose: Make',
    message: 'parameter "key-nam" is not known: did you mean "key-name"?',
  },
  {
    name: 'a brace that is never closed',
    changes: [['Make a key.', 'Make ${key-name']],
    rule: 'unknown-parameter',
    line: 'purpose: Make',
    message: '"${" is never closed: write "}" after the name',
  },
  {
    name: 'a parameter that is called like a method of objects',
    changes: [['Make a key.', 'Make ${constructor}']],
    rule: 'unknown-parameter',
    line: 'purpose: Make',
    message: 'parameter "constructor" is not known: expected one of key-name, profile',
  },
  {
    name: 'a parameter that is never used',
    changes: [['roles:\n', `  spare: {type: text, text: What for, default: nothing} ${mark}\nroles:\n`]],
    rule: 'unused-parameter',
    message: 'parameter "spare" is never used: take it away, or write ${spare} where it belongs',
  },
  {
    name: 'a quorum for a step that is not there',
    changes: [['for: [make, activate]', 'for: [make, activat]']],
    rule: 'unknown-step',
    line: 'id: approve',
    message: 'step "activat" is not known: did you mean "activate"?',
  },
  {
    name: 'a quorum that names a step twice',
    changes: [['for: [make, activate]', 'for: [make, activate, make]']],
    rule: 'approved-twice',
    line: 'id: approve',
    message: 'step "make" is named twice: take one away',
  },
  {
    name: 'the plan of a step that is not there',
    changes: [['plan of approve', 'plan of aprove']],
    rule: 'unknown-step',
    line: 'id: read',
    message: 'step "aprove" is not known: did you mean "approve"?',
  },
  {
    name: 'the plan of a step that is no quorum',
    changes: [['plan of approve', 'plan of make']],
    rule: 'plan-of-what',
    line: 'id: read',
    message: 'step "make" has no plan: name a quorum step (approve)',
  },
  {
    name: 'a step without text',
    changes: [['text: Compare the clocks.', 'text: " "']],
    rule: 'empty-text',
    line: 'id: clock',
    message: 'there is no text: say in a sentence what is done',
  },
  {
    name: 'a question without text',
    changes: [['text: Serial number', 'text: ""']],
    rule: 'empty-text',
    line: 'id: serial',
    message: 'step 1.9 "serial": the field has no text: say what is asked',
  },
  {
    name: 'a duty without text',
    changes: [['text: Enter the key in the inventory.', 'text: ""']],
    rule: 'empty-text',
    line: 'id: inventory',
    message: 'there is no text: say in a sentence what is done',
  },
  {
    name: 'less than no minutes',
    changes: [['minutes: 1, text: Compare', 'minutes: -1, text: Compare']],
    rule: 'minutes',
    line: 'id: clock',
    message: 'expected 0 to 240 minutes, got -1: split the step, or correct the time',
  },
  {
    name: 'more than four hours',
    changes: [['minutes: 1, text: Compare', 'minutes: 241, text: Compare']],
    rule: 'minutes',
    line: 'id: clock',
    message: 'expected 0 to 240 minutes, got 241: split the step, or correct the time',
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
    message: 'step 1.9 "serial": field "serial" stands twice in this step: give it another name',
  },
]

finds('references', references)
