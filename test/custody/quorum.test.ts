import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {
  canBeMet,
  differentPeople,
  isMet,
  missingInWords,
  unmetRoles,
  type Approver,
} from '../../src/custody/quorum.ts'

/** `a:ciso,legal` is person a with key a and these roles; `a/k` is person a with key k. */
function of(...texts: readonly string[]): Approver[] {
  return texts.map((text) => {
    const [who = '', roles = ''] = text.split(':')
    const [person = '', key = person] = who.split('/')
    return {person, key, roles: roles === '' ? [] : roles.split(',')}
  })
}

const two = ['ciso', 'security-lead']

describe('a quorum', () => {
  test.each<[string, number, readonly string[], readonly Approver[], boolean, string]>([
    ['nobody needed', 0, [], of(), true, ''],
    ['one of one', 1, [], of('a'), true, ''],
    ['none of one', 1, [], of(), false, '1 more person'],
    ['two of three', 3, [], of('a', 'b'), false, '1 more person'],
    ['one person twice', 2, [], of('a', 'a'), false, '1 more person'],
    ['one person with two keys', 2, [], of('a/k1', 'a/k2'), false, '1 more person'],
    ['one key under two names', 2, [], of('a/k', 'b/k'), false, '1 more person'],
    [
      'enough people, no role',
      3,
      two,
      of('a', 'b', 'c'),
      false,
      '2 more people, among them ciso and security-lead',
    ],
    [
      'enough people, one role',
      3,
      two,
      of('a:ciso', 'b', 'c'),
      false,
      '1 more person, among them security-lead',
    ],
    [
      'one person with both roles',
      2,
      two,
      of('a:ciso,security-lead', 'b'),
      false,
      '1 more person, among them security-lead',
    ],
    ['both roles, too few people', 3, two, of('a:ciso', 'b:security-lead'), false, '1 more person'],
    ['both roles, enough people', 3, two, of('a:ciso', 'b:security-lead', 'c'), true, ''],
    ['both have both', 2, two, of('a:ciso,security-lead', 'b:ciso,security-lead'), true, ''],
    ['the one with both takes what the other lacks', 2, two, of('a:ciso,security-lead', 'b:ciso'), true, ''],
    [
      'the same, asked the other way round',
      2,
      [...two].reverse(),
      of('b:ciso', 'a:ciso,security-lead'),
      true,
      '',
    ],
    [
      'a role asked twice takes two',
      2,
      ['ciso', 'ciso'],
      of('a:ciso', 'b'),
      false,
      '1 more person, among them ciso',
    ],
    ['more than enough', 1, [], of('a', 'b', 'c'), true, ''],
  ])('%s', (_name, people, roles, approvers, met, missing) => {
    expect(isMet({people, roles}, approvers)).toBe(met)
    expect(missingInWords({people, roles}, approvers)).toBe(missing)
  })

  const names = ['r1', 'r2', 'r3']
  const approver = fc.record({
    person: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    key: fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5'),
    roles: fc.subarray(names),
  })
  const approvers = fc.array(approver, {maxLength: 7})
  const needs = fc.record({
    people: fc.nat({max: 5}),
    roles: fc.array(fc.constantFrom(...names), {maxLength: 3}),
  })

  test('counts a person and a key once, whatever order they come in', () => {
    fc.assert(
      fc.property(approvers, (list) => {
        const different = differentPeople(list)
        expect(new Set(different.map(({person}) => person)).size).toBe(different.length)
        expect(new Set(different.map(({key}) => key)).size).toBe(different.length)
        for (const one of list)
          expect(different.some(({person, key}) => person === one.person || key === one.key)).toBe(true)
      }),
    )
  })

  test('gives roles to different people exactly where some assignment does', () => {
    const possible = (roles: readonly string[], list: readonly Approver[]): boolean => {
      const [first, ...rest] = roles
      if (first === undefined) return true
      return list.some((one, at) => one.roles.includes(first) && possible(rest, list.toSpliced(at, 1)))
    }
    fc.assert(
      fc.property(needs, approvers, ({roles}, list) => {
        const different = differentPeople(list)
        expect(unmetRoles(roles, different).length === 0).toBe(possible(roles, different))
      }),
    )
  })

  test('is not undone by one more person with a key of their own, nor met by one approval repeated', () => {
    fc.assert(
      fc.property(needs, approvers, fc.subarray(names), (need, list, roles) => {
        const met = isMet(need, list)
        if (met) expect(isMet(need, [...list, {person: 'new', key: 'new', roles}])).toBe(true)
        expect(isMet(need, [...list, ...list])).toBe(met)
        expect(missingInWords(need, list) === '').toBe(met)
      }),
    )
  })

  test('can still be met exactly if it is once everybody left has said yes', () => {
    expect(canBeMet({people: 2, roles: ['ciso']}, of('a'), of('b:ciso'))).toBe(true)
    expect(canBeMet({people: 2, roles: ['ciso']}, of('a'), of('b'))).toBe(false)
    expect(canBeMet({people: 3, roles: []}, of('a'), of('b'))).toBe(false)
  })
})
