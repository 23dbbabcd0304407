import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {lint, profilesNamed} from '../../src/ceremony/lint.ts'
import {parseTemplate} from '../../src/ceremony/template.ts'
import {packageRoot} from '../../src/base/package.ts'
import {soloPolicy} from '../../src/policy/index.ts'
import type {Capabilities} from '../../src/providers/ports.ts'
import {findings, local} from './lint-support.ts'
import {changed, lineOf, load, small, viewOf, type Facts} from './template-support.ts'

test('the small template has no findings, so each row breaks it by its own change alone', () => {
  expect(findings(small)).toEqual([])
})

test('a ceremony of three hundred steps, each with what it needs and leaves, is read and lints clean, in less than half a second', () => {
  const states = ['off', 'connected']
  const step = (at: number): string =>
    `      - {id: s${at}, kind: confirm, by: operator, minutes: 1, needs: {hsm: ${states[at % 2] ?? ''}}, leaves: {hsm: ${states[(at + 1) % 2] ?? ''}}, text: Again.}\n`
  const long = changed(small, [
    ['acts:\n', 'materials: [{id: hsm, kind: hsm, text: The device.}]\nacts:\n'],
    [
      '      - {id: sign-off,',
      `${Array.from({length: 300}, (_, at) => step(at)).join('')}      - {id: sign-off,`,
    ],
  ])
  expect(findings(long)).toEqual([])
  // Time of this process, and the best of five: others use the machine, too.
  const took = Array.from({length: 5}, () => {
    const before = process.cpuUsage()
    findings(long)
    const {user, system} = process.cpuUsage(before)
    return (user + system) / 1000
  })
  expect(Math.min(...took)).toBeLessThan(500)
})

const offers = (algorithm: 'rsa-3072' | 'rsa-4096', scheme: 'ps256' | 'rs256'): Capabilities => ({
  keys: [{algorithm, schemes: [scheme]}],
  enforces: [],
  rotates: [],
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

test('each key is held against its own profile, of all that were asked', () => {
  const other = 'profile: elsewhere'
  const text = changed(small, [['profile: ${profile}', other]])
  const found = (asked: string) =>
    lint(load(text), local, viewOf(), new Map([[asked, offers('rsa-3072', 'rs256')]]))
      .filter(({rule}) => rule === 'capability')
      .map(({message}) => message)
  expect(profilesNamed(load(text), local)).toEqual(['elsewhere'])
  expect(profilesNamed(load(small), local)).toEqual(['local'])
  expect(found('elsewhere')).toEqual(['profile "elsewhere" cannot make rsa-4096: it can make rsa-3072'])
  expect(found('local')).toEqual([])
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
      // Nobody here has a key that counts in production.
      'quorum-roles',
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
        message: 'acts.0.steps.5.classification: value "restrictid" is not known: did you mean "restricted"?',
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
  const person = `p-${'0'.repeat(16)}`
  const values = new Map([...local, ['owner', person], ['location', 'Room 1'], ['recording', 'Two cameras']])
  expect(lint(loaded, values, viewOf(), new Map([['local', offers('rsa-4096', 'rs256')]]))).toEqual([])
  expect(lint(loaded, null, viewOf({environment: 'production'}), null)).toEqual([])
  expect(lint(loaded, values, viewOf({people: 6}), null).map(({rule}) => rule)).toEqual(['too-few-people'])
})
