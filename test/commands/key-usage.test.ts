import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import KeyUsage from '../../src/commands/key/usage.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {runCommand, runJson} from '../support/run.ts'

let made: TestLedger
let now = new Date('2027-01-04T12:00:00Z')
beforeAll(async () => {
  made = await makeLedger({now: () => now})
  await made.using(async (app) => {
    await addLocal(app, 'main')
    await makeKey(app, made.founders, {name: 'tokens', profile: 'main'})
    await makeKey(app, made.founders, {name: 'other', profile: 'main'})
  })
})
afterAll(() => {
  made.remove()
})

const usage = (...argv: string[]) => runJson(KeyUsage, 'key usage', [...argv, '--as', 'alice'], made.world)

describe('key usage, of a place that keeps no log', () => {
  test('says what keyrite did, that it knows of nothing else, and keeps that in the ledger; nobody is asked for a PIN', async () => {
    now = new Date('2027-01-05T12:00:00Z')
    const found = await usage('tokens')
    expect(found).toMatchObject({
      schema: 'keyrite.usage/1',
      exit: 0,
      name: 'tokens',
      since: '2026-12-06T12:00:00.000Z',
      until: '2027-01-05T12:00:00.000Z',
      source: 'the ledger of keyrite',
      gaps: [
        'a place of kind local keeps no log that keyrite could read: what other programs did with the key is not in this',
      ],
    })
    expect(found['events']).toBeGreaterThan(3)
    expect(await runJson(LedgerVerify, 'ledger verify', [], made.world)).toMatchObject({
      exit: 0,
      problems: [],
    })
    await made.using((app) => {
      expect(app.ledger.view.entry(Number(found['entry']))?.data).toMatchObject({
        key: 'tokens',
        events: found['events'],
      })
    })
    expect(await usage('tokens')).toMatchObject({events: found['events']})
  })

  test('looks back only as far as it is told, and records nothing where that is wanted', async () => {
    now = new Date('2027-01-09T12:00:00Z')
    expect(await usage('tokens', '--since', 'P1D', '--no-record')).toMatchObject({
      events: 0,
      callers: [],
      entry: null,
    })
    const {stdout} = await runCommand(
      KeyUsage,
      'key usage',
      ['other', '--since', 'P1D', '--no-record'],
      made.world,
    )
    expect(stdout).toContain('No use of it was seen.')
    expect(stdout).toContain('Not in it: a place of kind local keeps no log')
    expect(stdout.endsWith('Nothing was recorded.\n')).toBe(true)
  })

  test.each<[string, string[], string]>([
    ['a key that is none', ['tokans'], 'KEY_NOT_FOUND'],
    ['a time that is none', ['tokens', '--since', '30 days'], 'USAGE'],
    ['a time of nothing', ['tokens', '--since', 'PT0S'], 'USAGE'],
    ['hours that are none', ['tokens', '--hours', '7 to 19'], 'USAGE'],
    ['hours past the day', ['tokens', '--hours', '07-25'], 'USAGE'],
  ])('is refused with %s', async (_name, argv, code) => {
    expect(await usage(...argv)).toMatchObject({code})
  })
})
