/** Another key in the place of one that is revoked: a standby by whoever contains it, anything else by the emergency quorum. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {
  askForChildren,
  findIncident,
  openOwed,
  planContain,
  planPromote,
  planRatify,
  planReplace,
  promotes,
} from '../../src/incidents/index.ts'
import {planStandby, type KeyWish, type Planned} from '../../src/keys/index.ts'
import type {Provider} from '../../src/providers/ports.ts'
import {duties} from '../../src/duties/index.ts'
import {apply, meet, requestAt, requests, statusNow, type Request} from '../../src/requests/index.ts'
import {ask, say} from '../requests/support.ts'
import {outcome, verified} from '../ledger/support.ts'
import {act, approved, typesSince, versionOf, type Bench} from '../keys/moving.ts'
import {versionsOf} from '../keys/rotation/support.ts'
import {makeKey, makeLedger, type Founder, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {contained, documentOf, keyAt, nightOf, opened, other, proved, signed, type Night} from './bench.ts'

const SLOW = process.env['SLOW'] === '1'

let bench: Bench
let made: TestLedger
let real: Provider
let count = 0
beforeAll(async () => {
  made = await makeLedger({people: 5})
  bench = {made, app: made.open()}
  await addLocal(bench.app, 'soft')
  real = await bench.app.provider('soft')
})
afterAll(async () => {
  await bench.app.close()
  expect(verified(bench.made.world).problems).toEqual([])
  bench.made.remove()
})

async function key(wish: Partial<KeyWish> = {}): Promise<string> {
  const name = `key-${(count += 1)}`
  await makeKey(bench.app, made.founders, {profile: 'soft', algorithm: 'ed25519', ...wish, name})
  return name
}
async function withStandby(): Promise<string> {
  const name = await key()
  await act(bench, await approved(bench, planStandby(bench.app.ledger.view, name)))
  return name
}
const founder = (at: number): Founder => {
  const found = made.founders[at]
  if (found === undefined) throw new Error('there are five')
  return found
}
/** Carol, an emergency contact. */
const night = (provider?: Provider): Night => nightOf(bench, founder(2), provider)
const at = (id: string) => findIncident(bench.app.ledger, id)
async function metBy(plan: Planned['plan'], ...people: readonly number[]): Promise<Request> {
  const {context} = night()
  let request = await ask(context, {plan, names: {}})
  for (const one of people) request = await say(context, request, founder(one))
  return meet(context, request)
}
const applied = (request: Request, phases: readonly string[] | null = null, of: Night = night()) =>
  apply(of.context, bench.app.operations, requestAt(bench.app.ledger, request.seq), phases)
const promotionOf = ({plan}: Request): readonly string[] => plan.phases.map(({name}) => name).filter(promotes)
/** Others ratify it, so that the next test may contain. */
const ratified = async (id: string): Promise<void> => {
  await applied(await metBy(planRatify(bench.app.ledger.view, at(id)), 0, 1))
}

