import {describe, expect, test} from '@jest/globals'
import {findings} from './lint-support.ts'
import {exactly, things, type Exact} from './things-support.ts'

const plug = '{id: plug,'
const rows: readonly Exact[] = [
  {
    name: 'a step that needs what is not so yet',
    changes: [['leaves: {safe: open}, by', 'by']],
    rule: 'material-not-so',
    line: 'id: safe-shut',
    message:
      'step 1.4 "safe-shut": "safe" must be open, and is locked: put a step before it that leaves it open',
  },
  {
    name: 'a step that needs what still lies in its bag',
    changes: [
      [
        plug,
        '{id: early, kind: confirm, needs: {card: connected}, by: operator, minutes: 1, text: Early.}\n      - {id: plug,',
      ],
      ['action: open, bag: bag-1', 'action: check, bag: bag-1'],
    ],
    rule: 'material-not-so',
    line: 'id: early',
    message:
      'step 1.5 "early": "card" must be connected, and is in bag "bag-1": put a step before it that leaves it connected',
  },
  {
    name: 'a card that is connected while it lies in its bag',
    changes: [['action: open, bag: bag-1', 'action: check, bag: bag-1']],
    rule: 'still-in-bag',
    line: plug,
    message: 'step 1.5 "plug": "card" is in bag "bag-1": put a bag step before it that opens the bag',
  },
  {
    name: 'a bag that is opened by the way',
    changes: [['leaves: {safe: open}, by', 'leaves: {safe: open, bag-1: open}, by']],
    rule: 'bag-by-hand',
    line: 'id: safe-open',
    message:
      'step 1.1 "safe-open": what is done to bags is a step of kind bag, where their numbers are recorded',
  },
  {
    name: 'a card that is logged in before it is connected',
    changes: [['leaves: {hsm-1: connected, card: connected}', 'leaves: {hsm-1: connected}']],
    rule: 'material-change',
    line: 'id: login',
    message:
      'step 1.6 "login": "card" cannot become logged-in: it is out, and can become connected or destroyed',
  },
  {
    name: 'a device that is connected twice',
    changes: [['leaves: {card: logged-in}', 'leaves: {card: logged-in, hsm-1: connected}']],
    rule: 'material-change',
    line: 'id: login',
    message: 'step 1.6 "login": "hsm-1" is connected already: take this away, or look at the steps before',
  },
  {
    name: 'a key that is made while its device is off',
    changes: [
      ['leaves: {hsm-1: connected, card: connected}', 'leaves: {card: connected}'],
      ['needs: {hsm-1: connected}, ', ''],
      ['card: out, hsm-1: off', 'card: out'],
    ],
    rule: 'device-not-connected',
    line: 'kind: key.create',
    message:
      'step 2.6 "make": profile "local" speaks to "hsm-1", which is off: put a step before it that leaves it connected',
  },
  {
    name: 'a bag that is cut open twice',
    changes: [['{id: shred, kind: bag, action: destroy', '{id: shred, kind: bag, action: open']],
    rule: 'bag-state',
    line: 'id: shred',
    message: 'step 2.14 "shred": bag "bag-1" cannot be cut open: it is open: look at the steps before',
  },
  {
    name: 'a bag that is sealed again after it was cut open',
    changes: [['action: seal, bag: bag-2', 'action: seal, bag: bag-1']],
    rule: 'bag-state',
    line: 'id: seal,',
    message:
      'step 2.13 "seal": bag "bag-1" cannot be sealed: it is open: a bag is sealed once: take a new one',
  },
  {
    name: 'a new bag that is checked before it was sealed',
    changes: [['action: check, bag: bag-1', 'action: check, bag: bag-2']],
    rule: 'bag-state',
    line: 'id: bag-check',
    message: 'step 1.2 "bag-check": bag "bag-2" cannot be checked: it is new: seal it first',
  },
  {
    name: 'a bag that is sealed with nothing in it',
    changes: [['contents: [card, stick], ', '']],
    rule: 'bag-contents',
    line: 'id: seal,',
    message: 'step 2.13 "seal": nothing is put into the bag: name the materials in contents',
  },
  {
    name: 'a card that is still connected and goes into a bag',
    changes: [['leaves: {card: out, hsm-1: off}', 'leaves: {hsm-1: off}']],
    rule: 'bag-contents',
    line: 'id: seal,',
    message:
      'step 2.13 "seal": "card" cannot go into the bag: it is connected: put a step before it that leaves it out',
  },
  {
    name: 'a safe that goes into a bag',
    changes: [['contents: [card, stick]', 'contents: [card, safe]']],
    rule: 'bag-contents',
    line: 'id: seal,',
    message: 'step 2.13 "seal": a safe does not go into a bag: take "safe" out of contents',
  },
  {
    name: 'a thing that comes out of a bag in which it was not',
    changes: [['action: open, bag: bag-1', 'action: open, bag: bag-1, contents: [card, stick]']],
    rule: 'bag-contents',
    line: 'id: bag-open',
    message: 'step 1.3 "bag-open": "stick" does not come out of bag "bag-1": it is out',
  },
  {
    name: 'a thing that is forgotten in a bag',
    changes: [
      ['text: The memory stick.}', 'text: The memory stick., in: bag-1}'],
      ['action: open, bag: bag-1', 'action: open, bag: bag-1, contents: [card]'],
    ],
    rule: 'bag-contents',
    line: 'id: bag-open',
    message: 'step 1.3 "bag-open": "stick" in bag "bag-1" is forgotten: a bag that is cut open is emptied',
  },
  {
    name: 'a bag that is left open',
    changes: [
      [
        '      - {id: shred, kind: bag, action: destroy, bag: bag-1, by: operator, minutes: 1, text: Destroy the old bag.}\n',
        '',
      ],
    ],
    rule: 'left-open',
    line: 'id: bag-open',
    message:
      'step 1.3 "bag-open": "bag-1" is left open at the end: put a step before the sign-off that closes it; a bag is destroyed',
  },
  {
    name: 'a safe that is left open',
    changes: [['leaves: {safe: locked}, ', '']],
    rule: 'left-open',
    line: 'id: safe-open',
    message:
      'step 1.1 "safe-open": "safe" is left open at the end: put a step before the sign-off that closes it; a bag is destroyed',
  },
  {
    name: 'a device that is left connected',
    changes: [['leaves: {card: out, hsm-1: off}', 'leaves: {card: out}']],
    rule: 'left-open',
    line: plug,
    message:
      'step 1.5 "plug": "hsm-1" is left connected at the end: put a step before the sign-off that takes it off',
  },
  {
    name: 'a card that is left logged in',
    changes: [
      ['leaves: {card: connected}, by', 'by'],
      ['leaves: {card: out, hsm-1: off}', 'leaves: {hsm-1: off}'],
      ['contents: [card, stick]', 'contents: [stick]'],
    ],
    rule: 'left-open',
    line: 'id: login',
    message:
      'step 1.6 "login": "card" is left logged-in at the end: put steps before the sign-off that log it out and take it off',
  },
]

exactly('where things are, and in which state', rows)

describe('a template with all of them', () => {
  test('lints clean', () => {
    expect(findings(things)).toEqual([])
  })
})
