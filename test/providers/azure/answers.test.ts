/**
 * Each act at Azure that makes or changes something, where the service is busy, down, late, cut off when it has done it, or says yes and does nothing:
 * never called done where it is not, never done twice, never lost. On the stand-in, never seen on Azure.
 */
import {randomBytes} from 'node:crypto'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {Secret} from '../../../src/base/secret.ts'
import {openVault} from '../../../src/providers/azure/index.ts'
import type {IntentId, Provider, VersionRef} from '../../../src/providers/ports.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {enabled, intent, outcome, secretOf, specOf} from '../support.ts'
import {placeOf} from './place.ts'
import {startStandin, type Standin} from './standin.ts'

const SLOW = process.env['SLOW'] === '1'
const user = {
  grantee: '6f0c2c5e-1b7a-4a8e-9a51-0d6b2f7c3e11',
  region: 'localhost',
  operations: ['Managed HSM Crypto User'],
}
const until = new Date(Math.floor(Date.now() / 1000 + 9e6) * 1000)

/** One act on a key that is ready for it. `is`: whether it was done, as the place says itself; `again`: what the same says when it was done already. */
interface Ready {
  readonly act: (open: Provider) => Promise<unknown>
  readonly is: (open: Provider) => Promise<boolean>
}
interface Act {
  readonly name: string
  readonly route: string
  readonly again: 'ok' | 'KEY_EXISTS'
  readonly ready: (open: Provider) => Promise<Ready>
  /** Whether the client itself asks again, and finds it done. */
  readonly asksAgain?: true
  /** What is said where the service says yes and does nothing; `own` where the act tells by what it returns. */
  readonly lied?: 'PROVIDER_FAILED' | 'own' | 'AMBIGUOUS'
}

const there = async ({store}: Provider, ref: VersionRef) => (await store.describe(ref))?.availability
const versionsOf = async ({store}: Provider, key: string): Promise<number> => {
  let count = 0
  for await (const {ref} of store.list()) if (ref.key === key) count++
  return count
}
const found = async ({store}: Provider, made: IntentId): Promise<boolean> => {
  const {kind} = await store.find(made, [])
  if (kind === 'ambiguous') throw new Error('it was done twice')
  return kind === 'one'
}

const acts: readonly Act[] = [
  {
    ...{name: 'disabling', route: 'update', again: 'ok', lied: 'PROVIDER_FAILED'},
    async ready(open) {
      const ref = await enabled(open, specOf('ec-p256'))
      return {
        act: ({life}) => life.setAvailability(ref, 'disabled'),
        is: async (one) => (await there(one, ref)) === 'disabled',
      }
    },
  },
  {
    ...{name: 'purging', route: 'purge', again: 'ok', lied: 'PROVIDER_FAILED'},
    async ready(open) {
      const ref = await enabled(open, specOf('ec-p256'))
      await open.life.scheduleForPurge?.(ref)
      return {
        act: async ({life}) => life.purge?.(ref),
        is: async (one) => (await there(one, ref)) === undefined,
      }
    },
  },
  {
    ...{name: 'making', route: 'create', again: 'KEY_EXISTS'},
    ready() {
      const [spec, made] = [specOf('aes-256'), intent()]
      return Promise.resolve({act: ({store}) => store.create(spec, made), is: (one) => found(one, made)})
    },
  },
  {
    ...{name: 'rotating', route: 'create', again: 'KEY_EXISTS'},
    async ready(open) {
      const [ref, made] = [await enabled(open, specOf('ec-p256')), intent()]
      return {
        act: ({life}) => life.rotate(ref.key, made),
        is: async (one) => {
          const count = await versionsOf(one, ref.key)
          if (count > 2) throw new Error('it was rotated twice')
          return count === 2
        },
      }
    },
  },
  {
    ...{name: 'bringing by a transfer blob', route: 'import', again: 'KEY_EXISTS'},
    ready() {
      const [spec, made] = [specOf('aes-256'), intent()]
      return Promise.resolve({
        act: ({move}) => move.import(spec, secretOf(randomBytes(32)), made),
        is: (one) => found(one, made),
      })
    },
  },
  {
    ...{name: 'setting dates', route: 'update', again: 'ok', lied: 'own'},
    async ready(open) {
      const ref = await enabled(open, specOf('ec-p256'))
      const read = async (one: Provider) =>
        (await one.store.describe(ref))?.dates?.until?.getTime() === until.getTime()
      return {
        act: ({life}) =>
          life
            .setDates?.(ref, {from: null, until})
            .then((now) => demand(now.until?.getTime() === until.getTime())) ?? missing(),
        is: read,
      }
    },
  },
  {
    ...{name: 'deleting', route: 'delete', again: 'ok', lied: 'PROVIDER_FAILED'},
    async ready(open) {
      const ref = await enabled(open, specOf('ec-p256'))
      return {
        act: ({life}) => life.scheduleDestruction(ref, 90),
        is: async (one) => (await there(one, ref)) === 'destruction-pending',
      }
    },
  },
  {
    ...{name: 'recovering', route: 'recover', again: 'ok'},
    async ready(open) {
      const ref = await enabled(open, specOf('ec-p256'))
      await open.life.scheduleDestruction(ref, 90)
      return {
        act: async ({life, store}) =>
          (await store.describe(ref))?.availability === 'destruction-pending'
            ? life.cancelDestruction(ref)
            : undefined,
        is: async (one) => (await there(one, ref)) === 'disabled',
      }
    },
  },
  {
    ...{name: 'putting a key back', route: 'restore', again: 'KEY_EXISTS'},
    async ready(open) {
      const ref = await enabled(open, specOf('ec-p256'))
      const taken = (await open.keyBackups?.take(ref.key)) ?? missing()
      const bytes = taken.use((lent) => Buffer.from(lent))
      await open.life.scheduleForPurge?.(ref)
      await open.life.purge?.(ref)
      return {
        act: async ({keyBackups}) => keyBackups?.putBack(ref.key, new Secret(Buffer.from(bytes))),
        is: async (one) => (await there(one, ref)) !== undefined,
      }
    },
  },
  {
    ...{name: 'giving a local role', route: 'setAssignment', again: 'ok', lied: 'PROVIDER_FAILED'},
    async ready(open) {
      const [ref, made] = [await enabled(open, specOf('ec-p256')), intent()]
      return {
        act: async ({grants}) => grants?.give(ref, user, made),
        is: async ({grants}) => ((await grants?.list(ref)) ?? []).length === 1,
      }
    },
  },
  {
    ...{
      name: 'taking a local role away',
      route: 'deleteAssignment',
      again: 'ok',
      lied: 'PROVIDER_FAILED',
      asksAgain: true,
    },
    async ready(open) {
      const ref = await enabled(open, specOf('ec-p256'))
      const given = (await open.grants?.give(ref, user, intent())) ?? missing()
      return {
        act: async ({grants}) => grants?.remove(ref, given),
        is: async ({grants}) => ((await grants?.list(ref)) ?? []).length === 0,
      }
    },
  },
  {
    ...{name: 'setting a setting', route: 'setSetting', again: 'ok', lied: 'own'},
    async ready({settings}) {
      const name = 'AllowKeyManagementOperationsThroughARM'
      const was = (await settings?.list())?.[0]?.value ?? missing()
      return {
        act: (one) => one.settings?.set(name, !was).then((now) => demand(now === !was)) ?? missing(),
        is: async (one) => (await one.settings?.list())?.[0]?.value === !was,
      }
    },
  },
]

