/** What a policy asks to protect a key, by its classification, is judged of live keys; a level that nothing gives never passes for one. */
import {expect, test} from '@jest/globals'
import {judgeFips} from '../../src/keys/check/fips.ts'
import {checkKey} from '../../src/keys/index.ts'
import {defaultPolicy, parsePolicy, type Policy} from '../../src/policy/index.ts'
import {policyChanges} from '../../src/policy/changes.ts'
import {makeKey, makeLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {keyOf} from './rotation/support.ts'

const asking = (minimums: object, more: object = {}): Policy =>
  parsePolicy({...defaultPolicy, minimums: {...defaultPolicy.minimums, ...minimums}, ...more})
const modules = [{profile: 'soft', standard: '140-3', level: 3, certificate: '4789'}]

test.each([
  ['nothing', {}, {}, {confidential: [true, null], restricted: [false, null]}],
  [
    'hardware and a level of what is confidential',
    {protection: {confidential: {level: 'hardware', fips: 2}}},
    {},
    {confidential: [false, false], restricted: [false, null]},
  ],
  [
    'a level, and states a module that has it',
    {protection: {confidential: {fips: 2}}},
    {modules},
    {confidential: [true, true], restricted: [false, true]},
  ],
])('a policy that asks %s finds software so', async (_name, minimums, more, wanted) => {
  const made = await makeLedger({people: 3, policy: asking(minimums, more)})
  await made.using(async (app) => {
    await addLocal(app, 'soft')
    for (const [classification, [level, fips]] of Object.entries(wanted)) {
      const wish = {name: classification, profile: 'soft', classification: classification as 'restricted'}
      await makeKey(app, made.founders, {...wish, algorithm: 'ed25519'})
      const {checks} = checkKey(app.ledger, keyOf(app, classification))
      const found = (name: string): boolean | null | undefined => checks.find(({check}) => check === name)?.ok
      expect([classification, found('level'), found('fips')]).toEqual([classification, level, fips])
    }
  })
  made.remove()
})

test('a policy that asks less, or states a module, is said to be weaker where people adopt it', () => {
  const asked = asking({protection: {restricted: {level: 'hardware', fips: 3}}})
  const said = (one: Policy, other: Policy): string => policyChanges(one, other).join('\n')
  expect(said(defaultPolicy, asked)).toContain(
    'Least protection of what is restricted: none -> hardware, FIPS 140 level 3.',
  )
  expect(said(defaultPolicy, asked)).not.toContain('WEAKER')
  expect(said(asked, asking({protection: {restricted: {level: 'hardware', fips: 2}}}))).toContain(
    'hardware, FIPS 140 level 3 -> hardware, FIPS 140 level 2. WEAKER.',
  )
  expect(said(asked, defaultPolicy)).toContain('-> none. WEAKER.')
  expect(said(asked, asking({protection: {restricted: {level: 'hardware', fips: 4}}}))).not.toContain(
    'WEAKER',
  )
  expect(said(defaultPolicy, asking({}, {modules}))).toContain(
    'Certificates of modules that are stated, added: soft: FIPS 140-3 level 3, certificate 4789. WEAKER.',
  )
  for (const wrong of [{fips: 5}, {fips: '3'}, {level: 'software'}, {hsm: true}])
    expect(() => asking({protection: {restricted: wrong}})).toThrow(/minimums\.protection\.restricted/)
  expect(() => asking({}, {modules: [...modules, ...modules]})).toThrow(/modules/)
})

test.each([
  ['FIPS 140-2 Level 3, certificate 4321', '2026-09-21T23:59:59Z', true],
  ['FIPS 140-2 Level 3, certificate 4321', '2026-09-22T00:00:00Z', false],
  ['FIPS 140-3 Level 3, certificate 4999', '2027-01-01T00:00:00Z', true],
  [null, '2027-01-01T00:00:00Z', null],
])('a certificate that says "%s" is, at %s, good: %s', (fips, time, ok) => {
  const protection = {level: 'hardware', fips, evidence: 'attested', detail: ''} as const
  expect(judgeFips({version: 1, protection, seq: 3}, new Date(time)).ok).toBe(ok)
})

const stated = {profile: 'hsm', standard: '140-3', level: 3, certificate: '4789'} as const
test.each([
  ['nothing says one', null, null, false, 'ledger', /policy asks level 3 of what is restricted/],
  ['a lower one is told', 'FIPS 140-3 Level 2, certificate 1', null, false, 'asserted', /asks level 3/],
  [
    'as high a one is told',
    'FIPS 140-3 Level 3, certificate 1',
    null,
    true,
    'asserted',
    /Level 3, certificate 1$/,
  ],
  ['what is told names no level', 'FIPS 140-3, certificate 1', null, false, 'asserted', /asks level 3/],
  ['people state as high a one', null, stated, true, 'stated', /asked of nobody$/],
  ['people state a lower one', null, {...stated, level: 2}, false, 'stated', /asks level 3/],
  [
    'people state one under 140-2',
    null,
    {...stated, standard: '140-2' as const},
    false,
    'stated',
    /historical/,
  ],
  [
    'what is told is less than what is stated',
    'FIPS 140-3 Level 1',
    stated,
    false,
    'asserted',
    /asks level 3/,
  ],
] as const)(
  'where the policy asks a level and %s, it is found so',
  (_name, fips, module, ok, evidence, fact) => {
    const protection = {level: 'hardware', fips, evidence: 'asserted', detail: ''} as const
    const asked = {least: 3, stated: module, classification: 'restricted'}
    const found = judgeFips({version: 1, protection, seq: 3}, new Date('2027-01-01T00:00:00Z'), asked)
    expect(found).toMatchObject({ok, evidence})
    expect(found.fact).toMatch(fact)
    expect(found.next === null).toBe(ok)
  },
)
