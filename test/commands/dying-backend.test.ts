/** The other side dies between its work and its reply, at every call of each command: the same command again finds what happened. */
import {randomBytes} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyActivate from '../../src/commands/key/activate.ts'
import KeyCancelDestroy from '../../src/commands/key/cancel-destroy.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyDestroy from '../../src/commands/key/destroy.ts'
import KeyImport from '../../src/commands/key/import.ts'
import KeyProve from '../../src/commands/key/prove.ts'
import KeyResume from '../../src/commands/key/resume.ts'
import KeyShow from '../../src/commands/key/show.ts'
import KeySuspend from '../../src/commands/key/suspend.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import RequestList from '../../src/commands/request/list.ts'
import {keysFold} from '../../src/keys/index.ts'
import {startMinistack} from '../backends/aws.ts'
import {bring, type Brought} from '../backends/bring.ts'
import {Mortal} from '../backends/mortal.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {patience} from '../../src/providers/aws/client.ts'
import {anAccount, soon} from '../providers/aws/bench.ts'
import {openbao, startTransit} from '../providers/transit/bao.ts'
import {testWhen} from '../support/needs.ts'
import {runJson, type CommandClass} from '../support/run.ts'

const SLOW = process.env['SLOW'] === '1'
const ministack = await bring('ministack')

interface Place {
  readonly flags: readonly string[]
  readonly url: string
  /** Whether it waits before it destroys, so that this can be taken back. */
  readonly waits: boolean
  /** Nothing of the points before is left there: what reads every key would have one call more at each, and never be through. */
  forget(): Promise<void>
  stop(): Promise<void>
}

async function aws(): Promise<Place & {readonly port: number}> {
  anAccount()
  const emulator = await startMinistack(ministack)
  // What is not found is looked for again when AWS has settled; an emulator settles at once.
  Object.assign(patience, soon)
  return {
    flags: ['--kind', 'aws', '--region', 'eu-central-1'],
    url: emulator.url,
    port: emulator.port,
    waits: true,
    async forget() {
      await fetch(`${emulator.url}/_ministack/reset`, {method: 'POST'})
    },
    stop: () => emulator.stop(),
  }
}

async function transit(house: House): Promise<Place & {readonly port: number}> {
  const bao = await startTransit()
  const file = join(house.dir, 'dying.token')
  writeFileSync(file, `${bao.token}\n`, {mode: 0o600})
  return {
    flags: ['--kind', 'transit', '--token-file', file],
    url: bao.url,
    port: bao.port,
    waits: false,
    // A key is asked for by its name.
    forget: () => Promise.resolve(),
    stop: () => bao.stop(),
  }
}