describe('an act at a Managed HSM', () => {
  const box: {standin?: Standin; open?: Provider; hasty?: Provider} = {}
  const standin = (): Standin => box.standin ?? missing()
  const open = (): Provider => box.open ?? missing()
  const hasty = (): Provider => box.hasty ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin('hsm', 'purgeable')
    box.open = await openVault(placeOf(box.standin, 'hsm'), 'keyrite/test')
    box.hasty = await openVault(placeOf(box.standin, 'hsm'), 'keyrite/test', 1500)
    await box.standin.ask({jobSeconds: 0})
  })
  afterAll(async () => {
    await box.open?.close()
    await box.hasty?.close()
    await box.standin?.stop()
  })
  const trouble = (
    route: string,
    fault: 'throttle' | 'unavailable' | 'internal' | 'cut' | 'late' | 'lie',
    times: number,
  ) => standin().ask({faults: [{route, fault, times, milliseconds: 3000}]})

  for (const {name, route, again, ready, lied, asksAgain} of SLOW ? acts : acts.slice(0, 2)) {
    testWith(
      'openssl',
      `${name}: too many requests are waited for, and it is done once; where the service is down it is not called done`,
      async () => {
        const {act, is} = await ready(open())
        for (const fault of ['unavailable', 'internal'] as const) {
          await trouble(route, fault, 99)
          expect([fault, await outcome(act(open()))]).toEqual([fault, 'PROVIDER_UNREACHABLE'])
          expect(await is(open())).toBe(false)
        }
        await trouble(route, 'throttle', 2)
        expect(await outcome(act(open()))).toBe('ok')
        expect(await is(open())).toBe(true)
      },
      60_000,
    )

    for (const fault of ['cut', 'late'] as const)
      testWith(
        'openssl',
        `${name}: an answer that is ${fault === 'cut' ? 'lost' : 'late'} is not called done; the same again finds it, and does it no second time`,
        async () => {
          const {act, is} = await ready(open())
          await hasty().evidence.check()
          await trouble(route, fault, 99)
          const said = await outcome(act(hasty()))
          expect(said).toBe(fault === 'cut' && asksAgain === true ? 'ok' : 'PROVIDER_UNREACHABLE')
          await standin().ask({faults: []})
          expect(await is(open())).toBe(true)
          expect(await outcome(act(open()))).toBe(again)
          expect(await is(open())).toBe(true)
        },
        60_000,
      )

    if (lied !== undefined)
      testWith('openssl', `${name}: a yes that is none is not believed`, async () => {
        const {act, is} = await ready(open())
        await trouble(route, 'lie', 99)
        const said = await outcome(act(open()).then(() => undefined))
        await standin().ask({faults: []})
        expect(said).toBe(lied === 'own' ? notSo : lied)
        expect(await is(open())).toBe(false)
        expect(await outcome(act(open()))).toBe('ok')
        expect(await is(open())).toBe(true)
      })
  }
})

/** What an act that tells by what it returns was found to be. */
const notSo = 'KEY_NOT_AS_PLANNED'

async function demand(isSo: boolean): Promise<void> {
  const {KeyriteError} = await import('../../../src/base/errors.ts')
  if (!isSo) throw new KeyriteError(notSo, 'it is not so')
}

function missing(): never {
  throw new Error('it is not there')
}
