import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {planMove, type KeyWish} from '../../src/keys/index.ts'
import type {View} from '../../src/ledger/index.ts'
import {defaultPolicy, policyFold} from '../../src/policy/index.ts'
import {profilesFold} from '../../src/profiles/index.ts'
import {planDigest} from '../../src/requests/index.ts'
import {outcome, refused} from '../ledger/support.ts'
import {planned} from '../requests/support.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'

let made: TestLedger
let app: App
beforeAll(async () => {
  const minimums = {...defaultPolicy.minimums, hardware: ['root' as const]}
  made = await makeLedger({people: 3, policy: {...defaultPolicy, minimums}})
  app = made.open()
  await addLocal(app, 'soft')
  await addLocal(app, 'live', 'production')
  await makeKey(app, made.founders, {name: 'taken', profile: 'soft', algorithm: 'ed25519'})
  const waiting = {
    name: 'waiting',
    profile: 'soft',
    algorithm: 'ed25519',
    class: 'root',
    activate: false,
  } as const
  await makeKey(app, made.founders, waiting)
})
afterAll(async () => {
  await app.close()
  made.remove()
})

describe('the plan of a key', () => {
  test('holds the place by its identity, the rule, and no name of anybody', () => {
    const {plan, names} = planned(app, {owner: 'Payments Team', consumers: ['Shop', 'bob@example.com']})
    const bob = made.founders[1]?.person.id ?? ''
    expect(plan).toMatchObject({
      operation: 'key.create',
      rule: 'key-generation',
      phases: [{name: 'create', earliest: null, latest: null}],
      profile: {name: 'soft', kind: 'local', environment: 'test'},
      change: {
        key: 'payments',
        version: 1,
        scheme: 'eddsa',
        owner: 'owner',
        consumers: ['consumer-1', bob],
        parent: null,
        expires: null,
      },
    })
    expect(names).toEqual({owner: 'Payments Team', 'consumer-1': 'Shop'})
    expect(JSON.stringify(plan)).not.toMatch(/Payments Team|Shop|Bob|bob@/)
  })

  test('is the same however much else was recorded, and another with any wish changed', async () => {
    const digest = planDigest(planned(app).plan)
    await app.ledger.append([refused()])
    expect(planDigest(planned(app).plan)).toBe(digest)
    const others: Partial<KeyWish>[] = [
      {name: 'other'},
      {algorithm: 'ec-p256'},
      {class: 'kek'},
      {classification: 'public'},
      {activate: true},
      {profile: 'live'},
      {parent: 'taken'},
      {expires: new Date('2031-01-01T00:00:00Z')},
      {consumers: ['Shop']},
      {owner: 'alice@example.com'},
    ]
    const digests = others.map((wish) => planDigest(planned(app, wish).plan))
    expect(new Set([digest, ...digests]).size).toBe(others.length + 1)
  })

  test.each<[string, Partial<KeyWish>, string]>([
    ['a name that is taken', {name: 'taken'}, 'KEY_EXISTS'],
    ['a name in capitals', {name: 'Payments'}, 'USAGE'],
    ['a name that is empty', {name: ''}, 'USAGE'],
    ['a name of 64', {name: 'a'.repeat(64)}, 'USAGE'],
    ['a name with a control character', {name: 'a\u001b[2J'}, 'USAGE'],
    ['a profile that is not there', {profile: 'nowhere'}, 'PROFILE_NOT_FOUND'],
    ['a parent that is not there', {parent: 'nobody'}, 'KEY_NOT_FOUND'],
    ['a purpose that its algorithm has not', {purpose: 'encrypt'}, 'UNSUPPORTED'],
    ['a scheme of another algorithm', {scheme: 'es256'}, 'UNSUPPORTED'],
    [
      'a scheme that does not serve the purpose',
      {algorithm: 'rsa-3072', scheme: 'oaep-sha256'},
      'UNSUPPORTED',
    ],
    ['a class that the policy wants in hardware', {profile: 'live', class: 'root'}, 'POLICY_REFUSES'],
    ['an algorithm too weak for production', {profile: 'live', algorithm: 'rsa-2048'}, 'POLICY_REFUSES'],
  ])('is refused for %s', async (_name, wish, code) => {
    const size = app.ledger.size
    expect(await outcome(() => planned(app, wish))).toBe(code)
    expect(app.ledger.size).toBe(size)
  })

  test('to activate it is refused for a key that is not there, and for one that is active', async () => {
    expect(await outcome(() => planMove(app.ledger.view, 'nobody', 'activate'))).toBe('KEY_NOT_FOUND')
    expect(await outcome(() => planMove(app.ledger.view, 'taken', 'activate'))).toBe('KEY_STATE')
  })

  test('to activate it is refused in production for a key that is not in hardware where the policy wants that', async () => {
    expect(planMove(app.ledger.view, 'waiting', 'activate').plan.operation).toBe('key.activate')
    const {profiles, ...rest} = app.ledger.of(profilesFold)
    const soft = profiles.get('soft')
    const live = soft === undefined ? [] : [['soft', {...soft, environment: 'production'}] as const]
    const view: Pick<View, 'of'> = {
      of: (fold) =>
        fold.name === profilesFold.name
          ? ({...rest, profiles: new Map(live)} as ReturnType<typeof fold.initial>)
          : app.ledger.view.of(fold),
    }
    expect(view.of(policyFold).policy.minimums.hardware).toEqual(['root'])
    expect(await outcome(() => planMove(view, 'waiting', 'activate'))).toBe('POLICY_REFUSES')
  })
})
