/** The file of a local token as it was before something was done at it, put back in its place: the ledger knows how far it had come. */
import {copyFileSync, readFileSync, rmSync} from 'node:fs'
import {randomBytes} from 'node:crypto'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {Secret} from '../../src/base/secret.ts'
import {planRotate, planStandby} from '../../src/keys/index.ts'
import {
  generationOf,
  openProfile,
  profilesFold,
  readConfig,
  type ProfileFacts,
} from '../../src/profiles/index.ts'
import {outcome, verified} from '../ledger/support.ts'
import {act, approved, moved, type Bench} from '../keys/moving.ts'
import {contained, nightOf, opened, signed} from '../incidents/bench.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal, pin} from '../support/profile.ts'

let made: TestLedger
let app: App
beforeAll(async () => {
  made = await makeLedger({people: 5})
  app = made.open()
})
afterAll(async () => {
  await app.close()
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

const contain = async (bench: Bench, key: string): Promise<void> => {
  const carol = made.founders[2]
  if (carol === undefined) throw new Error('there are five')
  const night = nightOf(bench, carol)
  expect(await contained(night, await signed(night, await opened(night, key)))).toEqual([null])
}

describe('a token put back as it was before a key of it', () => {
  test.each<[string, (bench: Bench, key: string) => Promise<unknown>]>([
    ['was made', async () => undefined],
    ['was suspended', (bench, key) => moved(bench, key, 'suspend')],
    [
      'was given a standby',
      async (bench, key) => act(bench, await approved(bench, planStandby(app.ledger.view, key))),
    ],
    [
      'was given another version',
      async (bench, key) =>
        act(bench, await approved(bench, planRotate(app.ledger.view, key, app.ledger.time))),
    ],
    ['was contained in an incident', contain],
  ])('%s is refused', async (what, change) => {
    const name = what.replaceAll(' ', '-')
    const token = join(made.world.home, 'tokens', `${name}.token`)
    const before = join(made.world.home, 'before')
    await addLocal(app, name)
    const keep = (): void => {
      copyFileSync(token, before)
    }
    keep()
    await makeKey(app, made.founders, {name, profile: name, algorithm: 'ed25519'})
    if (what !== 'was made') keep()
    await change({made, app}, name)

    await app.close()
    app = made.open()
    rmSync(token)
    copyFileSync(before, token)
    const profiles = app.ledger.of(profilesFold)
    const profile = profiles.profiles.get(name) as ProfileFacts
    const opening = openProfile({
      profile,
      local: readConfig(made.world.home).get(name),
      leastGeneration: generationOf(profiles, profile),
      secret: () => Promise.resolve(new Secret(Buffer.from(pin))),
      clock: {now: () => new Date()},
      random: {bytes: (count) => randomBytes(count)},
    })
    expect(await outcome(() => opening)).toBe('TOKEN_ROLLED_BACK')
  })
})

test('every outcome that says a generation, by the document, counts', () => {
  const document = readFileSync(new URL('../../docs/ledger-format.md', import.meta.url), 'utf8')
  const said = [...document.matchAll(/^\| (`[a-z.]+`.*?) \| (.*generation.*) \|$/gm)].flatMap(
    ([, names = '', members = '']) =>
      members
        .split(' · ')
        .flatMap((one, at) => (one.includes('`generation`') ? [names.split(' · ')[at] ?? ''] : [])),
  )
  // A standby's and an imported key's entries are "as" those of another row.
  const all = [...said.map((name) => name.replaceAll('`', '')), 'key.standby.made', 'key.imported']
  expect(all).toContain('incident.acted')
  expect(profilesFold.types.toSorted()).toEqual([...new Set([...all, 'profile.removed'])].sort())
})
