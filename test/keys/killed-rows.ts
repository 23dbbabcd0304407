/** What killed.test.ts does to a key: each command that changes something, and what must be there at its end. */
import {expect} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {Secret} from '../../src/base/secret.ts'
import {custodyFold, type Person} from '../../src/custody/index.ts'
import {
  advance,
  envelopes,
  keysFold,
  noteRotation,
  planAdopt,
  planCancel,
  planCreate,
  planDestroy,
  planHold,
  materialSha256,
  planImport,
  planMove,
  planRollback,
  planRotate,
  planSet,
  planStandby,
  proveKey,
  survey,
  type KeyWish,
  type MoveName,
  type Planned,
} from '../../src/keys/index.ts'
import type {OperationName} from '../../src/policy/index.ts'
import {apply, findRequest} from '../../src/requests/index.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {makeKey, type TestLedger} from '../support/ledger.ts'
import {workOn} from './killed-work.ts'
import {approved} from './moving.ts'

export const start = new Date('2027-01-01T00:00:00Z')
export const days = (count: number): string => new Date(start.getTime() + count * 86_400_000).toISOString()

export interface Row {
  /** The operations that it does. */
  readonly of: readonly OperationName[]
  /** What is done before, on the key that is there. */
  readonly first?: readonly MoveName[]
  /** And what else. */
  readonly prepare?: (app: App) => Promise<void>
  /** What else must be so at the end. */
  readonly after?: (app: App) => void
  /** Whether it asks the provider nothing: then there is no call to be killed at. */
  readonly quiet?: true
  /** What people are asked for; or, where nobody is asked, the work as `killed-work.ts` knows it. */
  readonly plan?: (app: App) => Planned | Promise<Planned>
  readonly work?: string
  /** Keys that are put to the place past keyrite. */
  readonly strangers?: number
  /** On which days the request is gone on with. */
  readonly onDays?: readonly number[]
  /** Versions at the place that are not destroyed, and the states here, by key. */
  readonly there: number
  readonly states: Readonly<Record<string, string>>
}

const move = (event: MoveName, state: string, first: readonly MoveName[] = []): Row => ({
  of: [`key.${event}`],
  first,
  plan: ({ledger}) => planMove(ledger.view, 'payments', event, null),
  there: 1,
  states: {payments: state},
})
const ending = {
  key: 'payments',
  version: null,
  waitDays: 7,
  graceDays: 30,
  order: null,
  due: null,
  scheduleOnly: false,
}

const orders: KeyWish = {
  ...{name: 'orders', profile: 'soft', algorithm: 'hmac-sha256', scheme: null, purpose: 'mac', class: 'mac'},
  ...{classification: 'confidential', owner: 'x', consumers: [], parent: null, expires: null, activate: true},
}
const kek = {name: 'kek', profile: 'soft', algorithm: 'aes-256', purpose: 'wrap', class: 'dek'} as const
export const broughtBytes = Buffer.alloc(32, 7)

