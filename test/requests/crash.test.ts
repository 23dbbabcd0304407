import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {KeyriteError, type ErrorCode} from '../../src/base/errors.ts'
import {keysFold} from '../../src/keys/index.ts'
import type {KeyStore, Provider} from '../../src/providers/ports.ts'
import {apply, meet, requestAt, statusOf, type Request} from '../../src/requests/index.ts'
import {outcome, verified} from '../ledger/support.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {ask, contextOf, planned, sayAll, type Context} from './support.ts'

let made: TestLedger
let app: App
let context: Context
let real: Provider
beforeEach(async () => {
  made = await makeLedger({people: 3})
  app = made.open()
  await addLocal(app, 'soft')
  real = await app.provider('soft')
  context = contextOf(app)
})
afterEach(async () => {
  await app.close()
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

/** The same provider, whose making of keys goes another way. */
function withCreate(create: KeyStore['create'], change: Partial<KeyStore> = {}): Context {
  const {store} = real
  const other: Provider = {
    ...real,
    store: {
      create,
      describe: (ref) => store.describe(ref),
      list: () => store.list(),
      find: (intent, before) => store.find(intent, before),
      ...change,
    },
  }
  return {...context, provider: () => Promise.resolve(other)}
}

async function metRequest(name = 'second', algorithm: 'ed25519' | 'aes-256' = 'ed25519'): Promise<Request> {
  const wish =
    algorithm === 'ed25519' ? {name} : ({name, algorithm, purpose: 'encrypt', class: 'dek'} as const)
  return meet(context, await sayAll(context, await ask(context, planned(app, wish)), made.founders))
}

async function keysAtProvider(): Promise<number> {
  let count = 0
  for await (const one of real.store.list()) if (one.availability !== 'destroyed') count += 1
  return count
}

const types = (): string[] =>
  Array.from({length: app.ledger.size}, (_, seq) => app.ledger.view.entry(seq)?.type ?? '').filter((type) =>
    type.startsWith('key.'),
  )
const failing = (code: ErrorCode) => (): Promise<never> =>
  Promise.reject(new KeyriteError(code, 'cannot: the test says so'))

describe('between intent and outcome', () => {
  test.each<ErrorCode>([
    'PROVIDER_FAILED',
    'PROVIDER_UNREACHABLE',
    'CREDENTIALS_REFUSED',
    'NETWORK',
    'STORAGE',
    'UNSAFE_FILE',
    'INDETERMINATE',
  ])(
    'a key that was made before the answer was lost (%s) is found by the next run: there is one key',
    async (code) => {
      const request = await metRequest()
      const lost = withCreate(async (spec, intent) => {
        await real.store.create(spec, intent)
        throw new KeyriteError(code, 'cannot say: the answer was lost')
      })
      expect(await outcome(() => apply(lost, app.operations, request))).toBe(code)
      expect(types()).toEqual(['key.create.intended'])
      expect(app.ledger.of(keysFold).keys.size).toBe(0)
      expect(app.ledger.of(keysFold).open.size).toBe(1)

      const refusing = withCreate(() => Promise.reject(new Error('it must not be made again')))
      const done = await apply(refusing, app.operations, requestAt(app.ledger, request.seq))
      expect(statusOf(done, app.ledger.time)).toBe('applied')
      expect(types()).toEqual(['key.create.intended', 'key.created'])
      expect(await keysAtProvider()).toBe(1)
    },
  )

  test('a crash that is no refusal at all leaves the same open, also in another process', async () => {
    const request = await metRequest()
    const dying = withCreate(async (spec, intent) => {
      await real.store.create(spec, intent)
      throw new TypeError('a bug, or the power')
    })
    await expect(apply(dying, app.operations, request)).rejects.toThrow(TypeError)
    await made.using(async (other) => {
      const there = {...contextOf(other), provider: () => Promise.resolve(real)}
      await apply(there, other.operations, requestAt(other.ledger, request.seq))
      expect(other.ledger.of(keysFold).keys.has('second')).toBe(true)
    })
    expect(await keysAtProvider()).toBe(1)
  })

  test('a key that was not made is made by the next run', async () => {
    const request = await metRequest()
    expect(
      await outcome(() => apply(withCreate(failing('PROVIDER_UNREACHABLE')), app.operations, request)),
    ).toBe('PROVIDER_UNREACHABLE')
    await apply(context, app.operations, request)
    expect(types()).toEqual(['key.create.intended', 'key.created'])
    expect(await keysAtProvider()).toBe(1)
  })

  test('not finding out decides nothing', async () => {
    const request = await metRequest()
    await outcome(() => apply(withCreate(failing('PROVIDER_FAILED')), app.operations, request))
    for (const code of ['KEY_STATE', 'UNSUPPORTED', 'PROVIDER_FAILED'] as const) {
      const blind = withCreate(failing('USAGE'), {find: failing(code)})
      expect(await outcome(() => apply(blind, app.operations, request))).toBe(code)
    }
    expect(types()).toEqual(['key.create.intended'])
  })

  test('two keys under one intent are nobody’s guess', async () => {
    const request = await metRequest()
    await outcome(() => apply(withCreate(failing('PROVIDER_FAILED')), app.operations, request))
    const refs = [
      {key: 'a', version: '1'},
      {key: 'b', version: '1'},
    ]
    const twins = withCreate(failing('USAGE'), {find: () => Promise.resolve({kind: 'ambiguous', refs})})
    expect(await outcome(() => apply(twins, app.operations, request))).toBe('AMBIGUOUS')
    expect(types()).toEqual(['key.create.intended'])
  })

  test('another request does not finish what this one began', async () => {
    const [first, second] = [await metRequest(), await metRequest('second', 'aes-256')]
    await outcome(() => apply(withCreate(failing('PROVIDER_FAILED')), app.operations, first))
    expect(await outcome(() => apply(context, app.operations, second))).toBe('INDETERMINATE')
    expect(await keysAtProvider()).toBe(0)
    await apply(context, app.operations, first)
    expect(app.ledger.of(keysFold).keys.get('second')?.spec.algorithm).toBe('ed25519')
    expect(await outcome(() => apply(context, app.operations, second))).toBe('KEY_EXISTS')
  })
})

describe('a refusal that is definite', () => {
  test.each<ErrorCode>(['UNSUPPORTED', 'KEY_STATE', 'USAGE'])(
    '(%s) is recorded, and uses the approval up',
    async (code) => {
      const request = await metRequest()
      expect(await outcome(() => apply(withCreate(failing(code)), app.operations, request))).toBe(code)
      expect(types()).toEqual(['key.create.intended', 'key.create.failed'])
      expect(app.ledger.of(keysFold).open.size).toBe(0)
      const size = app.ledger.size
      expect(await outcome(() => apply(context, app.operations, requestAt(app.ledger, request.seq)))).toBe(
        'REQUEST_STATE',
      )
      expect(app.ledger.size).toBe(size)
      expect(app.ledger.of(keysFold).keys.size).toBe(0)
      expect(await keysAtProvider()).toBe(0)
    },
  )

  test('a key that is not as it was planned is not accepted', async () => {
    const request = await metRequest()
    const wrong = withCreate((spec, intent) =>
      real.store.create({...spec, algorithm: 'ec-p256', scheme: 'es256'}, intent),
    )
    expect(await outcome(() => apply(wrong, app.operations, request))).toBe('KEY_NOT_AS_PLANNED')
    expect(types()).toEqual(['key.create.intended', 'key.create.failed'])
    expect(app.ledger.of(keysFold).keys.size).toBe(0)
  })
})
