import {describe, expect, test} from '@jest/globals'
import {lint} from '../../src/ceremony/lint.ts'
import {findings, local} from './lint-support.ts'
import {changed, lineOf, load, small, viewOf, type Facts} from './template-support.ts'

const part = (from: string, to: string): string => small.slice(small.indexOf(from), small.indexOf(to))
/** Verifies and activates a key that is there. */
const over = changed(small, [
  [part('      - {id: read,', '      - {id: verify,'), ''],
  [part('      - {id: verify,', '      - {id: activate,'), ''],
  [
    '      - {id: activate,',
    `      - {id: verify, kind: key.verify, key: "\${key-name}", by: operator, minutes: 1, text: Verify.}
      - {id: approve, kind: quorum, for: [activate], by: custodian, minutes: 5, text: Sign.}
      - {id: activate,`,
  ],
  ['purpose: Make a key.', 'purpose: "Activate a key in ${profile}."'],
])
const with_ = (state: string, proved = false): Facts => ({keys: [{name: 'small-key', state, proved}]})
const said = (text: string, facts: Facts): unknown =>
  findings(text, facts).map(({rule, line, message}) => ({rule, line, message}))

describe('a template over keys that are there', () => {
  test('lints clean for one that waits to be activated, and without a ledger', () => {
    expect(said(over, with_('pre-active'))).toEqual([])
    expect(said(over, with_('pre-active', true))).toEqual([])
    expect(lint(load(over), local, null, null)).toEqual([])
  })

  test.each<[string, string, Facts, string, string, string]>([
    [
      'a key that is not there',
      over,
      {},
      'unknown-key',
      'id: verify',
      'step 1.4 "verify": key "small-key" is verified, and neither is it there nor does a step make it: put a key.create step before it, or correct the name',
    ],
    [
      'a key that is active',
      over,
      with_('active'),
      'activated-twice',
      'id: activate',
      'step 1.6 "activate": key "small-key" is active already: take this step away',
    ],
    [
      'a key that is compromised',
      over,
      with_('compromised'),
      'key-over',
      'id: verify',
      'step 1.4 "verify": key "small-key" cannot be verified: it is not to be used any more, see keyrite key show small-key',
    ],
    [
      'people who are asked before it was verified',
      changed(over, [['kind: key.verify, key: "${key-name}"', 'kind: confirm']]),
      with_('pre-active'),
      'quorum-without-creation',
      'id: approve',
      'step 1.5 "approve": it approves to activate a key that is not made and verified yet: name the key.create or key.import step of that key too, or move this step after its key.verify',
    ],
    [
      'too few people to activate',
      changed(over, [['custodian: {minimum: 3}', 'custodian: {minimum: 1}']]),
      with_('pre-active'),
      'quorum-people',
      'custodian: {minimum',
      'rule "key-use" of the policy needs 2 people, role "custodian" may have only 1: raise the number',
    ],
    [
      'people who may both approve and activate',
      changed(over, [
        ['operator: {count: 1, excludes: [custodian, witness]}', 'operator: {count: 1, excludes: [witness]}'],
      ]),
      with_('pre-active'),
      'separation-of-duties',
      'id: activate',
      'one person could approve this step as custodian and do it as operator (C6): let role "operator" exclude "custodian"',
    ],
  ])('%s is found', (_, text, facts, rule, line, message) => {
    expect(said(text, facts)).toContainEqual({rule, line: lineOf(text, line), message})
  })

  test('a key that only a parameter without value names is not judged', () => {
    const open = changed(over, [['Name of the key, default: small-key', 'Name of the key']])
    expect(lint(load(open), local, viewOf(), null)).toEqual([])
  })
})
