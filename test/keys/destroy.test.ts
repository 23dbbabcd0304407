/** The end of keys at a real local token, under a clock that is moved: grace, wait, cancelling, holds, retention, orders to erase. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {KeyriteError, type ErrorCode} from '../../src/base/errors.ts'
import {
  keyDocument,
  keysFold,
  planCancel,
  planDestroy,
  planHold,
  planRelease,
  planSet,
  proofOf,
  type Ending,
  type KeyWish,
} from '../../src/keys/index.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import type {Provider} from '../../src/providers/ports.ts'
import {requestAt, statusOf, type Request} from '../../src/requests/index.ts'
import {outcome, verified} from '../ledger/support.ts'
import {makeKey, makeLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {type Bench, act, approved, moved, nothing, typesSince, versionOf} from './moving.ts'

const dayMs = 86_400_000
let now = new Date('2026-11-22T03:00:00.000Z')
const later = (days: number): void => {
  now = new Date(now.getTime() + days * dayMs)
}

let bench: Bench
let real: Provider
let count = 0
beforeAll(async () => {
  // Dan is Legal here.
  const rules = defaultPolicy.rules.map((rule) =>
    rule.roles.includes('legal') ? {...rule, roles: rule.roles.filter((role) => role !== 'legal')} : rule,
  )
  const made = await makeLedger({people: 4, now: () => now, policy: {...defaultPolicy, rules}})
  bench = {made, app: made.open()}
  await addLocal(bench.app, 'soft')
  await addLocal(bench.app, 'stage', 'staging')
  real = await bench.app.provider('soft')
})
afterAll(async () => {
  await bench.app.close()
  expect(verified(bench.made.world).problems).toEqual([])
  bench.made.remove()
})

async function key(wish: Partial<KeyWish> = {}): Promise<string> {
  const name = `key-${(count += 1)}`
  await makeKey(bench.app, bench.made.founders, {profile: 'soft', algorithm: 'ed25519', ...wish, name})
  return name
}
const time = (): string => bench.app.ledger.time.toISOString()
const ending = (name: string, wish: Partial<Ending> = {}) =>
  planDestroy(
    bench.app.ledger.view,
    {
      key: name,
      version: null,
      waitDays: 7,
      graceDays: 30,
      order: null,
      due: null,
      scheduleOnly: false,
      ...wish,
    },
    time(),
  )
const state = (name: string): string => versionOf(bench, name).state
const status = (request: Request): string =>
  statusOf(requestAt(bench.app.ledger, request.seq), bench.app.ledger.time)
const atProvider = async (name: string): Promise<string | undefined> =>
  (await real.store.describe(versionOf(bench, name).ref))?.availability

describe('the end of a key', () => {
  test('one approval, three phases, each when it is time: deactivated, scheduled after the grace, destroyed after the wait', async () => {
    const name = await key()
    const request = await approved(bench, ending(name))
    await act(bench, request)
    expect([state(name), await atProvider(name), status(request)]).toEqual(['deactivated', 'historic', 'met'])
    later(29)
    await act(bench, request)
    expect(state(name)).toBe('deactivated')
    later(1)
    const at = time()
    await act(bench, request)
    expect([state(name), await atProvider(name)]).toEqual(['destruction-scheduled', 'disabled'])
    expect(proofOf(versionOf(bench, name).effect?.results ?? [])).toBe('proven')
    const {destroyAt} = versionOf(bench, name)
    expect(Date.parse(destroyAt ?? '') - Date.parse(at)).toBeGreaterThanOrEqual(7 * dayMs)
    later(6)
    await act(bench, request)
    expect(state(name)).toBe('destruction-scheduled')
    later(2)
    await act(bench, request)
    expect([state(name), await atProvider(name), status(request)]).toEqual([
      'destroyed',
      'destroyed',
      'applied',
    ])
    expect(
      versionOf(bench, name).effect?.results.map(({probe, ok}) => `${probe} ${ok ? 'ok' : 'not ok'}`),
    ).toEqual(['available ok', 'sign-refused ok', 'verify-refused ok'])
    expect(await outcome(() => ending(name))).toBe('KEY_STATE')
  })

  test('while it waits it can be taken back: what it made is read again, and the old approval ends nothing', async () => {
    const name = await key({algorithm: 'aes-256', purpose: 'encrypt', class: 'dek'})
    await moved(bench, name, 'deactivate')
    const request = await approved(bench, ending(name, {graceDays: 0}))
    await act(bench, request)
    expect([state(name), await atProvider(name)]).toEqual(['destruction-scheduled', 'disabled'])
    await act(bench, await approved(bench, planCancel(bench.app.ledger.view, name)))
    expect([state(name), await atProvider(name), versionOf(bench, name).destroyAt]).toEqual([
      'deactivated',
      'historic',
      null,
    ])
    expect(proofOf(versionOf(bench, name).effect?.results ?? [])).toBe('proven')
    const again = await approved(bench, ending(name, {graceDays: 0, waitDays: 8}))
    await act(bench, again)
    later(9)
    // Both have waited long enough; only the one that scheduled it may end it.
    const size = bench.app.ledger.size
    await expect(act(bench, request)).rejects.toThrow('its destruction was scheduled by another approval')
    expect(bench.app.ledger.size).toBe(size)
    expect(await atProvider(name)).toBe('disabled')
    await act(bench, again)
    expect([state(name), await atProvider(name)]).toEqual(['destroyed', 'destroyed'])
    expect(await outcome(() => planCancel(bench.app.ledger.view, name))).toBe('KEY_STATE')
  })

  test('one that is compromised is scheduled without grace, and taking that back leaves it compromised', async () => {
    const name = await key()
    await moved(bench, name, 'compromise')
    await act(bench, await approved(bench, ending(name)))
    expect(state(name)).toBe('destruction-scheduled')
    await act(bench, await approved(bench, planCancel(bench.app.ledger.view, name)))
    expect([state(name), await atProvider(name)]).toEqual(['compromised', 'disabled'])
  })

  test('that what is destroyed was compromised is recorded, and changes nothing', async () => {
    const name = await key({activate: false})
    await act(bench, await approved(bench, ending(name, {waitDays: 0})))
    expect(state(name)).toBe('destroyed')
    await moved(bench, name, 'compromise')
    expect([state(name), await atProvider(name)]).toEqual(['destroyed', 'destroyed'])
    expect(versionOf(bench, name).compromisedAt).not.toBeNull()
  })

  test('it can still be used after the end: it is not called destroyed, and KEY_STILL_USABLE', async () => {
    const name = await key()
    await moved(bench, name, 'deactivate')
    const request = await approved(bench, ending(name, {graceDays: 0, waitDays: 1}))
    await act(bench, request)
    later(2)
    const signs: Provider = {...real, use: {...real.use, sign: () => Promise.resolve(new Uint8Array(64))}}
    expect(await outcome(() => act(bench, request, signs))).toBe('KEY_STILL_USABLE')
    expect([state(name), status(request)]).toEqual(['destruction-scheduled', 'failed'])
    // A new approval for the end alone goes on from there.
    const end = ending(name)
    expect(end.plan.phases.map((phase) => phase.name)).toEqual(['destroy'])
    await act(bench, await approved(bench, end))
    expect(state(name)).toBe('destroyed')
  })

  test('a run that dies after the material is gone finds it gone: nothing is destroyed twice', async () => {
    const name = await key()
    await moved(bench, name, 'deactivate')
    const request = await approved(bench, ending(name, {graceDays: 0, waitDays: 1}))
    await act(bench, request)
    later(2)
    const before = bench.app.ledger.size
    let calls = 0
    const dying: Provider = {
      ...real,
      life: {
        ...real.life,
        scheduleDestruction: async (ref, days) => {
          calls += 1
          await real.life.scheduleDestruction(ref, days)
          throw new TypeError('the power')
        },
      },
    }
    await expect(act(bench, request, dying)).rejects.toThrow(TypeError)
    expect(await atProvider(name)).toBe('destroyed')
    await act(bench, request, dying)
    expect(calls).toBe(1)
    expect(typesSince(bench, before)).toEqual(['key.state.intended', 'key.state.changed'])
    expect(state(name)).toBe('destroyed')
  })

  test('that it is gone could not be tried: it is asked again, and not claimed before', async () => {
    const name = await key()
    await moved(bench, name, 'deactivate')
    const request = await approved(bench, ending(name, {graceDays: 0, waitDays: 0}))
    const deaf: Provider = {
      ...real,
      use: {...real.use, sign: failing('PROVIDER_UNREACHABLE'), verify: failing('PROVIDER_UNREACHABLE')},
    }
    expect(await outcome(() => act(bench, request, deaf))).toBe('NOT_PROVEN')
    await act(bench, request).catch(() => undefined)
    await act(bench, request)
    expect([state(name), status(request)]).toEqual(['destroyed', 'applied'])
  })
})

describe('what stands against it', () => {
  const hold = async (name: string, days: number): Promise<void> => {
    const until = new Date(now.getTime() + days * dayMs)
    await act(
      bench,
      await approved(bench, planHold(bench.app.ledger.view, name, {kind: 'legal-hold', until}, now)),
    )
  }
  /** A hold and its end have a reason, as the question has it. */
  test('a hold: refused before anybody is asked, until it is over', async () => {
    const name = await key()
    await moved(bench, name, 'deactivate')
    await hold(name, 10)
    expect(await outcome(() => ending(name))).toBe('KEY_HELD')
    expect(keyDocument(bench.app.ledger, keyOf(name)).holds).toMatchObject([{kind: 'legal-hold'}])
    later(11)
    expect(await outcome(() => ending(name))).toBe('ok')
  })

  test('one that is placed while it waits stops the end; taken off, it goes on', async () => {
    const name = await key()
    await moved(bench, name, 'deactivate')
    const request = await approved(bench, ending(name, {graceDays: 0, waitDays: 1}))
    await act(bench, request)
    await hold(name, 400)
    later(2)
    const before = bench.app.ledger.size
    expect(await outcome(() => act(bench, request))).toBe('KEY_HELD')
    expect(bench.app.ledger.size).toBe(before)
    await act(bench, await approved(bench, planRelease(bench.app.ledger.view, name, null)))
    await act(bench, request)
    expect(state(name)).toBe('destroyed')
  })

  test('a rule of retention, by label: counted from when it was last used to protect something', async () => {
    const name = await key()
    await act(
      bench,
      await approved(bench, planSet(bench.app.ledger.view, name, {...nothing, labels: ['pci']})),
    )
    expect(await outcome(() => ending(name))).toBe('KEY_HELD')
    await moved(bench, name, 'deactivate')
    later(91)
    expect(await outcome(() => ending(name))).toBe('KEY_HELD')
    later(2)
    expect(await outcome(() => ending(name))).toBe('ok')
    const fresh = await key({activate: false})
    await act(
      bench,
      await approved(bench, planSet(bench.app.ledger.view, fresh, {...nothing, labels: ['sox']})),
    )
    expect(await outcome(() => ending(fresh))).toBe('ok')
  })

  test('an order to erase goes on in spite of it, by the rule that asks for Legal, and its deadline is kept or refused', async () => {
    const name = await key()
    await moved(bench, name, 'deactivate')
    await hold(name, 400)
    const due = (days: number): Date => new Date(now.getTime() + days * dayMs)
    const {plan} = ending(name, {order: 'gdpr-erasure', due: due(30), graceDays: null})
    expect(plan).toMatchObject({
      operation: 'key.destroy-held',
      rule: 'held-key-end',
      change: {grace_days: 0, wait_days: 7, order: 'gdpr-erasure'},
    })
    expect(plan.change['kept']).toEqual([expect.stringMatching(/^legal hold \(hold \d+\) until /)])
    expect(await outcome(() => ending(name, {order: 'gdpr-erasure', due: due(6)}))).toBe('POLICY_REFUSES')
    const request = await approved(
      bench,
      ending(name, {order: 'gdpr-erasure', due: due(30), graceDays: null}),
    )
    await act(bench, request)
    later(8)
    await act(bench, request)
    expect(state(name)).toBe('destroyed')
  })

  test('the policy asks for a wait and a grace at least, but of keys to test with', async () => {
    const name = `key-${(count += 1)}`
    await makeKey(bench.app, bench.made.founders, {profile: 'stage', algorithm: 'ed25519', name})
    expect(await outcome(() => ending(name, {waitDays: 6}))).toBe('POLICY_REFUSES')
    expect(await outcome(() => ending(name, {graceDays: 29}))).toBe('POLICY_REFUSES')
    expect(ending(name, {waitDays: null, graceDays: null}).plan.change).toMatchObject({
      wait_days: 7,
      grace_days: 30,
    })
  })
})

const failing = (code: ErrorCode) => (): Promise<never> =>
  Promise.reject(new KeyriteError(code, 'cannot: the test says so'))

function keyOf(name: string) {
  const found = bench.app.ledger.of(keysFold).keys.get(name)
  if (found === undefined) throw new Error(`there is no key ${name}`)
  return found
}
