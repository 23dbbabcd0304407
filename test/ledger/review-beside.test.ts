/** Reading beside a writer, and what lies in the state folder that keyrite did not write. */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {opening, outcome, rules, verified} from './support.ts'

let made: TestLedger
beforeAll(async () => {
  made = await makeLedger()
})
afterAll(() => {
  made.remove()
})

test('whoever opens or verifies while another adds is not told that it was tampered with', async () => {
  const {home, state} = made.world
  const script = join(import.meta.dirname, 'review-writer.ts')
  const writer = spawn(process.execPath, [script, home, state, '150'], {stdio: 'ignore'})
  const ended = once(writer, 'exit')
  let looks = 0
  const seen = new Set<number>()
  while (writer.exitCode === null) {
    const verification = verified(made.world)
    expect(verification.problems).toEqual([])
    seen.add(verification.entries)
    expect(await opening(made)).toBe('ok')
    looks++
    await new Promise(setImmediate)
  }
  expect((await ended)[0]).toBe(0)
  expect(seen.size).toBeGreaterThan(3)
  expect(looks).toBeGreaterThan(3)
})

describe('what is not what keyrite writes into the state folder is named', () => {
  const files = (end: string): string => {
    const folder = join(made.world.state, 'writers')
    return join(folder, readdirSync(folder).find((name) => name.endsWith(end)) ?? '')
  }

  test.each([
    {name: 'bytes that are no JSON', end: '.head', text: 'nothing'},
    {name: 'another object', end: '.head', text: '{"home":"/"}'},
    {name: 'a checkpoint that is none', end: '.head', text: '{"checkpoint":"x","home":"/"}'},
    {name: 'a key that is none', end: '.key', text: 'nothing'},
  ])('$name', async ({end, text}) => {
    const other = await makeLedger({people: 1})
    const kept = made
    made = other
    try {
      writeFileSync(files(end), text)
      expect(await opening(other)).toBe('UNSAFE_FILE')
      expect(await outcome(() => verified(other.world))).toBe('ok')
      if (end === '.head') expect(rules(other.world)).toEqual(['file'])
    } finally {
      made = kept
      other.remove()
    }
  })
})
