import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import Database from 'better-sqlite3'
import type {App} from '../../src/app.ts'
import {KeyriteError} from '../../src/base/errors.ts'
import {generateEd25519} from '../../src/custody/index.ts'
import {keysFold, planMove, proveKey} from '../../src/keys/index.ts'
import {profilesFold} from '../../src/profiles/index.ts'
import {
  apply,
  findRequest,
  meet,
  missing,
  planDigest,
  planInWords,
  propose,
  requestAt,
  requestDocument,
  statusOf,
  withdraw,
  type Request,
} from '../../src/requests/index.ts'
import {custodyFold} from '../../src/custody/index.ts'
import {policyFold} from '../../src/policy/index.ts'
import {outcome, verified} from '../ledger/support.ts'
import {makeLedger, type Founder, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {ask, contextOf, planned, say, sayAll, type Context} from './support.ts'

let made: TestLedger
let app: App
let context: Context
let now: Date
let people: readonly Founder[]

beforeEach(async () => {
  now = new Date('2030-01-01T00:00:00.000Z')
  made = await makeLedger({people: 5, now: () => now})
  people = made.founders
  app = made.open()
  context = contextOf(app, people[4])
})
afterEach(async () => {
  await app.close()
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

const status = (request: Request): string => statusOf(requestAt(app.ledger, request.seq), app.ledger.time)
const one = (at: number): Founder => {
  const founder = people[at]
  if (founder === undefined) throw new Error('there are five')
  return founder
}

describe('a request', () => {
  test('is asked, answered, met and applied; what is done is what was approved', async () => {
    await addLocal(app, 'soft')
    const plan = planned(app, {activate: true})
    const request = await ask(context, plan, {reason: 'first key'})
    expect(status(request)).toBe('open')
    expect(request).toMatchObject({
      needs: {people: 3, roles: []},
      planSha256: planDigest(plan.plan),
      expires: '2030-01-04T00:00:00.000Z',
    })
    expect(missing(app.ledger, request)).toBe('3 more people')
    expect(await outcome(() => apply(context, app.operations, request))).toBe('QUORUM_MISSING')

    const two = await sayAll(context, request, people.slice(0, 2))
    expect((await meet(context, two)).met).toBeNull()
    const met = await meet(context, await say(context, two, one(2)))
    expect(status(met)).toBe('met')
    expect(await outcome(() => say(context, met, one(3)))).toBe('REQUEST_STATE')

    await apply(context, app.operations, met, ['create'])
    expect(app.ledger.of(keysFold).keys.get('payments')?.versions[0]).toMatchObject({
      state: 'pre-active',
      tried: null,
    })
    await proveKey({...context, approved: met.met ?? -1}, 'payments', 1)
    const applied = await apply(context, app.operations, met)
    expect(statusOf(applied, app.ledger.time)).toBe('applied')
    expect(app.ledger.of(keysFold).keys.get('payments')?.versions[0]?.state).toBe('active')

    const size = app.ledger.size
    await apply(context, app.operations, applied) // nothing is done twice
    expect(app.ledger.size).toBe(size)
  })

  test('is found by its id, and nothing else is', async () => {
    await addLocal(app, 'soft')
    const request = await ask(context, planned(app))
    expect(findRequest(app.ledger, request.id)).toEqual(request)
    expect(findRequest(app.ledger, String(request.seq))).toEqual(request)
    for (const typed of ['', 'r', 'r0', 'r999', 'R1', '-1', 'r1x', 'payments'])
      expect(await outcome(() => findRequest(app.ledger, typed))).toBe('REQUEST_NOT_FOUND')
  })

  test('names parties in words, and only behind commitments in the bytes that are hashed', async () => {
    await addLocal(app, 'soft')
    const planted = 'Zebra Quantum Holdings'
    const request = await ask(
      context,
      planned(app, {owner: planted, consumers: ['alice@example.com', 'Yak Depot']}),
      {reason: 'Xylophone'},
    )
    const {roster} = app.ledger.of(custodyFold)
    const words = planInWords(
      {roster, policy: app.ledger.of(policyFold).policy},
      app.operations,
      request,
    ).join(' ')
    for (const name of [planted, 'Alice', 'Yak Depot']) expect(words).toContain(name)
    expect(requestDocument(app.ledger, app.operations, request).inWords.join(' ')).toBe(words)
    const db = new Database(join(made.world.home, 'ledger.db'), {readonly: true})
    const all = (sql: string): string => Buffer.concat(db.prepare(sql).pluck().all() as Buffer[]).toString()
    const hashed =
      all('SELECT bytes FROM entries') + all('SELECT bytes FROM blobs') + all('SELECT row FROM side')
    const openings = all('SELECT value FROM openings')
    db.close()
    for (const name of [planted, 'Yak Depot', 'Xylophone']) {
      expect(hashed).not.toContain(name)
      expect(openings).toContain(name)
    }
  })

  test('is rejected once too few are left to say yes', async () => {
    await addLocal(app, 'soft')
    const request = await ask(context, planned(app))
    await say(context, request, one(0), 'reject')
    await say(context, request, one(1), 'reject')
    expect(status(request)).toBe('open')
    await say(context, request, one(2), 'reject')
    expect(status(request)).toBe('rejected')
    expect(await outcome(() => say(context, requestAt(app.ledger, request.seq), one(3)))).toBe(
      'QUORUM_MISSING',
    )
  })

  test('of a grave key is rejected by the one whose role it needs', async () => {
    await addLocal(app, 'soft')
    const request = await ask(context, planned(app, {class: 'kek', algorithm: 'aes-256', purpose: 'wrap'}))
    expect(request.needs).toEqual({people: 3, roles: ['ciso', 'security-lead']})
    await say(context, request, one(1), 'reject') // the ciso
    expect(status(request)).toBe('rejected')
  })

  test('of a grave key is not met by as many who lack a role', async () => {
    await addLocal(app, 'soft')
    const request = await ask(context, planned(app, {class: 'root'}))
    const three = await sayAll(context, request, [one(0), one(2), one(3)])
    expect(missing(app.ledger, three)).toBe('1 more person, among them ciso')
    expect((await meet(context, three)).met).toBeNull()
    expect((await meet(context, await say(context, three, one(1)))).met).not.toBeNull()
  })

  test('expires: neither answer nor quorum comes after', async () => {
    await addLocal(app, 'soft')
    const request = await ask(context, planned(app))
    const three = await sayAll(context, request, people.slice(0, 3))
    now = new Date('2030-01-04T00:00:00.001Z')
    expect(status(three)).toBe('expired')
    expect(await outcome(() => say(context, three, one(3)))).toBe('REQUEST_STATE')
    expect(await outcome(() => meet(context, three))).toBe('REQUEST_STATE')
  })

  test('can be withdrawn until it is begun, and is never applied then', async () => {
    await addLocal(app, 'soft')
    const open = await withdraw(context, await ask(context, planned(app)), 'not now')
    expect(status(open)).toBe('withdrawn')
    expect(await outcome(() => say(context, open, one(0)))).toBe('REQUEST_STATE')
    expect(await outcome(() => withdraw(context, open, 'again'))).toBe('REQUEST_STATE')

    const met = await meet(
      context,
      await sayAll(context, await ask(context, planned(app)), people.slice(0, 3)),
    )
    const gone = await withdraw(context, met, 'after all not')
    const size = app.ledger.size
    for (const stale of [gone, met])
      expect(await outcome(() => apply(context, app.operations, stale))).toBe('REQUEST_STATE')
    expect(app.ledger.size).toBe(size)
    expect(app.ledger.of(keysFold).keys.size).toBe(0)

    const begun = await meet(
      context,
      await sayAll(context, await ask(context, planned(app)), people.slice(0, 3)),
    )
    const applied = await apply(context, app.operations, begun)
    expect(await outcome(() => withdraw(context, applied, 'too late'))).toBe('REQUEST_STATE')
  })

  test('is answered once by each, and only by those who may, with their own key', async () => {
    await addLocal(app, 'soft')
    const request = await ask(context, planned(app), {only: people.slice(0, 3).map(({person}) => person.id)})
    const first = await say(context, request, one(0))
    expect(await outcome(() => say(context, first, one(0)))).toBe('NOT_PERMITTED')
    expect(await outcome(() => say(context, first, one(0), 'reject'))).toBe('NOT_PERMITTED')
    expect(await outcome(() => say(context, first, one(3)))).toBe('NOT_PERMITTED')
    expect(await outcome(() => say(context, first, {...one(1), signer: generateEd25519().signer}))).toBe(
      'BAD_SIGNATURE',
    )
    expect(await outcome(() => say(context, first, {...one(1), signer: one(0).signer}))).toBe('BAD_SIGNATURE')
    expect(requestAt(app.ledger, request.seq).answers).toHaveLength(1)
  })

  test('that too few could answer is not opened', async () => {
    await addLocal(app, 'soft')
    expect(await outcome(() => ask(context, planned(app), {only: [one(0).person.id]}))).toBe('QUORUM_MISSING')
  })

  test('that nobody with a role which it asks could answer is not opened, and never called rejected', async () => {
    await addLocal(app, 'soft')
    const kek = planned(app, {class: 'kek', algorithm: 'aes-256', purpose: 'wrap'})
    const without = (...roles: readonly string[]): string[] =>
      people
        .filter(({person}) => !person.roles.some((role) => roles.includes(role)))
        .map(({person}) => person.id)
    const size = app.ledger.size
    for (const role of ['ciso', 'security-lead'])
      await expect(ask(context, kek, {only: without(role)})).rejects.toMatchObject({
        code: 'QUORUM_MISSING',
        message: `cannot ask for key.create: rule "grave-key-generation" needs 3 people, among them ciso and security-lead, each another person, and nobody who may answer here is ${role}`,
      })
    expect(app.ledger.size).toBe(size)
    expect(statusOf(await ask(context, kek), now)).toBe('open')
  })

  test('that fails for want of whoever asks says that another may ask, and only then', async () => {
    await addLocal(app, 'soft')
    const {plan, ...rest} = planned(app)
    const {profile} = plan
    if (profile === null) throw new Error('the plan is of a profile')
    const asking = {...rest, plan: {...plan, profile: {...profile, environment: 'production' as const}}}
    const hints = async (others: readonly number[]): Promise<readonly string[]> => {
      const only = others.map((at) => one(at).person.id)
      const actor = {person: one(0).person.id, evidence: 'stated' as const}
      const refused = await ask({...context, actor}, asking, {only}).catch((error: unknown) => error)
      expect(refused).toMatchObject({code: 'QUORUM_MISSING'})
      return refused instanceof KeyriteError ? refused.hints : []
    }
    const another = '--as PERSON: in production whoever asks does not approve'
    expect(await hints([0, 1, 2])).toContain(another)
    expect(await hints([1, 2])).not.toContain(another)
  })

  test('whose ground has moved is not applied', async () => {
    await addLocal(app, 'soft')
    const [first, second] = [
      await ask(context, planned(app)),
      await ask(context, planned(app, {algorithm: 'ec-p256'})),
    ]
    const metFirst = await meet(context, await sayAll(context, first, people.slice(0, 3)))
    const metSecond = await meet(context, await sayAll(context, second, people.slice(0, 3)))
    await apply(context, app.operations, metFirst)
    expect(await outcome(() => apply(context, app.operations, metSecond))).toBe('KEY_EXISTS')
  })

  test('whose profile was removed is not applied', async () => {
    await addLocal(app, 'soft')
    const third = await ask(context, planned(app, {name: 'other'}))
    const metThird = await meet(context, await sayAll(context, third, people.slice(0, 3)))
    const seq = app.ledger.of(policyFold).seq
    await app.ledger.append([
      {type: 'profile.removed', data: {name: 'soft'}, actor: context.actor, approved: seq},
    ])
    expect(await outcome(() => apply(context, app.operations, metThird))).toBe('PROFILE_MOVED')
    expect(app.ledger.of(keysFold).keys.has('other')).toBe(false)
  })

  test('to activate a key takes a proof first', async () => {
    await addLocal(app, 'soft')
    const making = await meet(
      context,
      await sayAll(context, await ask(context, planned(app)), people.slice(0, 3)),
    )
    await apply(context, app.operations, making)
    expect(await outcome(() => planMove(app.ledger.view, 'payments', 'activate'))).toBe('KEY_STATE')
    await proveKey({...context, approved: making.met ?? -1}, 'payments', 1)
    const request = await ask(context, planMove(app.ledger.view, 'payments', 'activate'))
    const met = await meet(context, await sayAll(context, request, people.slice(0, 2)))
    await apply(context, app.operations, met)
    expect(app.ledger.of(keysFold).keys.get('payments')?.versions[0]?.state).toBe('active')
    expect(await outcome(() => planMove(app.ledger.view, 'payments', 'activate'))).toBe('KEY_STATE')
  })
})

describe('in production', () => {
  test('the author is not asked, and keys that were only stated do not count', async () => {
    await addLocal(app, 'soft', 'production')
    expect(app.ledger.of(profilesFold).profiles.get('soft')?.environment).toBe('production')
    const request = await ask(context, planned(app))
    expect(request.who.map(({person}) => person)).not.toContain(one(4).person.id)
    expect(await outcome(() => say(context, request, one(4)))).toBe('NOT_PERMITTED')
    const three = await sayAll(context, request, people.slice(0, 3))
    expect(missing(app.ledger, three)).toBe('3 more people, and the signature of its author')
    expect((await meet(context, three)).met).toBeNull()
  })

  test('the author signs first, and nobody else signs for them', async () => {
    await app.close()
    made.remove()
    // The same people, under a policy that names their keys.

    made = await makeLedger({people: 5, now: () => now, statedKeys: true})
    people = made.founders
    app = made.open()
    context = contextOf(app, people[4])
    await addLocal(app, 'soft', 'production')
    const request = await ask(context, planned(app))
    const three = await sayAll(context, request, people.slice(0, 3))
    expect(missing(app.ledger, three)).toBe('the signature of its author')
    expect((await meet(context, three)).met).toBeNull()
    const {roster} = app.ledger.of(custodyFold)
    const enrolled = (at: number) => roster.get(one(at).person.id) ?? one(at).person
    expect(await outcome(() => propose(context, three, enrolled(3), one(3).signer))).toBe('POLICY_REFUSES')
    expect(await outcome(() => propose(context, three, enrolled(4), one(3).signer))).toBe('BAD_SIGNATURE')
    const proposed = await propose(context, three, enrolled(4), one(4).signer)
    expect(await outcome(() => propose(context, proposed, enrolled(4), one(4).signer))).toBe('POLICY_REFUSES')
    const met = await meet(context, proposed)
    expect(status(met)).toBe('met')
  })
})
