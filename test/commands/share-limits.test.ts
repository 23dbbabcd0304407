/** How many may hold shares, and how many of them recover, before anybody is asked. */
import {expect} from '@jest/globals'
import {makePeople, type People} from '../requests/people-support.ts'
import {code} from './share-support.ts'
import {needing} from '../support/needs.ts'

const {afterAll, beforeAll, test} = needing('ssh-keygen')

let people: People
beforeAll(async () => {
  people = await makePeople({people: 17})
}, 120_000)
afterAll(() => {
  people.remove()
})

const first = ['alice', 'bob', 'carol', 'dan', 'erin', 'frank', 'grace']
const holders = (count: number): string =>
  Array.from({length: count}, (_, at) => `--holder ${first[at] ?? `person${at}`}`).join(' ')
const split = (count: number, threshold: number) =>
  people.type(`share split --secret-file @none --threshold ${threshold} ${holders(count)} --dry-run`)

test('as many as sixteen people hold shares, and all of them may be needed', async () => {
  for (const threshold of [2, 16]) {
    const ran = await split(16, threshold)
    expect(ran.exit).toBe(0)
    const {change} = ran.document['plan'] as {change: {holders: unknown[]; threshold: number}}
    expect([change.holders.length, change.threshold]).toEqual([16, threshold])
  }
})

test('seventeen are refused, with how many may', async () => {
  const ran = await split(17, 3)
  expect([ran.exit, code(ran)]).toEqual([2, 'USAGE'])
  expect(ran.stdout).toContain('cannot split for 17 holders: at most 16')
})

test.each([
  ['one share that recovers alone', 3, 1],
  ['none that are needed', 3, 0],
  ['more than there are', 3, 4],
  ['one holder', 1, 2],
])('%s is refused', async (_name, count, threshold) => {
  const ran = await split(count, threshold)
  expect([ran.exit, code(ran)]).toEqual([2, 'USAGE'])
})
