/** Reads that tell for a while what was before a change: what is done is called done and done once, and what a service only says is not. On the stand-in; of Azure it is known of what is deleted and recovered, and of no other read. */
import {randomBytes} from 'node:crypto'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openVault} from '../../../src/providers/azure/index.ts'
import type {Provider, VersionRef} from '../../../src/providers/ports.ts'
import {noTerms} from '../../../src/providers/schedule.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {described, enabled, intent, outcome, secretOf, specOf} from '../support.ts'
import {placeOf} from './place.ts'
import {startStandin, type Standin} from './standin.ts'

const SLOW = process.env['SLOW'] === '1'
const until = new Date(Math.floor(Date.now() / 1000 + 9e6) * 1000)
const arm = 'AllowKeyManagementOperationsThroughARM'
const grant = {
  grantee: '33333333-3333-4333-8333-333333333333',
  operations: ['Managed HSM Crypto User'],
  region: 'localhost',
}

interface Row {
  readonly name: string
  /** What the stand-in calls the act, and the reads that are late. */
  readonly route: string
  readonly reads: readonly string[]
  readonly ready?: (open: Provider, ref: VersionRef) => Promise<unknown>
  readonly act: (open: Provider, ref: VersionRef) => Promise<unknown>
  /** Of `act`, when it is done; and what it says, or the code, where the service says yes and does nothing. */
  readonly done: unknown
  readonly lie?: unknown
}

const rows: readonly Row[] = [
  {
    ...{name: 'disabling', route: 'update', reads: ['get']},
    act: (open, ref) => open.life.setAvailability(ref, 'disabled'),
    ...{done: 'disabled', lie: 'PROVIDER_FAILED'},
  },
  {
    ...{name: 'enabling', route: 'update', reads: ['get']},
    ready: (open, ref) => open.life.setAvailability(ref, 'disabled'),
    act: (open, ref) => open.life.setAvailability(ref, 'enabled'),
    ...{done: 'enabled', lie: 'PROVIDER_FAILED'},
  },
  {
    ...{name: 'setting dates', route: 'update', reads: ['get']},
    act: (open, ref) => open.life.setDates?.(ref, {from: null, until}) ?? missing(),
    ...{done: {from: null, until}, lie: {from: null, until: null}},
  },
  {
    ...{name: 'setting a schedule', route: 'setPolicy', reads: ['getPolicy', 'get']},
    act: async (open, {key}) => {
      const terms = {...noTerms, everyDays: 90, expireAfterDays: 365}
      return (await open.schedule?.set(key, terms))?.everyDays
    },
    ...{done: 90, lie: null},
  },
  {
    ...{name: 'setting what a Managed HSM lets others do', route: 'setSetting', reads: ['listSettings']},
    ready: (open) => open.settings?.set(arm, false) ?? missing(),
    act: (open) => open.settings?.set(arm, true) ?? missing(),
    ...{done: true, lie: false},
  },
  {
    ...{name: 'giving a local role', route: 'setAssignment', reads: ['listAssignments']},
    act: async (open, ref) => (await open.grants?.give(ref, grant, intent()))?.grantee,
    ...{done: grant.grantee, lie: 'PROVIDER_FAILED'},
  },
  {
    ...{name: 'taking a local role away', route: 'deleteAssignment', reads: ['listAssignments']},
    ready: (open, ref) => open.grants?.give(ref, grant, intent()) ?? missing(),
    act: async (open, ref) => {
      const [one] = (await open.grants?.list(ref)) ?? []
      await open.grants?.remove(ref, one ?? missing())
      return open.grants?.list(ref)
    },
    ...{done: [], lie: 'PROVIDER_FAILED'},
  },
  {
    ...{name: 'making a key', route: 'create', reads: ['get', 'versions', 'list']},
    act: async (open) => (await open.store.create(specOf('ec-p256'), intent())).version.length,
    ...{done: 32, lie: 'PROVIDER_FAILED'},
  },
  {
    ...{name: 'rotating', route: 'create', reads: ['get', 'versions', 'list']},
    act: async (open, {key}) => (await open.life.rotate(key, intent())).version.length,
    ...{done: 32, lie: 'PROVIDER_FAILED'},
  },
  {
    ...{name: 'bringing a key from outside', route: 'import', reads: ['get']},
    act: async (open) =>
      (await open.move.import(specOf('aes-256'), secretOf(randomBytes(32)), intent())).version.length,
    ...{done: 32, lie: 'PROVIDER_FAILED'},
  },
  {
    ...{name: 'deleting', route: 'delete', reads: ['get', 'getDeleted']},
    act: async (open, ref) => {
      await open.life.scheduleForPurge?.(ref)
      return (await described(open.store, ref)).availability
    },
    done: 'destruction-pending',
  },
  {
    ...{name: 'recovering', route: 'recover', reads: ['get', 'getDeleted']},
    ready: (open, ref) => open.life.scheduleForPurge?.(ref) ?? missing(),
    act: (open, ref) => open.life.cancelDestruction(ref),
    done: 'disabled',
  },
  {
    ...{name: 'purging', route: 'purge', reads: ['getDeleted']},
    ready: (open, ref) => open.life.scheduleForPurge?.(ref) ?? missing(),
    act: async (open, ref) => {
      await open.life.purge?.(ref)
      return (await open.store.describe(ref)) ?? 'gone'
    },
    ...{done: 'gone', lie: 'PROVIDER_FAILED'},
  },
]

