import {exactly, type Exact} from './things-support.ts'

const plug = '{id: plug,'
const rows: readonly Exact[] = [
  {
    name: 'a state that a thing of its kind never has',
    changes: [['kind: safe, text: The safe.}', 'kind: safe, state: connected, text: The safe.}']],
    rule: 'material-state',
    line: 'kind: safe',
    message: '"safe" is of kind safe, which is never connected: expected one of locked, open',
  },
  {
    name: 'a need that a thing of its kind never meets',
    changes: [['needs: {safe: open}', 'needs: {safe: logged-in}']],
    rule: 'material-state',
    line: 'id: safe-shut',
    message: '"safe" is of kind safe, which is never logged-in: expected one of locked, open',
  },
  {
    name: 'a thing in a bag that nobody names',
    changes: [['in: bag-1}', 'state: in-bag}']],
    rule: 'material-place',
    line: 'id: card,',
    message: '"card" lies in a bag, and it is not said in which: add "in" with the id of a bag',
  },
  {
    name: 'a bag that is not there, with the nearest',
    changes: [['in: bag-1}', 'in: bag-11}']],
    rule: 'unknown-material',
    line: 'id: card,',
    message: 'bag "bag-11" is not known: did you mean "bag-1"?',
  },
  {
    name: 'a thing that lies in what is no bag',
    changes: [['in: bag-1}', 'in: hsm-1}']],
    rule: 'material-place',
    line: 'id: card,',
    message: '"hsm-1" is a hsm, and not a bag',
  },
  {
    name: 'a safe in a bag',
    changes: [['kind: safe, text: The safe.}', 'kind: safe, in: bag-1, text: The safe.}']],
    rule: 'material-place',
    line: 'kind: safe',
    message: 'a safe does not lie in a bag',
  },
  {
    name: 'a thing in a bag that is open',
    changes: [['text: The bag from the safe.,', 'state: open, text: The bag from the safe.,']],
    rule: 'material-place',
    line: 'id: card,',
    message: 'bag "bag-1" is open before the first step: nothing lies in it',
  },
  {
    name: 'a thing in a bag that is also connected',
    changes: [['in: bag-1}', 'in: bag-1, state: connected}']],
    rule: 'material-place',
    line: 'id: card,',
    message: '"card" lies in a bag, and is said to be connected: take its state away',
  },
  {
    name: 'a profile that a memory stick speaks for',
    changes: [['text: The memory stick.}', 'text: The memory stick., profile: "${profile}"}']],
    rule: 'material-kind',
    line: 'id: stick',
    message: 'a medium holds no keys: only an hsm or a token has a profile',
  },
  {
    name: 'one number on two bags',
    changes: [['text: A new bag.}', 'text: A new bag., number: A 1001}']],
    rule: 'number-twice',
    line: 'text: A new bag.',
    message: '"bag-1" has the same number: correct one of them',
  },
  {
    name: 'a thing that is not declared, with the nearest',
    changes: [['leaves: {card: logged-in}', 'leaves: {cart: logged-in}']],
    rule: 'unknown-material',
    line: 'id: login',
    message: 'material "cart" is not known: did you mean "card"?',
  },
  {
    name: 'a bag step on what is no bag',
    changes: [['action: seal, bag: bag-2', 'action: seal, bag: hsm-1']],
    rule: 'material-kind',
    line: 'id: seal,',
    message: '"hsm-1" is a hsm, and not a bag',
  },
  {
    name: 'contents of a bag that is only checked',
    changes: [['action: check, bag: bag-1', 'action: check, bag: bag-1, contents: [card]']],
    rule: 'bag-contents',
    line: 'id: bag-check',
    message: 'nothing goes in or out when a bag is checked: take contents away',
  },
  {
    name: 'a number that the same role reads and types',
    changes: [['action: check, bag: bag-1, reads: witness', 'action: check, bag: bag-1, reads: operator']],
    rule: 'reads-and-types',
    line: 'id: bag-check',
    message: 'role "operator" reads the number and types it: let another role read',
  },
  {
    name: 'a number that one person might read and type',
    changes: [
      ['action: check, bag: bag-1, reads: witness', 'action: check, bag: bag-1, reads: custodian'],
      ['operator: {count: 1, excludes: [custodian, witness]}', 'operator: {count: 1, excludes: [witness]}'],
    ],
    rule: 'reads-and-types',
    line: 'id: bag-check',
    message:
      'one person could read the number as custodian and type it as operator: let role "operator" exclude "custodian"',
  },
  {
    name: 'a reader who is not there',
    changes: [['action: check, bag: bag-1, reads: witness', 'action: check, bag: bag-1, reads: witnes']],
    rule: 'unknown-role',
    line: 'id: bag-check',
    message: 'role "witnes" is not known: did you mean "witness"?',
  },
  {
    name: 'a protection that is demanded of no key',
    changes: [['key: "${key-name}", evidence: asserted', 'profile: local, level: hardware']],
    rule: 'attest-what',
    line: 'id: asked',
    message: 'what protects is said of a key: name one, or take this away',
  },
  {
    name: 'a question about nothing',
    changes: [['kind: attest, key: "${key-name}", evidence: asserted', 'kind: attest']],
    rule: 'attest-what',
    line: 'id: asked',
    message: 'it is not said who is asked about what: name a key, or a profile',
  },
  {
    name: 'a serial number that is compared with nothing',
    changes: [['evidence: asserted', 'material: card']],
    rule: 'attest-what',
    line: 'id: asked',
    message: '"card" has no number to compare the serial number with: give it one',
  },
  {
    name: 'a key that is asked about before it is made',
    changes: [
      [
        plug,
        '{id: soon, kind: attest, key: "${key-name}", by: operator, minutes: 1, text: Too soon.}\n      - {id: plug,',
      ],
    ],
    rule: 'key-too-early',
    line: 'id: soon',
    message:
      'step 1.5 "soon": key "small-key" is asked about before step "make" makes it: move this step after it',
  },
]

exactly('what is declared, and named', rows)
