/** Thousands of keys that were there already, taken over in one request: in a place of this test's own, so that what keyrite itself needs is seen. */
import {createHmac, randomBytes} from 'node:crypto'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {keysFold, planAdopt, survey} from '../../src/keys/index.ts'
import {sameBytes} from '../../src/base/bytes.ts'
import type {Description, Provider} from '../../src/providers/ports.ts'
import {apply} from '../../src/requests/index.ts'
import {contextOf} from '../requests/support.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {approved} from './moving.ts'

const SLOW = process.env['SLOW'] === '1'
const count = SLOW ? 10_000 : 150
/** What keyrite may grow by, in bytes; a key, its plan, its entries and their leaves take a few thousand each. */
const most = 600 * 2 ** 20

let made: TestLedger
beforeAll(async () => {
  made = await makeLedger({people: 4})
})
afterAll(() => {
  made.remove()
})

/** MAC keys in memory, beside those of a real token. */
function crowded(real: Provider): Provider & {readonly most: () => number} {
  const secrets = new Map(
    Array.from({length: count}, (_, at) => [`there-${String(at).padStart(5, '0')}`, randomBytes(32)]),
  )
  let [open, highest] = [0, 0]
  const described = (key: string): Description => ({
    ref: {key, version: '1'},
    spec: {label: key, algorithm: 'hmac-sha256', scheme: 'hs256', purpose: 'mac'},
    intent: null,
    availability: 'enabled',
    createdAt: new Date('2020-01-01T00:00:00Z'),
    destroyAt: null,
  })
  const mac = async ({key}: Description['ref'], message: Uint8Array) =>
    createHmac('sha256', secrets.get(key) ?? randomBytes(32))
      .update(message)
      .digest()
  return {
    ...real,
    most: () => highest,
    store: {
      create: (spec, intent) => real.store.create(spec, intent),
      find: (intent, before) => real.store.find(intent, before),
      async describe({key}) {
        highest = Math.max(highest, ++open)
        await new Promise(setImmediate)
        open--
        return secrets.has(key) ? described(key) : undefined
      },
      async *list() {
        for (const key of secrets.keys()) yield described(key)
      },
    },
    use: {
      ...real.use,
      mac,
      verify: async (ref, message, value) => sameBytes(await mac(ref, message), value),
    },
    move: {...real.move, noExport: 'a place of this test'},
    evidence: {
      identity: () => real.evidence.identity(),
      check: () => real.evidence.check(),
      capabilities: () => real.evidence.capabilities(),
      generation: () => real.evidence.generation(),
      device: () => real.evidence.device(),
      protection: async () => ({level: 'software', fips: null, evidence: 'asserted', detail: 'in memory'}),
    },
  }
}

test(`${count} keys are taken over under one approval, a few at a time, with progress and in bounded memory`, async () => {
  await made.using(async (app) => {
    await addLocal(app, 'soft')
    const place = crowded(await app.provider('soft'))
    const before = process.memoryUsage().rss
    const began = Date.now()
    const found = await survey(place, 'soft', app.ledger.of(keysFold), new Map())
    expect(found.keys).toHaveLength(count)
    const wish = {
      profile: 'soft',
      which: [],
      name: null,
      class: 'mac',
      classification: 'internal',
      owner: 'x',
      consumers: [],
    } as const
    const request = await approved({made, app}, planAdopt(app.ledger.view, wish, found))
    const lines: string[] = []
    const context = {
      ...contextOf(app),
      provider: async () => place,
      progress: (line: string) => void lines.push(line),
    }
    const done = await apply(context, app.operations, request)
    const grown = process.memoryUsage().rss - before
    const seconds = (Date.now() - began) / 1000
    if (SLOW)
      process.stderr.write(
        `${count} keys: ${seconds.toFixed(0)} s, ${(grown / 2 ** 20).toFixed(0)} MiB more\n`,
      )
    expect(done.done.has('adopt')).toBe(true)
    expect(app.ledger.of(keysFold).keys.size).toBe(count)
    expect(
      [...app.ledger.of(keysFold).keys.values()].every(({versions}) => versions[0]?.tried?.ok === true),
    ).toBe(true)
    expect(lines.at(-1)).toBe(`${count} of ${count} keys`)
    expect(lines.length).toBeGreaterThan(count / 20)
    expect(place.most()).toBeLessThanOrEqual(16)
    expect(grown).toBeLessThan(most)
    expect((await survey(place, 'soft', app.ledger.of(keysFold), new Map())).keys).toHaveLength(0)
  })
}, 3_600_000)
