import {describe, expect, test} from '@jest/globals'
import {
  classes,
  defaultPolicy,
  lintPolicy,
  parsePolicy,
  policyChanges,
  scheduleOf,
  usualSchedules,
  type Policy,
} from '../../src/policy/index.ts'
import {outcome} from '../ledger/support.ts'

const jwt = usualSchedules['jwt-signing']
const scheduled = (rotation: NonNullable<Policy['rotation']>): Policy => ({...defaultPolicy, rotation})
const hook = {
  name: 'deploy',
  phase: 'primary',
  classes: null,
  program: '/usr/local/bin/deploy',
  sha256: 'a'.repeat(64),
  timeout: 'PT1M',
} as const

describe('the schedule of a class', () => {
  test('is that of K4 unless the policy has another', () => {
    expect(
      classes.map((name) => {
        const {every, overdue, limit, mode} = scheduleOf(defaultPolicy, name)
        return `${name} ${every} ${overdue} ${limit} ${mode}`
      }),
    ).toEqual([
      'root P365D P7D P730D approved',
      'kek P365D P7D P730D approved',
      'dek P90D P3D P180D automatic',
      'jwt-signing P90D P3D P180D automatic',
      'artifact-signing P365D P7D P730D approved',
      'tls P90D P14D P180D approved',
      'webhook P90D P3D P180D automatic',
      'backup P365D P7D P730D approved',
      'escrow-master P365D P7D P730D approved',
      'mac P90D P3D P180D approved',
    ])
    expect(scheduleOf(defaultPolicy, 'tls').notice).toBe('P14D')
    expect(scheduleOf(scheduled({'jwt-signing': {...jwt, every: 'P30D'}}), 'jwt-signing').every).toBe('P30D')
  })

  test('is never automatic where the policy does not say so, nor of the gravest classes where it does', () => {
    expect(classes.filter((name) => scheduleOf({}, name).mode === 'automatic')).toEqual([])
    const all = scheduled(Object.fromEntries(classes.map((name) => [name, jwt])))
    expect(classes.filter((name) => scheduleOf(all, name).mode === 'approved')).toEqual([
      'root',
      'kek',
      'backup',
      'escrow-master',
    ])
  })
})

describe('lint', () => {
  test.each<[string, Policy, string, boolean]>([
    [
      'an automatic kek',
      scheduled({kek: {...usualSchedules.kek, mode: 'automatic'}}),
      'rotation-automatic',
      true,
    ],
    [
      'a year between two jwt keys',
      scheduled({'jwt-signing': {...jwt, every: 'P120D'}}),
      'rotation-slack',
      false,
    ],
    ['a late alarm', scheduled({'jwt-signing': {...jwt, overdue: 'P10D'}}), 'rotation-slack', false],
    [
      'a limit that cannot be kept',
      scheduled({'jwt-signing': {...jwt, limit: 'P100D'}}),
      'rotation-limit',
      false,
    ],
    ['a hook that stands twice', {...defaultPolicy, hooks: [hook, hook]}, 'hook-twice', false],
  ])('finds %s', (_name, policy, rule, blocking) => {
    expect(lintPolicy(policy, null).map((one) => [one.rule, one.blocking])).toContainEqual([rule, blocking])
  })

  test('has nothing to say of schedules that are shorter, and of hooks that stand once', () => {
    const policy = {...scheduled({'jwt-signing': {...jwt, every: 'P30D'}}), hooks: [hook]}
    expect(lintPolicy(policy, null)).toEqual([])
  })
})

test('what a policy changes of schedules and hooks is said, and what is weaker is called so', () => {
  const later = scheduled({
    ...defaultPolicy.rotation,
    'jwt-signing': {...jwt, every: 'P100D'},
    mac: {...usualSchedules.mac, mode: 'automatic', limit: 'P120D'},
  })
  expect(policyChanges(defaultPolicy, {...later, hooks: [hook]})).toEqual([
    'Rotation of class jwt-signing, every: P90D -> P100D. WEAKER.',
    'Rotation of class mac, limit: P180D -> P120D.',
    'Rotation of class mac, mode: approved -> automatic. WEAKER.',
    'Hooks, added: "deploy" after primary: /usr/local/bin/deploy (aaaaaaaaaaaaaaaa…, PT1M). WEAKER.',
  ])
  expect(policyChanges({...later, hooks: [hook]}, {...later, hooks: [hook]})).toEqual([])
})

describe('a policy document', () => {
  test.each<[string, object]>([
    ['a schedule of a class that is none', {rotation: {gold: jwt}}],
    ['a schedule without a limit', {rotation: {tls: {...jwt, limit: undefined}}}],
    ['a mode that is none', {rotation: {tls: {...jwt, mode: 'sometimes'}}}],
    ['a time in months', {rotation: {tls: {...jwt, every: 'P3M'}}}],
    ['a hook by a name on the PATH', {hooks: [{...hook, program: 'deploy'}]}],
    ['a hook without its digest', {hooks: [{...hook, sha256: ''}]}],
    ['a hook after a phase that is none', {hooks: [{...hook, phase: 'lunch'}]}],
  ])('is refused with %s', async (_name, change) => {
    expect(await outcome(() => parsePolicy({...defaultPolicy, ...change}))).toBe('POLICY_INVALID')
  })
})
