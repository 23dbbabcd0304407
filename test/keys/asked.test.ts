/** Class and place in a plan decide who is asked: they are those of the key that stands, or nobody is asked, and nothing begins. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import type {OperationName} from '../../src/policy/index.ts'
import {factsOf, profilesFold, type ProfileFacts} from '../../src/profiles/index.ts'
import {keysFold, planHold, planMove, planSet} from '../../src/keys/index.ts'
import {planFor, type Plan, type Request} from '../../src/requests/index.ts'
import {planSplit} from '../../src/shares/plans.ts'
import type {JsonObject} from '../../src/base/jcs.ts'
import {verified} from '../ledger/support.ts'
import {contextOf, ask} from '../requests/support.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {act, approved, moved, nothing} from './moving.ts'

let made: TestLedger
let app: App
beforeAll(async () => {
  made = await makeLedger({people: 5, legal: true, statedKeys: true})
  app = made.open()
  for (const name of ['soft', 'desk']) await addLocal(app, name)
  await addLocal(app, 'vault', 'production')
  const kek = {profile: 'soft', algorithm: 'aes-256', purpose: 'wrap', class: 'kek'} as const
  await makeKey(app, made.founders, {name: 'master', ...kek, activate: false})
})
afterAll(async () => {
  await app.close()
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

const place = (name: string): ProfileFacts => {
  const profile = app.ledger.of(profilesFold).profiles.get(name)
  if (profile === undefined) throw new Error(`there is no profile ${name}`)
  return factsOf(profile)
}
/** As whoever has the writer's key makes it: the rule is the one that policy has for what it says. */
const forged = (operation: OperationName, change: JsonObject, profile: string | null): Plan =>
  planFor(app.ledger.view, {
    operation,
    change,
    class: (change['class'] ?? null) as Parameters<typeof planFor>[1]['class'],
    profile: profile === null ? null : place(profile),
    phases: ['one'],
    rests: [],
  })
const asked = (plan: Plan): Promise<Request> => ask(contextOf(app), {plan, names: {}})
const about = (more: JsonObject = {}): JsonObject => ({class: 'dek', key: 'master', version: 1, ...more})
const move = {enforced: true, from: 'pre-active', to: 'active'}
const week = {
  grace_days: 30,
  wait_days: 7,
  provider_waits: false,
  order: null,
  due: null,
  kept: [],
  enforced: true,
}
const backup = {id: 'k1', key: 'master', versions: [1]}

describe('a key of class kek is not asked about', () => {
  test.each<[OperationName, JsonObject]>([
    ['key.activate', about(move)],
    ['key.suspend', about({...move, from: 'active', to: 'suspended'})],
    ['key.set', {class: 'dek', key: 'master', changes: {classification: 'public'}}],
    ['key.hold', {class: 'dek', key: 'master', kind: 'legal-hold', until: '2099-01-01T00:00:00.000Z'}],
    ['key.release-hold', {class: 'dek', key: 'master', hold: 1}],
    ['key.destroy', about(week)],
    ['key.alias', about({alias: 'other'})],
    ['key.standby', about({algorithm: 'aes-256', made: 'version'})],
    [
      'incident.contain',
      {class: 'dek', incident: 9, key: 'master', versions: [{act: 'suspend', version: 1}]},
    ],
    ['key.unrevoke', {class: 'dek', incident: 9, key: 'master', versions: [{act: 'resume', version: 1}]}],
    ['backup.take', {class: 'dek', ...backup, recipient: 'age1somebody'}],
    ['backup.put-back', {class: 'dek', ...backup, sha256: 'ab'.repeat(32)}],
  ])('%s as of class dek', async (operation, change) => {
    const size = app.ledger.size
    await expect(asked(forged(operation, change, 'soft'))).rejects.toThrow(
      'key "master" is of class kek, and this asks as for class dek',
    )
    expect(app.ledger.size).toBe(size)
  })
})

describe('a key that lives in profile "soft" is not asked about as of', () => {
  test.each<[string, string | null, string]>([
    ['no place', null, 'no place'],
    ['another place', 'desk', 'profile "desk"'],
  ])('%s', async (_, profile, words) => {
    const lives = `key "master" lives in profile "soft", and this asks as for ${words}`
    const of = {class: 'kek', key: 'master'}
    const set = forged('key.set', {...of, changes: {classification: 'public'}}, profile)
    await expect(asked(set)).rejects.toThrow(lives)
    const until = '2099-01-01T00:00:00.000Z'
    await expect(asked(forged('key.hold', {...of, kind: 'legal-hold', until}, profile))).rejects.toThrow(
      lives,
    )
    const {plan} = planSplit(app.ledger.view, {
      name: null,
      key: 'master',
      threshold: 2,
      holders: made.founders.slice(0, 3).map(({person}) => ({person, otherwise: 'screen' as const})),
      replaces: null,
    })
    await expect(asked(forged('share.split', plan.change, profile))).rejects.toThrow(lives)
  })
})

test('a backup is brought to a place of the same environment, and to no other', async () => {
  const change = {class: 'kek', ...backup, sha256: 'ab'.repeat(32)}
  const brings = 'key "master" is a key of test, and this brings it to production'
  await expect(asked(forged('backup.put-back', change, 'vault'))).rejects.toThrow(brings)
  await expect(asked(forged('backup.put-back', change, 'desk'))).resolves.toMatchObject({
    operation: 'backup.put-back',
  })
})

test('what is asked of a key before it stands is held against it when it begins', async () => {
  const bench = {made, app}
  const create = {profile: 'soft', algorithm: 'aes-256', purpose: 'wrap', class: 'kek'} as const
  const early = forged('key.activate', {class: 'dek', key: 'late', version: 1, ...move}, 'soft')
  const plan = {...early, phases: [{name: 'activate', earliest: null, latest: null}]}
  const request = await approved(bench, {plan, names: {}})
  await makeKey(app, made.founders, {name: 'late', ...create, activate: false})
  const size = app.ledger.size
  await expect(act(bench, request)).rejects.toThrow(
    'key "late" is of class kek, and this asks as for class dek',
  )
  expect(app.ledger.size).toBe(size)
})

test('what keyrite itself asks is as the key stands', async () => {
  const {view} = app.ledger
  await expect(
    asked(planSet(view, 'master', {...nothing, classification: 'restricted'}).plan),
  ).resolves.toBeDefined()
  const until = new Date('2099-01-01T00:00:00Z')
  await expect(
    asked(planHold(view, 'master', {kind: 'legal-hold', until}, new Date()).plan),
  ).resolves.toBeDefined()
  await expect(asked(planMove(view, 'master', 'activate').plan)).resolves.toBeDefined()
  await moved({made, app}, 'master', 'activate')
  expect(app.ledger.of(keysFold).keys.get('master')?.versions[0]?.state).toBe('active')
})