for (const [kind, need, open, address] of [
  ['AWS’s like', ministack, aws, '--endpoint'],
  ['OpenBao', openbao, transit, '--address'],
] as readonly (readonly [
  string,
  Brought,
  (house: House) => Promise<Place & {readonly port: number}>,
  string,
])[])
  describe(`${kind} dies between work and reply`, () => {
    const box: {house?: House; place?: Place; way?: Mortal} = {}
    const house = (): House => box.house ?? missing()
    const way = (): Mortal => box.way ?? missing()
    let count = 0
    beforeAll(async () => {
      if (!need.present) return
      box.house = await makeHouse()
      const place = await open(box.house)
      box.place = place
      box.way = new Mortal()
      const url = await box.way.start(place.port)
      expect(
        await run(ProfileAdd, 'profile add', [
          'place',
          ...place.flags,
          address,
          url,
          '--environment',
          'test',
        ]),
      ).toMatchObject({exit: 0})
    }, 60_000)
    afterAll(async () => {
      if (box.house !== undefined) expect(problemsOf(box.house)).toEqual([])
      box.way?.stop()
      await box.place?.stop()
      box.house?.remove()
    })

    const signs = (): string[] =>
      ['alice', 'bob', 'carol', 'dan', 'erin'].flatMap((one) => [
        '--sign-with',
        `${one}=${house().keyOf(one)}`,
      ])
    const run = (command: CommandClass, id: string, argv: readonly string[]) =>
      runJson(
        command,
        id,
        [...argv, '--as', 'alice', ...(command === KeyProve ? [] : signs())],
        house().world,
      )
    const what = [
      '--profile',
      'place',
      '--owner',
      'Orders',
      '--algorithm',
      'ec-p256',
      '--purpose',
      'sign',
      '--class',
      'jwt-signing',
    ]
    const fresh = (): string => `k${++count}`
    const make = async (...more: string[]): Promise<string> => {
      const name = fresh()
      expect(await run(KeyCreate, 'key create', [name, ...what, ...more])).toMatchObject({exit: 0})
      return name
    }
    const bring_ = (): string => {
      const file = join(house().dir, 'brought.bin')
      writeFileSync(file, randomBytes(32), {mode: 0o600})
      return file
    }
    const secret = [
      '--profile',
      'place',
      '--owner',
      'Orders',
      '--algorithm',
      'hmac-sha256',
      '--purpose',
      'mac',
      '--class',
      'mac',
    ]

    interface Row {
      readonly name: string
      /** @returns the key that it is about. */
      readonly before: () => Promise<string>
      readonly act: (key: string) => Promise<Record<string, unknown>>
      readonly state: string
    }
    const rows = (): readonly Row[] => {
      const file = bring_()
      return [
        {
          name: 'create',
          before: async () => fresh(),
          act: (key) => run(KeyCreate, 'key create', [key, ...what, '--activate']),
          state: 'active',
        },
        {
          name: 'import',
          before: async () => fresh(),
          act: (key) => run(KeyImport, 'key import', [key, '--from', file, ...secret, '--activate']),
          state: 'active',
        },
        {
          name: 'prove',
          before: () => make('--activate'),
          act: (key) => run(KeyProve, 'key prove', [key]),
          state: 'active',
        },
        {
          name: 'activate',
          async before() {
            const key = await make()
            expect(await run(KeyProve, 'key prove', [key])).toMatchObject({exit: 0})
            return key
          },
          act: (key) => run(KeyActivate, 'key activate', [key]),
          state: 'active',
        },
        {
          name: 'suspend',
          before: () => make('--activate'),
          act: (key) => run(KeySuspend, 'key suspend', [key]),
          state: 'suspended',
        },
        {
          name: 'resume',
          async before() {
            const key = await make('--activate')
            expect(await run(KeySuspend, 'key suspend', [key])).toMatchObject({exit: 0})
            return key
          },
          act: (key) => run(KeyResume, 'key resume', [key]),
          state: 'active',
        },
        {
          name: 'destroy',
          before: () => make(),
          act: (key) =>
            run(KeyDestroy, 'key destroy', [key, '--reason', 'replaced', '--confirm', `${key}@place`]),
          state: 'destruction-scheduled',
        },
        {
          name: 'cancel-destroy',
          async before() {
            const key = await make()
            const argv = [key, '--reason', 'replaced', '--confirm', `${key}@place`]
            expect(await run(KeyDestroy, 'key destroy', argv)).toMatchObject({exit: 0})
            return key
          },
          act: (key) => run(KeyCancelDestroy, 'key cancel-destroy', [key]),
          state: 'pre-active',
        },
      ]
    }

    const names = ['create', 'import', 'prove', 'activate', 'suspend', 'resume', 'destroy', 'cancel-destroy']
    for (const name of SLOW ? names : ['create'])
      testWhen(
        need,
        `at each call of key ${name}: the same command again ends it, and nothing is made twice`,
        async () => {
          const row = rows().find((one) => one.name === name) ?? missing()
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
            expect(await runJson(KeyShow, 'key show', [key], house().world)).toMatchObject({
              state: row.state,
              indeterminate: [],
            })
            expect(await madeOf(key)).toBe(1)
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
    async function again({act}: Row, key: string): Promise<Record<string, unknown>> {
      const once = await act(key)
      const done = once['exit'] === 0 ? once : await act(key)
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

    /** How many keys of that name the place has. */
    async function madeOf(key: string): Promise<number> {
      return house().using(async (app) => {
        let found = 0
        const own = app.ledger.of(keysFold).keys.get(key)?.versions.length ?? 0
        for await (const {spec} of (await app.provider('place')).store.list()) if (spec.label === key) found++
        return own === 1 ? found : -own
      })
    }
  })

function missing(): never {
  throw new Error('it is made before the tests')
}
