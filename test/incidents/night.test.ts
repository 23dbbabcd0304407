/** Revocation at a place that lies, is away, or dies half-way; and a client of it that uses the key all the while. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {KeyriteError, type ErrorCode} from '../../src/base/errors.ts'
import {planUnrevoke} from '../../src/incidents/index.ts'
import {probeLabel, type Provider} from '../../src/providers/ports.ts'
import type {KeyWish} from '../../src/keys/index.ts'
import {verified} from '../ledger/support.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {planDestroy, planMove, proveKey} from '../../src/keys/index.ts'
import {act, approved, moved, typesSince, versionOf, type Bench} from '../keys/moving.ts'
import {contained, documentOf, failing, nightOf, opened, other, proved, signed, type Night} from './bench.ts'

/** All of them with SLOW=1; else the first. */
const some = <T>(all: readonly T[]): readonly T[] => (process.env['SLOW'] === '1' ? all : all.slice(0, 1))

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
/** Carol, an emergency contact, at the place, or at one that answers otherwise. */
function night(change?: Parameters<typeof other>[1]): Night {
  const carol = made.founders[2]
  if (carol === undefined) throw new Error('there are five')
  return nightOf(bench, carol, change === undefined ? undefined : other(real, change))
}
async function prove(name: string): Promise<void> {
  await proveKey({...night().context, approved: -1}, name, 1)
}
/** Nobody contains two alone: what was contained is given back, so that the next test may. */
async function givenBack(name: string): Promise<void> {
  const {plan} = planUnrevoke(bench.app.ledger.view, name)
  await act(bench, await approved(bench, {plan, names: {}}))
}

