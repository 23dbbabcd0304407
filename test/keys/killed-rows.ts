/** What killed.test.ts does to a key: each command that changes something, and what must be there at its end. */
import {expect} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {Secret} from '../../src/base/secret.ts'
import {
  keysFold,
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
import {apply, findRequest} from '../../src/requests/index.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {makeKey, type TestLedger} from '../support/ledger.ts'
import {approved} from './moving.ts'

export const start = new Date('2027-01-01T00:00:00Z')
export const days = (count: number): string => new Date(start.getTime() + count * 86_400_000).toISOString()

export interface Row {
  /** What is done before, on the key that is there. */
  readonly first?: readonly MoveName[]
  /** And what else. */
  readonly prepare?: (app: App) => Promise<void>
  /** What else must be so at the end. */
  readonly after?: (app: App) => void
  /** Whether it asks the provider nothing: then there is no call to be killed at. */
  readonly quiet?: true
  readonly plan: (app: App) => Planned | Promise<Planned>
  /** Keys that are put to the place past keyrite. */
  readonly strangers?: number
  /** On which days the request is gone on with. */
  readonly onDays?: readonly number[]
  /** Versions at the place that are not destroyed, and the states here, by key. */
  readonly there: number
  readonly states: Readonly<Record<string, string>>
}

const move = (event: MoveName, state: string, first: readonly MoveName[] = []): Row => ({
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

  return {
    activate: {
      prepare: async (app) => {
        await makeKey(app, made().founders, {...orders, activate: false})
        await proveKey({...contextFor(app, null), approved: 0}, 'orders', 1)
      },
      plan: ({ledger}) => planMove(ledger.view, 'orders', 'activate', null),
      there: 2,
      states: {payments: 'active', orders: 'active'},
    },
    import: {
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
      plan: ({ledger}) => planRotate(ledger.view, 'payments', ledger.time),
      onDays: [0, 8, 40],
      there: 2,
      states: {payments: 'deactivated,active'},
    },
    rollback: {
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
      plan: ({ledger}) => planStandby(ledger.view, 'payments'),
      after: (app) => {
        expect(app.ledger.of(keysFold).keys.get('payments')?.versions[1]?.tried?.ok).toBe(true)
      },
      there: 2,
      states: {payments: 'active,pre-active'},
    },
    'cancel-destroy': {
      prepare: async (app) => {
        const wish = {...ending, graceDays: 0, scheduleOnly: true}
        await done(app, planDestroy(app.ledger.view, wish, app.ledger.time.toISOString()), 0, 1)
      },
      plan: ({ledger}) => planCancel(ledger.view, 'payments'),
      onDays: [2],
      there: 1,
      states: {payments: 'deactivated'},
    },
    set: {
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
      quiet: true,
      plan: ({ledger}) =>
        planHold(ledger.view, 'payments', {kind: 'legal-hold', until: new Date(days(90))}, ledger.time),
      there: 1,
      states: {payments: 'active'},
    },
    create: {
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
      plan: ({ledger}) => planDestroy(ledger.view, ending, ledger.time.toISOString()),
      onDays: [0, 31, 60],
      there: 0,
      states: {payments: 'destroyed'},
    },
    adopt: {
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
          await survey(await app.provider('soft'), 'soft', app.ledger.of(keysFold)),
        ),
      there: 3,
      states: {payments: 'active', 'stranger-0': 'active', 'stranger-1': 'active'},
    },
  }
}
