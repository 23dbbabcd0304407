/** How far a place had come, replayed: by the place, whatever its profile is called, and only what is recorded late may be older. */
import {expect, test} from '@jest/globals'
import type {Entry, View} from '../../src/ledger/index.ts'
import {generationOf, profilesFold, type Profiles} from '../../src/profiles/index.ts'

const identity = {token: 'ab'.repeat(16)}
const added = (name: string, generation: number | null) =>
  ['profile.added', {name, kind: 'local', environment: 'test', identity, prover: null, generation}] as const
const done = (type: string, profile: string, generation: number | null) =>
  [type, {profile, generation}] as const

/** What is wrong with each in turn, '' where nothing is; what is wrong has no effect. */
function replayed(steps: readonly (readonly [string, object])[]): {said: string[]; state: Profiles} {
  let state = profilesFold.initial()
  const said = steps.map(([type, data], seq) => {
    const view = {of: () => state, facts: {rehearsal: false}} as unknown as View
    const entry = {type, data, seq, time: '2026-11-29T00:00:00.000Z'} as unknown as Entry
    const problems = profilesFold.check(view, entry)
    if (problems.length === 0) state = profilesFold.apply(view, entry)
    return problems.map(({message}) => message).join('; ')
  })
  return {said, state}
}

test('an older one is refused after each kind of outcome, and one recorded late is taken and lowers nothing', () => {
  const {said, state} = replayed([
    added('soft', 1),
    done('key.rotated', 'soft', 5),
    done('key.tried', 'soft', 4),
    done('key.imported', 'soft', 4),
    done('key.tried', 'soft', null),
    done('incident.acted', 'soft', 3),
    done('key.tried', 'soft', 4),
    done('incident.acted', 'soft', 7),
    done('key.tried', 'soft', 6),
  ])
  const older = (one: number, least: number): string => `generation ${one} is older than ${least}`
  expect(said).toEqual(['', '', older(4, 5), older(4, 5), '', '', older(4, 5), '', older(6, 7)])
  expect(generationOf(state, {identity})).toBe(7)
})

test('it is the place’s: another profile of it, and one added again, go on from there', () => {
  const {said} = replayed([
    added('soft', 1),
    done('key.created', 'soft', 5),
    added('again', 4),
    ['profile.removed', {name: 'soft'}],
    added('other', 4),
    added('other', 5),
  ])
  const older = 'generation 4 is older than 5'
  expect(said).toEqual(['', '', older, '', older, ''])
})