describe('a key that is revoked', () => {
  test('does nothing for a client that uses it all the while, after the moment that is called the first refusal', async () => {
    const name = await key()
    const {ref} = versionOf(bench, name)
    const successes: string[] = []
    let refused = 0
    const hammer = {ends: false}
    const hammering = (async () => {
      while (!hammer.ends) {
        try {
          await real.use.sign(ref, Buffer.from(`${probeLabel}client`))
          successes.push(new Date().toISOString())
        } catch {
          refused++
        }
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    const incident = await opened(night(), name)
    expect(await contained(night(), await signed(night(), incident))).toEqual([null])
    const {proof, firstRefusal, lastSuccess, refusals} = await proved(night(), incident)
    // The client goes on until it, too, has seen it.
    while (refused === 0) await new Promise((resolve) => setImmediate(resolve))
    hammer.ends = true
    await hammering
    expect([proof, refusals]).toEqual(['proven', 10])
    expect(successes.length).toBeGreaterThan(0)
    expect(refused).toBeGreaterThan(0)
    expect(successes.filter((at) => at >= (firstRefusal ?? ''))).toEqual([])
    expect((lastSuccess ?? '') < (firstRefusal ?? '')).toBe(true)
    await givenBack(name)
  })

  test('has its other versions disabled as they are, and given back as they were', async () => {
    const name = await key({activate: false})
    const incident = await opened(night(), name)
    expect(await contained(night(), await signed(night(), incident))).toEqual([null])
    const at = async () => (await real.store.describe(versionOf(bench, name).ref))?.availability
    expect([versionOf(bench, name).state, await at()]).toEqual(['pre-active', 'disabled'])
    expect(documentOf(bench, incident)).toMatchObject({contained: true})
    await givenBack(name)
    expect([versionOf(bench, name).state, await at()]).toEqual(['pre-active', 'probe'])
    const old = await key()
    await moved(bench, old, 'deactivate')
    const second = await opened(night(), old)
    await contained(night(), await signed(night(), second))
    expect((await real.store.describe(versionOf(bench, old).ref))?.availability).toBe('disabled')
    await givenBack(old)
    expect((await real.store.describe(versionOf(bench, old).ref))?.availability).toBe('historic')
  })
})

describe('a change of state that broke off before the night', () => {
  test.each(['suspend', 'deactivate'] as const)(
    'a %s that has no outcome is in the way of nothing: the key is contained at once',
    async (event) => {
      const name = await key()
      const before = await approved(bench, planMove(bench.app.ledger.view, name, event))
      const away = other(real, {life: {setAvailability: failing('PROVIDER_UNREACHABLE')}})
      await expect(act(bench, before, away)).rejects.toMatchObject({code: 'PROVIDER_UNREACHABLE'})
      const incident = await opened(night(), name)
      const seq = bench.app.ledger.size
      expect(await contained(night(), await signed(night(), incident))).toEqual([null])
      expect(typesSince(bench, seq)).toEqual(['key.state.failed', 'key.state.intended', 'key.state.changed'])
      expect(await proved(night(), incident)).toMatchObject({proof: 'proven'})
      expect(documentOf(bench, incident)).toMatchObject({contained: true})
      // What was begun before cannot be taken up again, and open what is shut.
      await expect(act(bench, before)).rejects.toMatchObject({code: 'REQUEST_STATE'})
      await givenBack(name)
    },
  )

  test('an activation that has no outcome does not open it afterwards', async () => {
    const name = await key({activate: false})
    await prove(name)
    const before = await approved(bench, planMove(bench.app.ledger.view, name, 'activate'))
    const away = other(real, {life: {setAvailability: failing('PROVIDER_UNREACHABLE')}})
    await expect(act(bench, before, away)).rejects.toMatchObject({code: 'PROVIDER_UNREACHABLE'})
    const incident = await opened(night(), name)
    expect(await contained(night(), await signed(night(), incident))).toEqual([null])
    await expect(act(bench, before)).rejects.toMatchObject({code: 'REQUEST_STATE'})
    expect((await real.store.describe(versionOf(bench, name).ref))?.availability).toBe('disabled')
    await givenBack(name)
  })

  test('the end of a key that has no outcome is left to those who approved it, and the version is disabled', async () => {
    const name = await key()
    await moved(bench, name, 'deactivate')
    const wish = {
      key: name,
      version: 1,
      waitDays: 7,
      graceDays: 0,
      order: null,
      due: null,
      scheduleOnly: false,
    }
    const {ledger} = bench.app
    const planned = planDestroy(ledger.view, wish, ledger.time.toISOString())
    const before = await approved(bench, planned)
    const away = other(real, {life: {setAvailability: failing('PROVIDER_UNREACHABLE')}})
    await expect(act(bench, before, away)).rejects.toMatchObject({code: 'PROVIDER_UNREACHABLE'})
    const incident = await opened(night(), name)
    expect(await contained(night(), await signed(night(), incident))).toEqual([null])
    expect((await real.store.describe(versionOf(bench, name).ref))?.availability).toBe('disabled')
    await givenBack(name)
    await act(bench, before)
    expect(versionOf(bench, name).state).toBe('destruction-scheduled')
  })

  test('what one approval to contain it left open is ended by that one: a second gives nothing up, and neither is lost', async () => {
    const name = await key()
    const incident = await opened(night(), name)
    const away = night({life: {setAvailability: failing('PROVIDER_UNREACHABLE')}})
    const first = await signed(away, incident)
    expect(await contained(away, first)).toEqual(['PROVIDER_UNREACHABLE'])
    const second = await signed(night(), incident)
    expect(await contained(away, second)).toEqual(['INDETERMINATE'])
    expect(await contained(away, first)).toEqual(['PROVIDER_UNREACHABLE'])
    expect(await contained(night(), first)).toEqual([null])
    expect(documentOf(bench, incident)).toMatchObject({contained: true})
    await givenBack(name)
  })
})

describe('a place that does not do what it says', () => {
  test('goes on signing: still usable, nothing is called dead, and the incident is open', async () => {
    const name = await key()
    const signs = night({use: {sign: () => Promise.resolve(new Uint8Array(64))}})
    const incident = await opened(signs, name)
    expect(await contained(signs, await signed(signs, incident))).toEqual(['KEY_STILL_USABLE'])
    expect(await proved(signs, incident, 10)).toMatchObject({proof: 'still-usable', firstRefusal: null})
    const {proof, open, status} = documentOf(bench, incident)
    expect([proof, status]).toEqual(['still-usable', 'open'])
    expect(open[0]).toMatchObject({
      what: 'the key can still be used',
      command: `keyrite incident resume ${incident.id}`,
    })
    await givenBack(name)
  })

  test('says yes and leaves it enabled: the intent stays open, and the next run sets it again', async () => {
    const name = await key()
    const idle = night({life: {setAvailability: () => Promise.resolve('disabled')}})
    const incident = await opened(idle, name)
    const request = await signed(idle, incident)
    const before = bench.app.ledger.size
    expect(await contained(idle, request)).toEqual(['PROVIDER_FAILED'])
    expect(await proved(idle, incident, 10)).toMatchObject({proof: 'still-usable'})
    expect(documentOf(bench, incident)).toMatchObject({contained: false})
    expect(await contained(night(), request)).toEqual([null])
    expect(typesSince(bench, before)).toEqual(['key.state.intended', 'key.state.changed'])
    expect(await proved(night(), incident)).toMatchObject({proof: 'proven'})
    await givenBack(name)
  })

  test.each<ErrorCode>(some(['PROVIDER_UNREACHABLE', 'PROVIDER_FAILED', 'NETWORK', 'CREDENTIALS_REFUSED']))(
    'a try that fails otherwise (%s) proves nothing, and nothing is called dead',
    async (code) => {
      const name = await key()
      const broken = night({use: {sign: failing(code), verify: failing(code)}})
      const incident = await opened(broken, name)
      expect(await contained(broken, await signed(broken, incident))).toEqual(['NOT_PROVEN'])
      expect(await proved(broken, incident, 10)).toMatchObject({proof: 'not-proven', refusals: 0})
      expect(documentOf(bench, incident)).toMatchObject({contained: true, proof: 'not-proven'})
      expect(await proved(night(), incident)).toMatchObject({proof: 'proven'})
      await givenBack(name)
    },
  )
})

describe('a place that is away', () => {
  test.each<ErrorCode>(some(['CREDENTIALS_REFUSED', 'PROVIDER_UNREACHABLE', 'PROVIDER_FAILED']))(
    'with %s the rest is an open step, nothing is claimed, and it is taken up when the place is back',
    async (code) => {
      const name = await key()
      const away = night({life: {setAvailability: failing(code)}})
      const incident = await opened(away, name)
      const request = await signed(away, incident)
      expect(await contained(away, request)).toEqual([code])
      const {contained: is, open} = documentOf(bench, incident)
      expect([is, open[0]?.what]).toEqual([false, 'version 1 is not contained'])
      expect(versionOf(bench, name).state).toBe('active')
      expect(await contained(night(), request)).toEqual([null])
      expect(await proved(night(), incident)).toMatchObject({proof: 'proven'})
      await givenBack(name)
    },
  )

  test('throttles in the middle: one version is contained, the other is open and goes on', async () => {
    const name = await key()
    const incident = await opened(night(), name)
    const request = await signed(night(), incident)
    let calls = 0
    const throttled = night({
      life: {
        setAvailability: (ref, availability) =>
          (calls += 1) < 3
            ? Promise.reject(new KeyriteError('PROVIDER_FAILED', 'cannot: 429, slow down'))
            : real.life.setAvailability(ref, availability),
      },
    })
    expect(await contained(throttled, request)).toEqual(['PROVIDER_FAILED'])
    expect(await contained(throttled, request)).toEqual(['PROVIDER_FAILED'])
    expect(await contained(throttled, request)).toEqual([null])
    await givenBack(name)
  })
})

describe('a run that dies', () => {
  test.each(some(['after the act', 'before the act', 'while it is tried']))(
    '%s: the next finishes it, the act is done once, and the clock is that of the first',
    async (when) => {
      const name = await key()
      const dies = (): Promise<never> => Promise.reject(new TypeError('the power'))
      const dying = night(
        when === 'before the act'
          ? {life: {setAvailability: dies}}
          : when === 'after the act'
            ? {
                life: {
                  setAvailability: async (ref, availability) => {
                    await real.life.setAvailability(ref, availability)
                    return dies()
                  },
                },
              }
            : {use: {sign: dies}},
      )
      const incident = await opened(night(), name)
      const request = await signed(night(), incident)
      const before = bench.app.ledger.size
      await expect(contained(dying, request)).rejects.toThrow(TypeError)
      expect(typesSince(bench, before)).toEqual(['key.state.intended'])
      expect((await opened(night(), name)).startedAt).toBe(incident.startedAt)
      expect(await contained(night(), request)).toEqual([null])
      expect(typesSince(bench, before)).toEqual(['key.state.intended', 'key.state.changed'])
      expect(await proved(night(), incident)).toMatchObject({proof: 'proven'})
      await givenBack(name)
    },
  )

  test('while it is proved: the next run tries again, and records that once', async () => {
    const name = await key()
    const incident = await opened(night(), name)
    await contained(night(), await signed(night(), incident))
    const dying = night({use: {sign: () => Promise.reject(new TypeError('the power'))}})
    await expect(proved(dying, incident)).rejects.toThrow(TypeError)
    expect(await proved(night(), incident)).toMatchObject({proof: 'proven'})
    const all = Array.from({length: bench.app.ledger.size}, (_, seq) => bench.app.ledger.view.entry(seq))
    const mine = all.filter(
      (one) => one?.data['incident'] === incident.seq && one.type.startsWith('incident.proof'),
    )
    expect(mine.map((one) => one?.type)).toEqual(['incident.proof.intended'])
    await givenBack(name)
  })
})

test('who contained one key alone contains no second, whatever they sign', async () => {
  const [first, second] = [await key(), await key()]
  const incident = await opened(night(), first)
  await contained(night(), await signed(night(), incident))
  const request = await signed(night(), await opened(night(), second))
  expect(await contained(night(), request)).toEqual(['POLICY_REFUSES'])
  expect(versionOf(bench, second).state).toBe('active')
  await givenBack(first)
})
