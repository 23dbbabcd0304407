import {afterEach, describe, expect, test} from '@jest/globals'
import type {App} from '../../../src/app.ts'
import {jwksOf, standing} from '../../../src/keys/index.ts'
import {makeKey, makeLedger, type TestLedger} from '../../support/ledger.ts'
import {addLocal} from '../../support/profile.ts'
import {keyOf, MovedClock, run, sign, verifies, versionsOf} from './support.ts'

const SLOW = process.env['SLOW'] === '1'
const clock = new MovedClock('2027-01-01T00:00:00Z')
let made: TestLedger
let app: App
afterEach(async () => {
  await app.close()
  made.remove()
})

async function start(): Promise<void> {
  clock.to('2027-01-01T00:00:00Z')
  made = await makeLedger({now: clock.now})
  app = made.open()
  await addLocal(app, 'soft')
}

describe('a key of a class that is automatic', () => {
  test('is rotated phase by phase on its days, with nobody asked', async () => {
    await start()
    await makeKey(app, made.founders, {name: 'tokens', profile: 'soft'})
    clock.days(89)
    expect(await run(app, 'tokens')).toMatchObject({did: [], waits: null})
    clock.days(2)
    expect(await run(app, 'tokens')).toMatchObject({did: ['open', 'version', 'accept'], waits: 'time'})
    expect(versionsOf(app, 'tokens')).toBe('1 active*, 2 active')
    expect(jwksOf(app.ledger.view, [keyOf(app, 'tokens')])).toHaveLength(2)
    expect(standing(app.ledger, keyOf(app, 'tokens'))).toMatchObject({reason: 'rotating', overdueBy: null})
    expect(await run(app, 'tokens')).toMatchObject({did: [], waits: 'time'})
    clock.days(7)
    expect(await run(app, 'tokens')).toMatchObject({did: ['primary'], waits: 'time'})
    expect(versionsOf(app, 'tokens')).toBe('1 active, 2 active*')
    clock.days(30)
    expect(await run(app, 'tokens')).toMatchObject({did: ['retire'], waits: null})
    expect(versionsOf(app, 'tokens')).toBe('1 deactivated, 2 active*')
    expect(jwksOf(app.ledger.view, [keyOf(app, 'tokens')])).toHaveLength(1)
    expect(standing(app.ledger, keyOf(app, 'tokens'))).toMatchObject({reason: 'on-time'})
  })
})

/** A day after the other, as cron has it. @returns what was seen of due dates, ages and tokens. */
async function days(count: number): Promise<{late: string[]; dark: string[]; rotations: number}> {
  await start()
  await makeKey(app, made.founders, {name: 'tokens', profile: 'soft'})
  const live: {token: string; until: number}[] = []
  const late: string[] = []
  const dark: string[] = []
  for (let day = 1; day <= count; day++) {
    const now = clock.days(1)
    await run(app, 'tokens')
    const status = standing(app.ledger, keyOf(app, 'tokens'))
    const old = status.limit !== null && status.limit < now.toISOString()
    if (status.overdueBy !== null || status.reason === 'due' || old) late.push(`day ${day}: ${status.why}`)
    if (day % 3 === 0)
      live.push({token: await sign(app, 'tokens', now, 28), until: now.getTime() + 28 * 86_400_000})
    for (const {token} of live.filter(({until}) => until > now.getTime()).filter((_, at) => at % 3 === 0))
      if (!(await verifies(app, 'tokens', token, now))) dark.push(`day ${day}`)
  }
  return {late, dark, rotations: keyOf(app, 'tokens').versions.length - 1}
}

test('a hundred days of daily runs: the day that is due is met, and every live token verifies', async () => {
  expect(await days(100)).toEqual({late: [], dark: [], rotations: 1})
}, 120_000)

if (SLOW)
  test('a year of daily runs: every due day is met, no version is past its limit, every live token verifies', async () => {
    expect(await days(366)).toEqual({late: [], dark: [], rotations: 4})
  }, 600_000)