describe('a standby', () => {
  test('takes the place of what one person contained, by the same signature, and others ratify both', async () => {
    const name = await withStandby()
    const {id} = await opened(night(), name)
    const request = await signed(night(), at(id))
    expect(request.plan.phases.map(({name: phase}) => phase)).toEqual([
      'suspend-1',
      'activate-2',
      'primary-2',
    ])
    expect(await outcome(() => applied(request, ['activate-2']))).toBe('KEY_STATE')
    expect(await contained(night(), request)).toEqual([null])
    expect(await proved(night(), at(id))).toMatchObject({proof: 'proven', versions: [{version: 1}]})
    const from = bench.app.ledger.size
    await applied(request, promotionOf(request))
    expect(typesSince(bench, from)).toEqual([
      'key.state.intended',
      'key.state.changed',
      'key.primary.intended',
      'key.primary.changed',
    ])
    expect(versionsOf(bench.app, name)).toBe('1 suspended, 2 active*')
    expect(documentOf(bench, at(id))).toMatchObject({
      contained: true,
      replacement: {version: 2, from: 1, by: 'standby', proof: 'proven', aliases: []},
    })
    expect(await proved(night(), at(id))).toMatchObject({proof: 'proven', versions: [{version: 1}]})
    const plan = planRatify(bench.app.ledger.view, at(id))
    expect(plan.change).toMatchObject({apart: [founder(2).person.id], versions: [{version: 1}]})
    expect((plan.change['acts'] as number[]).length).toBe(2)
    await ratified(id)
    expect(
      await outcome(() => Promise.resolve().then(() => planPromote(bench.app.ledger.view, at(id)))),
    ).toBe('KEY_STATE')
  })

  test('is promoted by nobody before the key is contained, nor where none waits', async () => {
    const name = await withStandby()
    const {id} = await opened(night(), name)
    const planned = () => Promise.resolve().then(() => planPromote(bench.app.ledger.view, at(id)))
    expect(await outcome(planned)).toBe('KEY_STATE')
    expect(await contained(night(), await signed(night(), at(id)))).toEqual([null])
    const plan = planPromote(bench.app.ledger.view, at(id))
    expect(plan).toMatchObject({
      operation: 'incident.contain',
      rule: 'containment',
      phases: [{name: 'activate-2'}, {name: 'primary-2'}],
    })
    // Bob is neither an emergency contact nor a security lead.
    expect(await outcome(() => metBy(plan, 1))).toBe('NOT_PERMITTED')
    await applied(await metBy(plan, 2))
    expect(versionsOf(bench.app, name)).toBe('1 suspended, 2 active*')
    expect(await outcome(planned)).toBe('KEY_STATE')
    await ratified(id)
  })

  test('is not promoted by one person any more once others have looked at the incident', async () => {
    const name = await withStandby()
    const {id} = await opened(night(), name)
    const request = await signed(night(), at(id))
    await contained(night(), request)
    await ratified(id)
    expect(await outcome(() => applied(request, ['activate-2']))).toBe('KEY_STATE')
    expect(versionsOf(bench.app, name)).toBe('1 suspended*, 2 pre-active')
    await applied(await metBy(planReplace(bench.app.ledger.view, at(id)), 2, 3))
    expect(versionsOf(bench.app, name)).toBe('1 suspended, 2 active*')
    expect(documentOf(bench, at(id))).toMatchObject({replacement: {by: 'quorum'}})
  })
})

describe('a replacement', () => {
  test('is made by two emergency contacts, and by nobody else, before or after the key is contained', async () => {
    const name = await key()
    const {id} = await opened(night(), name)
    const plan = planReplace(bench.app.ledger.view, at(id))
    expect(plan).toMatchObject({
      rule: 'replacement',
      change: {made: 'version', promote: {version: 2, from: 1}},
      phases: [{name: 'make'}, {name: 'activate-2'}, {name: 'primary-2'}],
    })
    expect(await outcome(() => metBy(plan, 0))).toBe('NOT_PERMITTED')
    const one = await metBy(plan, 2)
    expect(statusNow(bench.app.ledger, one)).toBe('open')
    expect(await outcome(() => applied(one))).toBe('QUORUM_MISSING')
    const two = await meet(night().context, await say(night().context, one, founder(3)))
    await applied(two)
    expect(versionsOf(bench.app, name)).toBe('1 active, 2 active*')
    expect(versionOf(bench, name, 2).tried?.ok).toBe(true)
    const then = planContain(bench.app.ledger.view, at(id))
    expect(then.phases.map(({name: phase}) => phase)).toEqual(['suspend-1'])
    expect(await contained(night(), await metBy(then, 2))).toEqual([null])
    expect(await proved(night(), at(id))).toMatchObject({proof: 'proven'})
    expect(documentOf(bench, at(id))).toMatchObject({
      contained: true,
      replacement: {version: 2, by: 'quorum'},
    })
    await ratified(id)
  })

  const kills: readonly (readonly [number, 'before' | 'after'])[] = SLOW
    ? Array.from({length: 24}, (_, n) => [Math.floor(n / 2) + 1, n % 2 === 0 ? 'before' : 'after'] as const)
    : [
        [2, 'after'],
        [4, 'before'],
      ]
  test.each(kills)(
    'that dies at call %i of the place, %s it took effect, is gone on with, and made once',
    async (nth, when) => {
      const name = await key()
      const {id} = await opened(night(), name)
      const request = await metBy(planReplace(bench.app.ledger.view, at(id)), 2, 3)
      const there = async (): Promise<number> => {
        let all = 0
        for await (const one of real.store.list()) if (one.availability !== 'destroyed') all++
        return all
      }
      const before = await there()
      let calls = 0
      const dying = <T extends object>(port: T): T =>
        new Proxy(port, {
          get: (target, member) => {
            const found: unknown = Reflect.get(target, member)
            if (typeof found !== 'function' || member === 'list') return found
            return async (...given: unknown[]): Promise<unknown> => {
              const last = ++calls === nth
              if (last && when === 'before') throw new TypeError('the power')
              const done: unknown = await (found as (...all: unknown[]) => unknown).apply(target, given)
              if (last) throw new TypeError('the power')
              return done
            }
          },
        })
      const dead = night(
        other(real, {
          store: dying(real.store),
          life: dying(real.life),
          use: dying(real.use),
          evidence: dying(real.evidence),
        }),
      )
      await applied(request, null, dead).catch((error: unknown) => {
        if (!(error instanceof TypeError)) throw error
      })
      await applied(request)
      expect([await there(), versionsOf(bench.app, name)]).toEqual([before + 1, '1 active, 2 active*'])
      expect(keyAt(bench, name).versions.length).toBe(2)
      expect(documentOf(bench, at(id))).toMatchObject({replacement: {version: 2, by: 'quorum'}})
    },
  )
})

