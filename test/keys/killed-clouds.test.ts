/** What every place does, killed at each call of a key ring of Google’s and of a vault of Azure’s, as the stand-ins have them: a key is made, rotated, suspended and ended once, and none is lost. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import type {App} from '../../src/app.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {
  keysFold,
  planCreate,
  planDestroy,
  planMove,
  planRotate,
  type KeyWish,
  type Planned,
} from '../../src/keys/index.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {startStandin as startAzure} from '../providers/azure/standin.ts'
import {startStandin as startGoogle} from '../providers/gcp/standin.ts'
import {all} from '../providers/support.ts'
import {makeKey} from '../support/ledger.ts'
import {here as has, testWith} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {dies} from './killed-child.ts'
import {workOn} from './killed-work.ts'
import {approved} from './moving.ts'

const SLOW = process.env['SLOW'] === '1'
const wish: KeyWish = {
  ...{name: '', profile: 'there', algorithm: 'ec-p256', scheme: null, purpose: 'sign', class: 'jwt-signing'},
  ...{
    classification: 'confidential',
    owner: 'x',
    consumers: [],
    parent: null,
    expires: null,
    activate: false,
  },
}

interface Row {
  /** Whether the key is there, and active, before. */
  readonly isThere: boolean
  readonly plan: (app: App, name: string, days: number) => Planned
  readonly states: readonly string[]
  /** At the place, of each version. */
  readonly there: readonly string[]
}

const rows: Readonly<Record<string, Row>> = {
  create: {
    isThere: false,
    plan: ({ledger}, name) => planCreate(ledger.view, {...wish, name}),
    ...{states: ['pre-active'], there: ['enabled']},
  },
  suspend: {
    isThere: true,
    plan: ({ledger}, name) => planMove(ledger.view, name, 'suspend'),
    ...{states: ['suspended'], there: ['disabled']},
  },
  rotate: {
    isThere: true,
    plan: ({ledger}, name) => planRotate(ledger.view, name, ledger.time),
    ...{states: ['active', 'active'], there: ['enabled', 'enabled']},
  },
  destroy: {
    isThere: true,
    plan: ({ledger}, name, days) => {
      const ending = {key: name, version: null, waitDays: days, placeDays: days, graceDays: 0}
      const all = {...ending, order: null, due: null, scheduleOnly: true}
      return planDestroy(ledger.view, all, ledger.time.toISOString())
    },
    ...{states: ['destruction-scheduled'], there: ['destruction-pending']},
  },
}

interface Standing {
  readonly place: readonly string[]
  /** How long what is deleted waits. */
  readonly days: number
  stop(): Promise<void>
}

async function google(): Promise<Standing> {
  const standin = await startGoogle()
  const {ring, endpoint, credentials, ca} = standin
  const place = [
    '--kind',
    'gcp',
    '--key-ring',
    ring,
    '--endpoint',
    endpoint,
    '--credentials-file',
    credentials,
  ]
  return {
    place: [...place, '--ca-file', ca, '--protection', 'software'],
    days: 30,
    stop: () => standin.stop(),
  }
}

async function azure(): Promise<Standing> {
  const standin = await startAzure('vault')
  const {vault, ca, tokenFile} = standin
  const place = ['--kind', 'azure', '--vault-url', vault, '--ca-file', ca, '--token-file', tokenFile]
  return {place: [...place, '--protection', 'software'], days: 90, stop: () => standin.stop()}
}

for (const [called, start] of [
  ['Google’s', google],
  ['Azure’s', azure],
] as const)
  describe(`killed at a call of ${called} like, the next run finds what happened, and nothing is done twice`, () => {
    const box: {house?: House; standing?: Standing} = {}
    const house = (): House => box.house ?? missing()
    const standing = (): Standing => box.standing ?? missing()
    let count = 0
    beforeAll(async () => {
      if (!has('openssl')) return
      box.house = await makeHouse()
      box.standing = await start()
      const signs = ['alice', 'bob', 'carol'].flatMap((one) => [
        '--sign-with',
        `${one}=${house().keyOf(one)}`,
      ])
      const args = ['there', ...standing().place, '--environment', 'test', '--as', 'alice', ...signs]
      expect(await runJson(ProfileAdd, 'profile add', args, house().world)).toMatchObject({exit: 0})
    }, 120_000)
    afterAll(async () => {
      await box.standing?.stop()
      if (box.house === undefined) return
      expect(problemsOf(house())).toEqual([])
      house().remove()
    })

    for (const [what, row] of Object.entries(rows)) {
      if (!SLOW && what !== 'rotate') continue
      testWith(
        'openssl',
        `key ${what}, killed, is ended by the same work, and done once`,
        async () => {
          let killed = 0
          for (const when of SLOW ? (['before', 'after'] as const) : (['after'] as const))
            for (let nth = SLOW ? 1 : 3; SLOW || nth < 4; nth++) {
              const name = `key-${(count += 1)}`
              const work = await house().using(async (app) => {
                const {founders} = house()
                if (row.isThere) await makeKey(app, founders, {name, profile: 'there', algorithm: 'ec-p256'})
                const {id} = await approved({made: house(), app}, row.plan(app, name, standing().days))
                return what === 'rotate' ? `rotation ${name}` : id
              })
              const lived = dies(house().world, {work, nth, when})
              if (lived === null) killed++
              await house().using(async (app) => {
                await workOn(app, contextFor(app, null), work)
                const {keys, open} = app.ledger.of(keysFold)
                const states = keys.get(name)?.versions.map(({state}) => state)
                const there = (await all((await app.provider('there')).store))
                  .filter(({ref}) => ref.key === name)
                  .map(({availability}) => availability)
                const so = {nth, when, states: row.states, there: row.there, open: 0}
                expect({nth, when, states, there, open: open.size}).toEqual(so)
              })
              if (lived !== null) break
            }
          expect(killed).toBeGreaterThan(SLOW ? 3 : 0)
        },
        1_200_000,
      )
    }
  })

function missing(): never {
  throw new Error('it is not there')
}
