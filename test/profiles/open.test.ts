import {cpSync, rmSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {randomBytes} from 'node:crypto'
import {Secret} from '../../src/base/secret.ts'
import {openProfile, profilesFold, readConfig, type ProfileFacts} from '../../src/profiles/index.ts'
import {planLines} from '../../src/ui/gather.ts'
import {outcome} from '../ledger/support.ts'
import {planned} from '../requests/support.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal, pin} from '../support/profile.ts'

let made: TestLedger
beforeEach(async () => {
  made = await makeLedger({people: 1})
})
afterEach(() => {
  made.remove()
})

async function opening(
  name: string,
  change: {pin?: string; least?: number; forget?: boolean} = {},
): Promise<string> {
  const profile = await made.using((app) => app.ledger.of(profilesFold).profiles.get(name) as ProfileFacts)
  return outcome(async () => {
    const provider = await openProfile({
      profile,
      local: change.forget === true ? undefined : readConfig(made.world.home).get(name),
      leastGeneration: change.least ?? null,
      secret: () => Promise.resolve(new Secret(Buffer.from(change.pin ?? pin))),
      clock: {now: () => new Date()},
      random: {bytes: (count) => randomBytes(count)},
    })
    await provider.close()
  })
}

describe('a profile', () => {
  const token = (name: string): string => join(made.world.home, 'tokens', `${name}.token`)

  test('opens what was added, and nothing that was put in its place', async () => {
    await made.using(async (app) => {
      await addLocal(app, 'soft')
      await addLocal(app, 'other')
    })
    expect(await opening('soft')).toBe('ok')
    expect(await opening('soft', {pin: 'wrong horse battery'})).toBe('CREDENTIALS_REFUSED')
    expect(await opening('soft', {least: 99})).toBe('TOKEN_ROLLED_BACK')
    expect(await opening('soft', {forget: true})).toBe('PROFILE_NOT_FOUND')
    rmSync(token('soft'))
    cpSync(token('other'), token('soft'))
    expect(await opening('soft')).toBe('PROFILE_MOVED')
    // Its generations are its own, and nobody is asked for a PIN that is not its.
    expect(await opening('soft', {least: 99})).toBe('PROFILE_MOVED')
    expect(await opening('soft', {pin: 'wrong horse battery'})).toBe('PROFILE_MOVED')
    rmSync(token('soft'))
    expect(await opening('soft')).toBe('FILE_NOT_FOUND')
  })

  test('whose token file cannot even be looked at says so, and is no bug of ours', async () => {
    const file = join(made.world.home, 'loop')
    symlinkSync(file, file)
    const settings = {address: 'http://127.0.0.1:1', mount: 'transit', 'token-file': file}
    const code = await outcome(async () => {
      await openProfile({
        profile: {name: 'far', kind: 'transit', environment: 'test', identity: {}},
        local: {settings, pinFile: undefined},
        leastGeneration: null,
        secret: () => Promise.reject(new Error('nobody is asked')),
        clock: {now: () => new Date()},
        random: {bytes: (count) => randomBytes(count)},
        say: () => undefined,
      })
    })
    expect(code).toBe('UNSAFE_FILE')
  })

  test('of one place is not to be had in two environments', async () => {
    await made.using(async (app) => {
      await addLocal(app, 'live', 'production')
      expect(await outcome(() => addLocal(app, 'test', 'test', token('live')))).toBe('PROFILE_ENVIRONMENT')
      expect(await outcome(() => addLocal(app, 'live', 'production', token('live')))).toBe('EXISTS')
      expect([...app.ledger.of(profilesFold).profiles.keys()]).toEqual(['live'])
    })
  })

  test('that this machine cannot reach is said before anybody signs', async () => {
    await made.using(async (app) => {
      await addLocal(app, 'soft')
      const asked = planned(app)
      const told =
        /^Not to be done from here yet: config.yaml does not say where profile "soft" lies\. Copy its settings/
      expect(planLines(app, asked).filter((line) => told.test(line))).toEqual([])
      rmSync(join(made.world.home, 'config.yaml'))
      expect(planLines(app, asked).filter((line) => told.test(line))).toHaveLength(1)
    })
  })
})