test('what took its place is contained in the same incident, where somebody says so; others ratify that anew', async () => {
  const name = await withStandby()
  const {id, startedAt} = await opened(night(), name)
  const request = await signed(night(), at(id))
  expect(await contained(night(), request)).toEqual([null])
  await applied(request, promotionOf(request))
  await ratified(id)
  expect(documentOf(bench, at(id))).toMatchObject({replacement: {version: 2}, ratifyDue: null})
  const {view} = bench.app.ledger
  expect(await outcome(() => Promise.resolve().then(() => planContain(view, at(id))))).toBe('KEY_STATE')
  const again = planContain(view, at(id), true)
  expect(again.phases.map(({name: phase}) => phase)).toEqual(['suspend-2'])
  expect(await contained(night(), await metBy(again, 2))).toEqual([null])
  expect(versionsOf(bench.app, name)).toBe('1 suspended, 2 suspended*')
  expect(await proved(night(), at(id))).toMatchObject({
    proof: 'proven',
    versions: [{version: 1}, {version: 2}],
  })
  const {replacement, ratified: seen, ratifyDue, open, ...rest} = documentOf(bench, at(id))
  expect([replacement, seen, rest.contained, rest.startedAt]).toEqual([null, null, true, startedAt])
  // By when: a day from this containment, and not from the first.
  expect(Date.parse(ratifyDue ?? '')).toBeGreaterThan(Date.now() + 86_000_000)
  expect(open.map(({command}) => command)).toContain(`keyrite incident ratify ${id}`)
  // A third takes its place, and is left alone by whoever goes on.
  await applied(await metBy(planReplace(view, at(id)), 2, 3))
  expect(versionsOf(bench.app, name)).toBe('1 suspended, 2 suspended, 3 active*')
  expect(await outcome(() => Promise.resolve().then(() => planContain(view, at(id))))).toBe('KEY_STATE')
  expect(documentOf(bench, at(id))).toMatchObject({contained: true, replacement: {version: 3, from: 2}})
  await ratified(id)
})

test('a key that stands under one that was contained has its rotation asked for, once, and a duty', async () => {
  const kek = await key({algorithm: 'aes-256', purpose: 'wrap', class: 'kek'})
  const child = await key({algorithm: 'aes-256', purpose: 'encrypt', class: 'dek', parent: kek})
  const {id} = await opened(night(), kek)
  expect(await askForChildren(night().context, at(id))).toEqual([])
  expect(await contained(night(), await metBy(planContain(bench.app.ledger.view, at(id)), 2, 3))).toEqual([
    null,
  ])
  const asked = await askForChildren(night().context, at(id))
  expect(asked).toMatchObject([{operation: 'key.rotate', plan: {change: {key: child, from: 1, to: 2}}}])
  await openOwed(night().context, at(id))
  expect([...bench.app.ledger.of(duties).values()].map(({name}) => name)).toContain('child-1-is-rotated')
  expect(await askForChildren(night().context, at(id))).toEqual([])
  const open = [...bench.app.ledger.of(requests).all.values()].filter(
    ({operation, plan}) => operation === 'key.rotate' && plan.change['key'] === child,
  )
  expect(open.length).toBe(1)
  await ratified(id)
})
