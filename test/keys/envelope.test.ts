import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {KeyriteError} from '../../src/base/errors.ts'
import {Secret} from '../../src/base/secret.ts'
import {
  dataKeysBehind,
  envelopes,
  planDestroy,
  planRotate,
  rewrapAll,
  wrapDataKey,
  type DataKey,
  type Rewrapped,
} from '../../src/keys/index.ts'
import type {Provider, VersionRef} from '../../src/providers/ports.ts'
import {outcome, verified} from '../ledger/support.ts'
import {contextOf} from '../requests/support.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {act, approved} from './moving.ts'
import {keyOf, MovedClock, run, versionsOf} from './rotation/support.ts'

const clock = new MovedClock('2027-01-01T00:00:00Z')
let made: TestLedger
let app: App
let real: Provider
/** The material of each data key as it was when it was made. */
const first = new Map<string, string>()

beforeAll(async () => {
  made = await makeLedger({now: clock.now})
  app = made.open()
  await addLocal(app, 'soft')
  const kek = {profile: 'soft', algorithm: 'aes-256', purpose: 'wrap', class: 'kek'} as const
  await makeKey(app, made.founders, {name: 'kek', ...kek})
  await makeKey(app, made.founders, {name: 'tokens', profile: 'soft'})
  real = await app.provider('soft')
  for (const [name, classification] of [
    ['public-logs', 'public'],
    ['orders', 'confidential'],
    ['patients', 'restricted'],
    ['invoices', 'confidential'],
  ] as const) {
    clock.days(1)
    await wrapDataKey(context(), {name, key: 'kek', classification, wrapped: null})
    first.set(name, await materialOf(name))
  }
})
afterAll(async () => {
  await app.close()
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

const context = () => contextOf(app, made.founders[0])
function recorded(name: string): DataKey {
  const found = app.ledger.of(envelopes).all.get(name)
  if (found === undefined) throw new Error('it is recorded')
  return found
}
const versionRef = (number: number): VersionRef => {
  const version = keyOf(app, 'kek').versions.find((one) => one.version === number)
  if (version === undefined) throw new Error('the version is there')
  return version.ref
}

/** What comes out of it at the provider, as hex. */
async function materialOf(name: string): Promise<string> {
  const {version, wrapped} = recorded(name)
  const secret = await real.use.unwrap(versionRef(version), app.ledger.view.blob(wrapped))
  return secret.consume((bytes) => Buffer.from(bytes).toString('hex'))
}

async function rotate(): Promise<void> {
  await act({made, app}, await approved({made, app}, planRotate(app.ledger.view, 'kek', clock.now())))
  clock.days(8)
  await run(app, 'kek')
}
const rewrap = (provider = real): Promise<readonly Rewrapped[]> =>
  rewrapAll({...context(), provider: () => Promise.resolve(provider)}, 'kek', () => undefined)

/** The provider, whose unwrapping goes wrong where that is wanted. */
function unwrapping(wrong: (calls: number, secret: Secret) => Secret): Provider {
  let calls = 0
  return {
    ...real,
    use: {
      ...real.use,
      wrap: (ref, material) => real.use.wrap(ref, material),
      unwrap: async (ref, wrapped) => wrong(++calls, await real.use.unwrap(ref, wrapped)),
    },
  }
}

describe('data keys under a key', () => {
  test('are of 256 bits, each another, recorded with the version that they lie under, and nowhere in the clear', () => {
    expect([...first.values()].map((hex) => hex.length)).toEqual([64, 64, 64, 64])
    expect(new Set(first.values()).size).toBe(4)
    expect(recorded('orders')).toMatchObject({key: 'kek', version: 1, classification: 'confidential'})
    for (let seq = 0; seq < app.ledger.size; seq++) {
      const text = JSON.stringify(app.ledger.view.entry(seq)?.data)
      for (const hex of first.values()) expect(text).not.toContain(hex)
    }
  })

  test.each([
    ['a name that is taken', 'KEY_EXISTS', {name: 'orders', key: 'kek'}],
    ['a key that does not wrap', 'UNSUPPORTED', {name: 'new', key: 'tokens'}],
    ['a key that is not there', 'KEY_NOT_FOUND', {name: 'new', key: 'nothing'}],
    ['a name that is none', 'USAGE', {name: 'No Name', key: 'kek'}],
  ])('are refused: %s', async (_name, code, wish) => {
    const size = app.ledger.size
    expect(
      await outcome(() => wrapDataKey(context(), {...wish, classification: 'internal', wrapped: null})),
    ).toBe(code)
    expect(app.ledger.size).toBe(size)
  })

  test('are not recorded where what was brought does not come back from the key', async () => {
    const size = app.ledger.size
    const wrapped = Buffer.alloc(60, 7)
    expect(
      await outcome(() =>
        wrapDataKey(context(), {name: 'brought', key: 'kek', classification: 'internal', wrapped}),
      ),
    ).toBe('PROVIDER_FAILED')
    expect(app.ledger.size).toBe(size)
  })
})

describe('after a rotation of the key', () => {
  test('broken off between two, the next run goes on with what is left', async () => {
    expect(await rewrap()).toEqual([])
    await rotate()
    expect(versionsOf(app, 'kek')).toBe('1 active, 2 active*')
    expect(dataKeysBehind(app.ledger, 'kek').map(({name}) => name)).toEqual([
      'patients',
      'invoices',
      'orders',
      'public-logs',
    ])
    const dying = unwrapping((calls, secret) => {
      if (calls < 4) return secret
      secret.wipe()
      throw new KeyriteError('PROVIDER_UNREACHABLE', 'cannot: the line broke')
    })
    expect(await outcome(() => rewrap(dying))).toBe('PROVIDER_UNREACHABLE')
    expect(dataKeysBehind(app.ledger, 'kek')).toHaveLength(3)
  })

  test('one that does not come back is said, stays where it was, and stops no other', async () => {
    // The second unwrapping is that of the first one's new form.
    const wrong = unwrapping((calls, secret) => {
      if (calls !== 2) return secret
      secret.wipe()
      return new Secret(Buffer.alloc(32, 1))
    })
    const all = await rewrap(wrong)
    expect(all.map(({name, error}) => [name, error?.code ?? null])).toEqual([
      ['invoices', 'KEY_NOT_AS_PLANNED'],
      ['orders', null],
      ['public-logs', null],
    ])
    expect(recorded('invoices').version).toBe(1)
  })

  test('the old version is not destroyed while a data key lies under it', async () => {
    const end = {
      key: 'kek',
      version: 1,
      waitDays: 30,
      graceDays: null,
      order: null,
      due: null,
      scheduleOnly: false,
    }
    expect(
      await outcome(() => Promise.resolve(planDestroy(app.ledger.view, end, clock.now().toISOString()))),
    ).toBe('KEY_STATE')
  })

  test('wraps anew what lies under the old version, the most sensitive first, and the data key is the same', async () => {
    expect((await rewrap()).map(({name, from, to}) => [name, from, to])).toEqual([['invoices', 1, 2]])
    expect(dataKeysBehind(app.ledger, 'kek')).toEqual([])
    for (const [name, hex] of first) expect([name, await materialOf(name)]).toEqual([name, hex])
    expect(await rewrap()).toEqual([])
  })
})