/** @param made - a ledger with an active key "payments" in the profile "soft". @param setDay - moves its clock. */
export function rowsOf(made: () => TestLedger, setDay: (day: number) => void): Readonly<Record<string, Row>> {
  /** A plan that everybody approves, done as far as it can be on a day. */
  async function done(app: App, planned: Planned, ...onDays: readonly number[]): Promise<void> {
    const {id} = await approved({made: made(), app}, planned)
    for (const day of onDays) {
      setDay(day)
      await apply(contextFor(app, null), app.operations, findRequest(app.ledger, id))
    }
  }

  const founder = (app: App): Person => {
    const [first] = app.ledger.of(custodyFold).roster.values()
    if (first === undefined) throw new Error('people founded it')
    return first
  }
  return {
    activate: {
      of: ['key.activate'],
      prepare: async (app) => {
        await makeKey(app, made().founders, {...orders, activate: false})
        await proveKey({...contextFor(app, null), approved: 0}, 'orders', 1)
      },
      plan: ({ledger}) => planMove(ledger.view, 'orders', 'activate', null),
      there: 2,
      states: {payments: 'active', orders: 'active'},
    },
    import: {
      of: ['key.import'],
      plan: ({ledger}) =>
        planImport(
          ledger.view,
          orders,
          materialSha256(orders.algorithm, new Secret(Buffer.from(broughtBytes))),
          ledger.time,
        ),
      there: 2,
      states: {payments: 'active', orders: 'active'},
    },
    rotate: {
      of: ['key.rotate'],
      plan: ({ledger}) => planRotate(ledger.view, 'payments', ledger.time),
      onDays: [0, 8, 40],
      there: 2,
      states: {payments: 'deactivated,active'},
    },
    rollback: {
      of: ['key.rollback'],
      prepare: async (app) => {
        await done(app, planRotate(app.ledger.view, 'payments', app.ledger.time), 0, 8)
        expect(app.ledger.of(keysFold).keys.get('payments')?.primary).toBe(2)
      },
      plan: ({ledger}) => planRollback(ledger.view, 'payments'),
      onDays: [9],
      there: 2,
      states: {payments: 'active,active'},
    },
    standby: {
      of: ['key.standby'],
      plan: ({ledger}) => planStandby(ledger.view, 'payments'),
      after: (app) => {
        expect(app.ledger.of(keysFold).keys.get('payments')?.versions[1]?.tried?.ok).toBe(true)
      },
      there: 2,
      states: {payments: 'active,pre-active'},
    },
    'cancel-destroy': {
      of: ['key.cancel-destroy'],
      prepare: async (app) => {
        const wish = {...ending, graceDays: 0, scheduleOnly: true}
        await done(app, planDestroy(app.ledger.view, wish, app.ledger.time.toISOString()), 0, 1)
      },
      plan: ({ledger}) => planCancel(ledger.view, 'payments'),
      onDays: [2],
      there: 1,
      states: {payments: 'deactivated'},
    },
    'rotation run': {
      of: ['key.rotate'],
      work: 'rotation payments',
      onDays: [91, 99, 130],
      there: 2,
      states: {payments: 'deactivated,active'},
    },
    'rotation resume': {
      of: ['key.rotate'],
      prepare: async (app) => {
        setDay(91)
        await advance(contextFor(app, null), app.operations, 'payments')
        for (const word of ['paused', 'resumed'] as const)
          await noteRotation(app.ledger, 'payments', founder(app), word, 'the test says so')
      },
      work: 'rotation payments',
      onDays: [99, 130],
      there: 2,
      states: {payments: 'deactivated,active'},
    },
    prove: {of: [], work: 'prove payments', there: 1, states: {payments: 'active'}},
    wrap: {
      of: [],
      prepare: (app) => makeKey(app, made().founders, kek),
      work: 'wrap kek orders',
      there: 2,
      states: {payments: 'active', kek: 'active'},
      after: (app) => {
        expect([...app.ledger.of(envelopes).all.keys()]).toEqual(['orders'])
      },
    },
    rewrap: {
      of: [],
      prepare: async (app) => {
        await makeKey(app, made().founders, kek)
        for (const name of ['orders', 'patients'])
          await workOn(app, contextFor(app, null), `wrap kek ${name}`)
        await done(app, planRotate(app.ledger.view, 'kek', app.ledger.time), 0, 8)
      },
      work: 'rewrap kek',
      onDays: [9],
      there: 3,
      states: {payments: 'active', kek: 'active,active'},
      after: (app) => {
        const all = [...app.ledger.of(envelopes).all.values()]
        expect(all.map(({name, version}) => [name, version])).toEqual([
          ['orders', 2],
          ['patients', 2],
        ])
      },
    },
    set: {
      of: ['key.set'],
      quiet: true,
      plan: ({ledger}) =>
        planSet(ledger.view, 'payments', {
          ...{owner: 'y', consumers: undefined, classification: undefined, expires: undefined},
          ...{parent: undefined, labels: undefined},
        }),
      there: 1,
      states: {payments: 'active'},
    },
    hold: {
      of: ['key.hold'],
      quiet: true,
      plan: ({ledger}) =>
        planHold(ledger.view, 'payments', {kind: 'legal-hold', until: new Date(days(90))}, ledger.time),
      there: 1,
      states: {payments: 'active'},
    },
    create: {
      of: ['key.create'],
      plan: ({ledger}) =>
        planCreate(ledger.view, {
          ...{
            name: 'orders',
            profile: 'soft',
            algorithm: 'ec-p256',
            scheme: null,
            purpose: 'sign',
            class: 'jwt-signing',
          },
          ...{
            classification: 'confidential',
            owner: 'x',
            consumers: [],
            parent: null,
            expires: null,
            activate: true,
          },
        }),
      there: 2,
      states: {payments: 'active', orders: 'active'},
    },
    suspend: move('suspend', 'suspended'),
    resume: move('resume', 'active', ['suspend']),
    deactivate: move('deactivate', 'deactivated'),
    compromise: move('compromise', 'compromised'),
    destroy: {
      of: ['key.destroy'],
      plan: ({ledger}) => planDestroy(ledger.view, ending, ledger.time.toISOString()),
      onDays: [0, 31, 60],
      there: 0,
      states: {payments: 'destroyed'},
    },
    adopt: {
      of: ['key.adopt'],
      strangers: 2,
      plan: async (app) =>
        planAdopt(
          app.ledger.view,
          {
            profile: 'soft',
            which: [],
            name: null,
            class: 'mac',
            classification: 'internal',
            owner: 'x',
            consumers: [],
          },
          await survey(await app.provider('soft'), 'soft', app.ledger.of(keysFold), new Map()),
        ),
      there: 3,
      states: {payments: 'active', 'stranger-0': 'active', 'stranger-1': 'active'},
    },
  }
}
