/** The other side dies between its work and its reply, at every call of each command: the same command again finds what happened. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import ProfileAdd from '../../src/commands/profile/add.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import RequestList from '../../src/commands/request/list.ts'
import {startMinistack} from '../backends/aws.ts'
import {bring, type Brought} from '../backends/bring.ts'
import {Mortal} from '../backends/mortal.ts'
import type {OpenBao} from '../backends/openbao.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {patience} from '../../src/providers/aws/client.ts'
import {anAccount, soon} from '../providers/aws/bench.ts'
import {ask, openbao, startTransit} from '../providers/transit/bao.ts'
import {testWhen} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {awsRows, lifeRows, madeOf, shownOf, typed, type Dying, type Row, type Said} from './dying-rows.ts'
import {transitRows} from './dying-transit.ts'

const SLOW = process.env['SLOW'] === '1'
const ministack = await bring('ministack')

/** A mount without keys has no list of them. */
const none: {readonly data: {readonly keys: readonly string[]}} = {data: {keys: []}}

interface Place {
  readonly flags: readonly string[]
  readonly url: string
  readonly port: number
  /** Another mount of it, where a backup is put back. */
  readonly second: readonly string[]
  readonly bao: OpenBao | null
  /** Nothing of the points before is left there: what reads every key would have one call more at each, and never be through. */
  forget(): Promise<void>
  stop(): Promise<void>
}

async function aws(): Promise<Place> {
  anAccount()
  const emulator = await startMinistack(ministack)
  // What is not found is looked for again when AWS has settled; an emulator settles at once.
  Object.assign(patience, soon)
  return {
    flags: ['--kind', 'aws', '--region', 'eu-central-1', '--replica-regions', 'eu-west-1'],
    url: emulator.url,
    port: emulator.port,
    second: [],
    bao: null,
    async forget() {
      await fetch(`${emulator.url}/_ministack/reset`, {method: 'POST'})
    },
    stop: () => emulator.stop(),
  }
}

async function transit(house: House): Promise<Place> {
  const bao = await startTransit()
  await bao.bao('secrets', 'enable', '-path=second', 'transit')
  const file = join(house.dir, 'dying.token')
  writeFileSync(file, `${bao.token}\n`, {mode: 0o600})
  return {
    flags: ['--kind', 'transit', '--token-file', file],
    url: bao.url,
    port: bao.port,
    second: ['--mount', 'second'],
    bao,
    async forget() {
      const {data} = await ask<typeof none>(bao, 'GET', 'transit/keys?list=true').catch(() => none)
      for (const key of data.keys) {
        // What is soft-deleted takes no setting, and stays: few are.
        await ask(bao, 'POST', `transit/keys/${key}/config`, {deletion_allowed: true}).catch(() => undefined)
        await ask(bao, 'DELETE', `transit/keys/${key}`).catch(() => undefined)
      }
    },
    stop: () => bao.stop(),
  }
}

interface Kind {
  readonly kind: string
  readonly need: Brought
  readonly open: (house: House) => Promise<Place>
  readonly address: string
  readonly beside: (dying: Dying, bao: () => OpenBao) => Readonly<Record<string, Row>>
  /** What is tried without SLOW too, at one call. */
  readonly quick: readonly string[]
}
const kinds: readonly Kind[] = [
  {
    ...{kind: 'AWS’s like', need: ministack, open: aws, address: '--endpoint', beside: awsRows},
    quick: ['create', 'grant'],
  },
  {
    ...{kind: 'OpenBao', need: openbao, open: transit, address: '--address', beside: transitRows},
    quick: ['create', 'backup put-back'],
  },
]

for (const {kind, need, open, address, beside, quick} of kinds)
  describe(`${kind} dies between work and reply`, () => {
    const box: {house?: House; place?: Place; way?: Mortal} = {}
    const house = (): House => box.house ?? missing()
    const way = (): Mortal => box.way ?? missing()
    const run = typed(house)
    beforeAll(async () => {
      if (!need.present) return
      box.house = await makeHouse()
      const place = await open(box.house)
      box.place = place
      box.way = new Mortal()
      const url = await box.way.start(place.port)
      for (const [name, more] of [
        ['place', []],
        ['second', place.second],
      ] as const)
        if (name === 'place' || more.length > 0)
          expect(
            await run(ProfileAdd, 'profile add', [
              ...[name, ...place.flags, address, url, '--environment', 'test', ...more],
            ]),
          ).toMatchObject({exit: 0})
    }, 60_000)
    afterAll(async () => {
      if (box.house !== undefined) expect(problemsOf(box.house)).toEqual([])
      box.way?.stop()
      await box.place?.stop()
      box.house?.remove()
    })

    const dying: Dying = {house, direct: () => box.place?.url ?? missing()}
    const rows = {...lifeRows(dying), ...beside(dying, () => box.place?.bao ?? missing())}
    for (const [name, row] of Object.entries(rows).filter(([name]) => SLOW || quick.includes(name)))
      testWhen(
        need,
        `at each call of ${name}: the same command again ends it, and nothing is made twice`,
        async () => {
          let died = 0
          for (let nth = SLOW ? 1 : 6; SLOW || nth < 7; nth++) {
            await box.place?.forget()
            const key = await row.before()
            way().dieAt(nth)
            const first = await row.act(key)
            if (!way().live()) {
              expect(first).toMatchObject({exit: 0})
              break
            }
            died++
            // The answer that was lost may not have mattered.
            const done = first['exit'] === 0 ? first : await again(row, key)
            expect([name, nth, done['code'] ?? 'ok', done['message'] ?? '']).toEqual([name, nth, 'ok', ''])
            expect(await shownOf(house(), key)).toMatchObject({state: row.state, indeterminate: []})
            expect(await madeOf(house(), key)).toBe(row.made ?? 1)
            await row.ends?.(key)
            expect(nth).toBeLessThan(200)
          }
          expect(died).toBeGreaterThan(0)
        },
        1_800_000,
      )

    /**
     * Asked again until nothing is left: a second time where the first one only said what it found. What was recorded before
     * the other side died is refused as done; what is left of its request is carried out by that.
     */
    async function again({act, onward = act}: Row, key: string): Promise<Said> {
      const once = await onward(key)
      const done = once['exit'] === 0 ? once : await onward(key)
      if (!['KEY_STATE', 'KEY_EXISTS'].includes(String(done['code']))) return done
      const {requests} = await runJson<{requests: {id: string; status: string}[]}>(
        RequestList,
        'request list',
        [],
        house().world,
      )
      for (const {id} of requests.filter(({status}) => status === 'met'))
        await run(RequestApply, 'request apply', [id])
      return {}
    }
  })

function missing(): never {
  throw new Error('it is made before the tests')
}
