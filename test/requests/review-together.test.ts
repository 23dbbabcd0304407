/** Two programs that apply one request at once: one act, one key, and both say the same. */
import {randomBytes} from 'node:crypto'
import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {App} from '../../src/app.ts'
import {Secret} from '../../src/base/secret.ts'
import {custodyFold} from '../../src/custody/index.ts'
import {planCreate, proveKey} from '../../src/keys/index.ts'
import type {Provider} from '../../src/providers/ports.ts'
import {answer, apply, meet, openRequest, requestAt, statusOf} from '../../src/requests/index.ts'
import {addProfile} from '../../src/ui/add-profile.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {verified} from '../ledger/support.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {surroundingsOf} from '../support/run.ts'

let made: TestLedger
let apps: App[]

beforeEach(async () => {
  made = await makeLedger()
  apps = []
  const pinFile = join(made.world.home, '..', 'pin')
  writeFileSync(pinFile, 'twelve bytes\n', {mode: 0o600})
  mkdirSync(join(made.world.home, 'tokens'), {mode: 0o700})
  const token = join(made.world.home, 'tokens', 'main.token')
  const wish = {name: 'main', kind: 'local', environment: 'test', token, pinFile} as const
  await made.using((app) => addProfile(app, wish, null, new Secret(Buffer.from('twelve bytes'))))
})
afterEach(async () => {
  for (const app of apps) await app.close()
  made.remove()
})

function open(say: () => void): App {
  const ask = {interactive: false} as App['world']['ask']
  const app = new App({...surroundingsOf(made.world), ask, command: 'keyrite test', say})
  apps.push(app)
  return app
}

/** A request to make key `k`, met; its seq. */
async function metRequest(app: App): Promise<number> {
  const context = contextFor(app, made.founders[0]?.person ?? null)
  const {plan, names} = planCreate(app.ledger.view, {
    name: 'k',
    profile: 'main',
    algorithm: 'ec-p256',
    scheme: null,
    purpose: 'sign',
    class: 'jwt-signing',
    classification: 'confidential',
    owner: 'Payments Team',
    consumers: [],
    parent: null,
    expires: null,
    activate: false,
  })
  let request = await openRequest(context, {plan, names, reason: null, ticket: null, only: null})
  for (const {person, signer} of made.founders.slice(0, request.needs.people)) {
    const enrolled = app.ledger.of(custodyFold).roster.get(person.id)
    if (enrolled === undefined) throw new Error('a founder is in the roster')
    request = await answer(context, request, {person: enrolled, signer, decision: 'approve', reason: null})
  }
  return (await meet(context, request)).seq
}

/** A provider that does `before` before it makes a key. */
function slow(provider: Provider, before: () => Promise<void>): Provider {
  const create: Provider['store']['create'] = (...given) => provider.store.create(...given)
  return {
    ...provider,
    store: {
      ...provider.store,
      create: async (...given: Parameters<typeof create>): ReturnType<typeof create> => {
        await before()
        return create(...given)
      },
    },
  }
}

test('what one has begun, another neither begins nor finishes: it waits, and finds it done', async () => {
  const other = Promise.withResolvers<undefined>()
  const begun = Promise.withResolvers<undefined>()
  const first = open(() => undefined)
  const seq = await metRequest(first)
  const second = open(() => {
    other.resolve(undefined) // it says that it waits
  })
  const contexts = [first, second].map((app) => contextFor(app, null))
  let creations = 0
  const slowly = async (app: App, before: () => Promise<unknown>): Promise<Provider> =>
    slow(await app.provider('main'), async () => {
      creations++
      await before()
    })
  const [one, two] = contexts
  if (one === undefined || two === undefined) throw new Error('there are two')
  const a = apply(
    {
      ...one,
      provider: () =>
        slowly(first, () => {
          begun.resolve(undefined)
          return other.promise
        }),
    },
    first.operations,
    requestAt(first.ledger, seq),
  )
  await begun.promise
  const b = apply(
    {
      ...two,
      provider: () =>
        slowly(second, async () => {
          other.resolve(undefined)
        }),
    },
    second.operations,
    requestAt(second.ledger, seq),
  )
  const requests = await Promise.all([a, b])
  expect(requests.map((request) => statusOf(request, new Date()))).toEqual(['applied', 'applied'])
  expect(creations).toBe(1)
  expect(verified(made.world).problems).toEqual([])
})

test('two proofs of one key at once are two proofs, one after the other', async () => {
  const app = open(() => undefined)
  const seq = await metRequest(app)
  await apply(contextFor(app, null), app.operations, requestAt(app.ledger, seq))
  const both = [open(() => undefined), open(() => undefined)]
  const seqs = await Promise.all(both.map((one) => proveKey({...contextFor(one, null), approved: 0}, 'k', 1)))
  expect(new Set(seqs).size).toBe(2)
  expect(verified(made.world).problems).toEqual([])
})

test('a link in the place of the hint is not written through', async () => {
  const victim = join(made.world.home, '..', 'victim')
  const text = randomBytes(8).toString('hex')
  writeFileSync(victim, text)
  symlinkSync(victim, join(made.world.home, 'ledger.lock.info'))
  await made.using((app) => metRequest(app))
  expect(readFileSync(victim, 'utf8')).toBe(text)
})
