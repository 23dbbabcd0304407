import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import type {App} from '../../../src/app.ts'
import {KeyriteError} from '../../../src/base/errors.ts'
import {advance} from '../../../src/keys/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {outcome, verified} from '../../ledger/support.ts'
import {contextOf} from '../../requests/support.ts'
import {makeKey, makeLedger, type TestLedger} from '../../support/ledger.ts'
import {addLocal} from '../../support/profile.ts'
import {MovedClock, run, versionsOf} from './support.ts'

const clock = new MovedClock('2027-01-01T00:00:00Z')
let made: TestLedger
let app: App
let real: Provider
beforeEach(async () => {
  clock.to('2027-01-01T00:00:00Z')
  made = await makeLedger({people: 3, now: clock.now})
  app = made.open()
  await addLocal(app, 'soft')
  await makeKey(app, made.founders, {name: 'tokens', profile: 'soft'})
  real = await app.provider('soft')
  clock.days(91)
})
afterEach(async () => {
  await app.close()
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

const gone = (): never => {
  throw new KeyriteError('PROVIDER_UNREACHABLE', 'cannot: the line broke')
}

/** The provider, whose nth call of those that change something, or look, breaks before or after it took effect. */
function breaking(nth: number, when: 'before' | 'after'): {provider: Provider; broke: () => boolean} {
  let calls = 0
  let broke = false
  const wrap = <A extends unknown[], R>(work: (...given: A) => Promise<R>) => {
    return async (...given: A): Promise<R> => {
      const now = ++calls === nth
      if (now) broke = true
      if (now && when === 'before') gone()
      const result = await work(...given)
      return now ? gone() : result
    }
  }
  const {life, store, use, evidence} = real
  const provider: Provider = {
    ...real,
    life: {
      setAvailability: wrap((ref, availability) => life.setAvailability(ref, availability)),
      rotate: wrap((key, intent) => life.rotate(key, intent)),
      scheduleDestruction: (ref, days) => life.scheduleDestruction(ref, days),
      cancelDestruction: (ref) => life.cancelDestruction(ref),
    },
    store: {
      create: (spec, intent) => store.create(spec, intent),
      describe: wrap((ref) => store.describe(ref)),
      list: () => store.list(),
      find: wrap((intent, before) => store.find(intent, before)),
    },
    use: {
      sign: wrap((ref, message) => use.sign(ref, message)),
      verify: (ref, message, signature) => use.verify(ref, message, signature),
      encrypt: (ref, plaintext, context) => use.encrypt(ref, plaintext, context),
      decrypt: (ref, ciphertext, context) => use.decrypt(ref, ciphertext, context),
      wrap: (ref, material) => use.wrap(ref, material),
      unwrap: (ref, wrapped) => use.unwrap(ref, wrapped),
      mac: (ref, message) => use.mac(ref, message),
      publicKey: wrap((ref) => use.publicKey(ref)),
    },
    evidence,
  }
  return {provider, broke: () => broke}
}

async function there(): Promise<number> {
  let count = 0
  for await (const {availability} of real.store.list()) if (availability !== 'destroyed') count++
  return count
}

/** Three runs on the days of their phases, and one more to go on with what broke. @returns whether it broke at all. */
async function rotated(nth: number, when: 'before' | 'after'): Promise<boolean> {
  const {provider, broke} = breaking(nth, when)
  const context = {...contextOf(app), provider: () => Promise.resolve(provider)}
  for (const days of [0, 7, 30]) {
    clock.days(days)
    const failed = await outcome(() => advance(context, app.operations, 'tokens'))
    if (failed === 'PROVIDER_UNREACHABLE') await advance(context, app.operations, 'tokens')
  }
  // What broke late left a phase to be done whose time was counted from then on.
  clock.days(40)
  await advance(context, app.operations, 'tokens')
  return broke()
}

const SLOW = process.env['SLOW'] === '1'

describe('broken off at a call of the provider', () => {
  for (const when of ['before', 'after'] as const)
    for (const nth of SLOW ? Array.from({length: 24}, (_, at) => at + 1) : when === 'before' ? [2] : [1, 7])
      test(`${nth}, ${when} it took effect: the next run finds what happened, and nothing is made twice`, async () => {
        const broke = await rotated(nth, when)
        expect([versionsOf(app, 'tokens'), await there()]).toEqual(['1 deactivated, 2 active*', 2])
        if (nth < 10) expect(broke).toBe(true)
      })
})

test('where two versions appeared since the intent, a person decides, and nothing more is made', async () => {
  const {life, store} = real
  const twice: Provider = {
    ...real,
    life: {
      ...life,
      setAvailability: (ref, availability) => life.setAvailability(ref, availability),
      async rotate(key, intent) {
        await life.rotate(key, intent)
        return gone()
      },
    },
    store: {
      create: (spec, intent) => store.create(spec, intent),
      describe: (ref) => store.describe(ref),
      list: () => store.list(),
      // As a place answers whose versions bear no intent: by the list from before.
      async find(_intent, before) {
        const refs = []
        for await (const {ref} of store.list())
          if (!before.some((one) => one.version === ref.version)) refs.push(ref)
        return refs.length === 1 && refs[0] !== undefined
          ? {kind: 'one', ref: refs[0]}
          : {kind: 'ambiguous', refs}
      },
    },
  }
  const context = {...contextOf(app), provider: () => Promise.resolve(twice)}
  expect(await outcome(() => advance(context, app.operations, 'tokens'))).toBe('PROVIDER_UNREACHABLE')
  const keyId = (await first())?.ref.key ?? ''
  await life.rotate(keyId, 'f'.repeat(32))
  const size = await there()
  expect(await outcome(() => advance(context, app.operations, 'tokens'))).toBe('AMBIGUOUS')
  expect([await there(), versionsOf(app, 'tokens')]).toEqual([size, '1 active*'])
})

async function first() {
  for await (const one of real.store.list()) return one
  return undefined
}

test('two runs at once rotate a key once', async () => {
  const other = made.open()
  other.lend('soft', {...real, close: () => Promise.resolve()})
  await Promise.all([run(app, 'tokens'), run(other, 'tokens')])
  expect(await there()).toBe(2)
  await other.close()
})
