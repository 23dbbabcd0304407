/** An HSM whose module dies between its work and its reply, under the commands: the same command again finds what happened. `SLOW=1`: after every call that making a key needs. */
import {cpSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect} from '@jest/globals'
import ProfileAdd from '../../src/commands/profile/add.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import RequestList from '../../src/commands/request/list.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {quirkyHsm, standinNeed, type QuirkyHsm} from '../providers/pkcs11/standin.ts'
import {Rng} from '../fuzz/rng.ts'
import {testWhen} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {lifeRows, madeOf, shownOf, typed, type Row, type Said} from './dying-rows.ts'

const box: {house?: House; hsm?: QuirkyHsm} = {}
const house = (): House => box.house ?? missing()
const run = typed(house)

beforeAll(async () => {
  if (!standinNeed.present) return
  const hsm = (box.hsm = quirkyHsm())
  const {dir} = (box.house = await makeHouse())
  writeFileSync(join(dir, 'pin'), `${hsm.pin}\n`, {mode: 0o600})
  const at = ['--module', hsm.module, '--token-serial', hsm.serial, '--pin-file', join(dir, 'pin')]
  const added = await run(ProfileAdd, 'profile add', [
    ...['place', '--kind', 'pkcs11', '--environment', 'test', ...at],
  ])
  expect(added).toMatchObject({exit: 0})
}, 60_000)
afterAll(() => {
  if (box.house !== undefined) expect(problemsOf(box.house)).toEqual([])
  box.house?.remove()
  box.hsm?.remove()
})

const rows = lifeRows({house, direct: missing})
const rowsOf: readonly (readonly [string, string])[] = [
  ['create', 'C_GenerateKeyPair'],
  ['suspend', 'C_SetAttributeValue'],
]
for (const [name, call] of rowsOf)
  testWhen(
    standinNeed,
    `${name}, after ${call}: the same command again ends it, and nothing is lost or made twice`,
    async () => {
      const {hsm = missing()} = box
      const row = rows[name] ?? missing()
      const key = await row.before()
      hsm.now(`die ${call} 1`)
      const first = await row.act(key)
      hsm.now()
      expect(first['exit']).not.toBe(0)
      const done = await again(row, key)
      expect([done['code'] ?? 'ok', done['message'] ?? '']).toEqual(['ok', ''])
      expect(await shownOf(house(), key)).toMatchObject({state: row.state, indeterminate: []})
      expect(await madeOf(house(), key)).toBe(row.made ?? 1)
    },
    120_000,
  )

const slow = process.env['SLOW'] === '1'
const seed = Number(process.env['FUZZ_SEED'] ?? 20261201)

testWhen(
  standinNeed,
  'create, after any call of the module: the same command again ends it, and nothing is lost or made twice',
  async () => {
    const {hsm = missing(), house: rooms = missing()} = box
    const row = rows['create'] ?? missing()
    // Each key that a token holds is looked at: it is made anew on the same token each time, or there would be more calls than were counted.
    const [tokens, kept] = [join(hsm.folder, 'tokens'), join(hsm.folder, 'kept')]
    cpSync(tokens, kept, {recursive: true})
    const asItWas = (): void => {
      rmSync(tokens, {recursive: true})
      cpSync(kept, tokens, {recursive: true})
    }
    hsm.now('count')
    expect(await row.act(await row.before())).toMatchObject({exit: 0})
    const all = Array.from({length: hsm.counted}, (_, at) => at + 1)
    const rng = new Rng(seed, 0)
    const seen = new Set<string>()
    for (const at of slow ? all : [rng.pick(all), rng.pick(all), rng.pick(all)]) {
      asItWas()
      const key = await row.before()
      hsm.now(`die-at ${at}`)
      const first = await row.act(key)
      const {died} = hsm
      hsm.now()
      expect([seed, died]).toEqual([seed, expect.stringMatching(`^${at} C_`)])
      seen.add(died.replace(/^\d+ /, ''))
      const done = first['exit'] === 0 ? first : await again(row, key)
      expect([died, done['code'] ?? 'ok', done['message'] ?? '']).toEqual([died, 'ok', ''])
      expect([died, await shownOf(rooms, key)]).toMatchObject([died, {state: 'active', indeterminate: []}])
      expect([died, await madeOf(rooms, key)]).toEqual([died, 1])
    }
    if (slow) expect([...seen]).toEqual(expect.arrayContaining(['C_GenerateKeyPair', 'C_Sign', 'C_Finalize']))
  },
  slow ? 5_400_000 : 120_000,
)

/** A second time where the first one only said what it found; what is left of a request is applied. */
async function again({act, onward = act}: Row, key: string): Promise<Said> {
  const once = await onward(key)
  const done = once['exit'] === 0 ? once : await onward(key)
  if (!['KEY_STATE', 'KEY_EXISTS'].includes(String(done['code']))) return done
  const list = await runJson<{requests: {id: string; status: string}[]}>(
    ...([RequestList, 'request list', [], house().world] as const),
  )
  for (const {id} of list.requests.filter(({status}) => status === 'met'))
    await run(RequestApply, 'request apply', [id])
  return {}
}

function missing(): never {
  throw new Error('it is made before the tests')
}