describe('a Managed HSM of Azure whose reads are late, on the stand-in', () => {
  const box: {standin?: Standin; open?: Provider} = {}
  const standin = (): Standin => box.standin ?? missing()
  const open = (): Provider => box.open ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin('hsm', 'purgeable')
    box.open = await openVault(placeOf(box.standin, 'hsm'), 'keyrite/test')
  })
  afterAll(async () => {
    await box.open?.close()
    await box.standin?.stop()
  })
  const said = async (work: () => Promise<unknown>): Promise<unknown> => {
    let what: unknown
    const code = await outcome(
      (async () => {
        what = await work()
      })(),
    )
    return code === 'ok' ? what : code
  }

  for (const {name, route, reads, ready, act, done, lie} of SLOW ? rows : rows.slice(0, 3)) {
    testWith('openssl', `${name} is done when it is called so, and asked for once`, async () => {
      const ref = await enabled(open(), specOf('ec-p256'))
      await ready?.(open(), ref)
      await standin().ask({lag: {routes: reads, reads: 2}})
      try {
        expect(await said(() => act(open(), ref))).toEqual(done)
        const asked = (await standin().ask({})).filter(({operation}) => operation === route)
        // The first one that a client sends only asks who gives out tokens.
        expect(asked.length).toBeLessThanOrEqual(route === 'create' && name === 'bringing' ? 2 : 1)
      } finally {
        await standin().ask({lag: {routes: [], reads: 0}})
      }
    })

    if (lie !== undefined && SLOW)
      testWith(
        'openssl',
        `${name} that the service only says yes to is not called done`,
        async () => {
          const ref = await enabled(open(), specOf('ec-p256'))
          await ready?.(open(), ref)
          await standin().ask({faults: [{route, fault: 'lie', times: 1}]})
          expect(await said(() => act(open(), ref))).toEqual(lie)
          await standin().ask({faults: []})
        },
        30_000,
      )
  }

  if (SLOW)
    testWith(
      'openssl',
      'recovering and putting back that the service only says yes to is not called done, and the same again ends it',
      async () => {
        const ref = await enabled(open(), specOf('ec-p256'))
        const backup = await open().keyBackups?.take(ref.key)
        const bytes = backup?.use((lent) => Buffer.from(lent)) ?? Buffer.alloc(0)
        const {life, store, keyBackups} = open()
        await life.scheduleForPurge?.(ref)
        await standin().ask({faults: [{route: 'recover', fault: 'lie', times: 1}]})
        expect(await outcome(life.cancelDestruction(ref))).toBe('INDETERMINATE')
        expect((await described(store, ref)).availability).toBe('destruction-pending')
        await standin().ask({faults: []})
        expect(await life.cancelDestruction(ref)).toBe('disabled')
        await life.scheduleForPurge?.(ref)
        await life.purge?.(ref)
        const putBack = () => keyBackups?.putBack(ref.key, secretOf(Buffer.from(bytes))) ?? missing()
        await standin().ask({faults: [{route: 'restore', fault: 'lie', times: 1}]})
        expect(await outcome(putBack())).toBe('PROVIDER_FAILED')
        expect(await store.describe(ref)).toBeUndefined()
        await standin().ask({faults: []})
        await putBack()
        expect((await described(store, ref)).availability).toBe('enabled')
      },
      120_000,
    )

  testWith('openssl', 'a key that was made, and whose answer was lost, is found by a late list', async () => {
    const [spec, made] = [specOf('ec-p256'), intent()]
    await open().evidence.check()
    await standin().ask({
      lag: {routes: ['list', 'versions'], reads: 2},
      faults: [{route: 'create', fault: 'cut', times: 1}],
    })
    expect(await outcome(open().store.create(spec, made))).toBe('PROVIDER_UNREACHABLE')
    expect(await open().store.find(made, [])).toMatchObject({kind: 'one'})
    await standin().ask({lag: {routes: [], reads: 0}, faults: []})
  })
})

function missing(): never {
  throw new Error('it is not there')
}
