/** Reads that tell for a while what was before a change: what is done is called done and asked for once, and what Google only says is not. On the stand-in; Google says it of disabling, of which version is primary and of IAM, and of no other read. */
import {randomBytes} from 'node:crypto'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openKeyRing} from '../../../src/providers/gcp/index.ts'
import type {Provider, VersionRef} from '../../../src/providers/ports.ts'
import {noTerms} from '../../../src/providers/schedule.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {enabled, intent, outcome, secretOf, specOf} from '../support.ts'
import {startStandin, type Standin} from './standin.ts'

const SLOW = process.env['SLOW'] === '1'
const bound = {role: 'roles/cloudkms.signer', member: 'user:ops@example.com', condition: null}

interface Row {
  readonly name: string
  /** What the stand-in calls the act, how often it is asked for (once, unless told), and the reads that are late. */
  readonly method: string
  readonly times?: number
  readonly reads: readonly string[]
  readonly ready?: (open: Provider, ref: VersionRef) => Promise<unknown>
  /** Whether what was made ready is late too, when the act begins. */
  readonly lateBefore?: true
  readonly act: (open: Provider, ref: VersionRef) => Promise<unknown>
  /** Of `act`, when it is done; and what it says, or the code, where the service says yes and does nothing. */
  readonly done: unknown
  readonly lie?: unknown
}

const looks = ['getCryptoKey', 'getCryptoKeyVersion'] as const
const lists = ['listCryptoKeys', 'listCryptoKeyVersions'] as const
const availability = async (open: Provider, ref: VersionRef) => (await open.store.describe(ref))?.availability
const members = async (open: Provider, {key}: VersionRef) =>
  (await open.rights?.read(key))?.map(({member}) => member)

const disabling: Row = {
  ...{name: 'disabling', method: 'updateCryptoKeyVersion', reads: looks},
  act: (open, ref) => open.life.setAvailability(ref, 'disabled'),
  ...{done: 'disabled', lie: 'enabled'},
}
const rows: readonly Row[] = [
  disabling,
  {
    ...{name: 'disabling what was enabled a moment ago', method: 'updateCryptoKeyVersion', reads: looks},
    lateBefore: true,
    ready: async (open, ref) => {
      await open.life.setAvailability(ref, 'disabled')
      await open.life.setAvailability(ref, 'enabled')
    },
    ...{act: disabling.act, done: 'disabled'},
  },
  {
    ...{name: 'enabling', method: 'updateCryptoKeyVersion', reads: looks, lateBefore: true},
    ready: (open, ref) => open.life.setAvailability(ref, 'disabled'),
    act: (open, ref) => open.life.setAvailability(ref, 'enabled'),
    ...{done: 'enabled'},
  },
  {
    ...{name: 'scheduling destruction', method: 'destroyCryptoKeyVersion', reads: looks},
    act: async (open, ref) => {
      await open.life.scheduleDestruction(ref, 30)
      return availability(open, ref)
    },
    ...{done: 'destruction-pending', lie: 'PROVIDER_FAILED'},
  },
  {
    ...{name: 'scheduling what was taken back a moment ago', method: 'destroyCryptoKeyVersion'},
    ...{reads: looks, lateBefore: true},
    ready: async (open, ref) => {
      await open.life.scheduleDestruction(ref, 30)
      await open.life.cancelDestruction(ref)
    },
    act: async (open, ref) => {
      await open.life.scheduleDestruction(ref, 30)
      return availability(open, ref)
    },
    done: 'destruction-pending',
  },
  {
    ...{name: 'taking a destruction back', method: 'restoreCryptoKeyVersion', reads: looks},
    lateBefore: true,
    ready: (open, ref) => open.life.scheduleDestruction(ref, 30),
    act: (open, ref) => open.life.cancelDestruction(ref),
    done: 'disabled',
  },
  {
    ...{name: 'choosing what encrypts', method: 'updateCryptoKeyPrimaryVersion', reads: looks},
    ready: (open, {key}) => open.life.rotate(key, intent()),
    act: async (open, {key}) => open.life.setPrimary?.({key, version: '2'}),
    ...{done: undefined, lie: 'PROVIDER_FAILED'},
  },
  {
    ...{name: 'making a key', method: 'createCryptoKey', reads: [...looks, ...lists]},
    act: async (open) => (await open.store.create(specOf('ec-p256'), intent())).version,
    ...{done: '1', lie: 'PROVIDER_FAILED'},
  },
  {
    ...{name: 'rotating', method: 'createCryptoKeyVersion', reads: [...looks, ...lists]},
    act: async (open, {key}) => (await open.life.rotate(key, intent())).version,
    ...{done: '2', lie: 'PROVIDER_FAILED'},
  },
  {
    ...{name: 'rotating what was rotated a moment ago', method: 'createCryptoKeyVersion'},
    ...{reads: [...looks, ...lists], lateBefore: true},
    ready: (open, {key}) => open.life.rotate(key, intent()),
    act: async (open, {key}) => (await open.life.rotate(key, intent())).version,
    done: '3',
  },
  {
    ...{name: 'bringing a key from outside', method: 'importCryptoKeyVersion'},
    reads: [...looks, ...lists, 'getImportJob', 'listImportJobs'],
    act: async (open) =>
      (await open.move.import(specOf('aes-256'), secretOf(randomBytes(32)), intent())).version,
    ...{done: '1', lie: 'PROVIDER_FAILED'},
  },
  {
    ...{name: 'setting a schedule', method: 'updateCryptoKey', reads: ['getCryptoKey']},
    act: async (open, {key}) => (await open.schedule?.set(key, {...noTerms, everyDays: 90}))?.everyDays,
    ...{done: 90, lie: null},
  },
  {
    ...{name: 'binding a role', method: 'setIamPolicy', reads: ['getIamPolicy']},
    act: async (open, ref) => {
      await open.rights?.give(ref.key, [bound])
      return members(open, ref)
    },
    ...{done: [bound.member], lie: 'PROVIDER_FAILED'},
  },
  {
    ...{name: 'taking away what was bound a moment ago', method: 'setIamPolicy', reads: ['getIamPolicy']},
    lateBefore: true,
    ready: (open, {key}) => open.rights?.give(key, [bound]) ?? missing(),
    act: async (open, ref) => {
      await open.rights?.take(ref.key, [bound])
      return members(open, ref)
    },
    ...{done: []},
  },
  {
    ...{name: 'deleting a version', method: 'deleteCryptoKeyVersion', reads: looks},
    ready: (open, ref) => open.life.scheduleDestruction(ref, 30),
    act: async (open, ref) => {
      await open.deletion?.deleteVersion(ref)
      return (await open.store.describe(ref)) ?? 'gone'
    },
    ...{done: 'gone', lie: 'PROVIDER_FAILED'},
  },
]

describe('a key ring of Google whose reads are late, on the stand-in', () => {
  const box: {standin?: Standin; open?: Provider} = {}
  const standin = (): Standin => box.standin ?? missing()
  const open = (): Provider => box.open ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin()
    const {ring, endpoint, credentials, ca} = box.standin
    box.open = await openKeyRing(
      {ring, endpoint, credentials, ca, protection: 'software', destroyDays: 30},
      'keyrite/test',
    )
  })
  afterAll(async () => {
    await box.open?.close()
    await box.standin?.stop()
  })
  const said = async (work: () => Promise<unknown>): Promise<unknown> => {
    let what: unknown
    const code = await outcome(async () => {
      what = await work()
    })
    return code === 'ok' ? what : code
  }
  const late = (reads: readonly string[]) =>
    standin().ask({lag: {methods: reads, reads: reads.length === 0 ? 0 : 4}, faults: []})
  const begin = async ({name, ready}: Row): Promise<VersionRef> => {
    const ref = await enabled(open(), specOf('aes-256'))
    await ready?.(open(), ref)
    if (name === 'deleting a version') await standin().ask({forward: 31 * 86_400_000})
    return ref
  }

  for (const row of SLOW ? rows : rows.slice(0, 3)) {
    const {name, method, reads, act, done, lie, times = 1, lateBefore = false} = row
    testWith('openssl', `${name} is done when it is called so, and asked for once`, async () => {
      if (lateBefore) await late(reads)
      const ref = await begin(row)
      if (!lateBefore) await late(reads)
      await standin().ask({})
      try {
        expect(await said(() => act(open(), ref))).toEqual(done)
        const asked = (await standin().ask({})).filter(({operation}) => operation === method)
        expect(asked).toHaveLength(times)
      } finally {
        await late([])
      }
    })

    if (lie !== undefined && SLOW)
      testWith('openssl', `${name} that Google only says yes to is not called done`, async () => {
        const ref = await begin(row)
        await standin().ask({faults: [{method, fault: 'lie', times: 1}]})
        expect(await said(() => act(open(), ref))).toEqual(lie)
        await standin().ask({faults: []})
      })
  }

  testWith(
    'openssl',
    'what was done, and whose answer was lost, is found by late looks, and not done twice',
    async () => {
      const [spec, made] = [specOf('ec-p256'), intent()]
      const first = await enabled(open(), specOf('aes-256'))
      await standin().ask({
        lag: {methods: [...looks, ...lists], reads: 4},
        faults: [{method: 'createCryptoKey', fault: 'cut', times: 1}],
      })
      expect(await outcome(open().store.create(spec, made))).toBe('PROVIDER_UNREACHABLE')
      expect(await open().store.find(made, [])).toMatchObject({kind: 'one'})
      const rotated = intent()
      await standin().ask({faults: [{method: 'createCryptoKeyVersion', fault: 'cut', times: 1}]})
      expect(await outcome(open().life.rotate(first.key, rotated))).toBe('PROVIDER_UNREACHABLE')
      expect(await open().store.find(rotated, [first])).toMatchObject({kind: 'one', ref: {version: '2'}})
      await late(looks)
      await standin().ask({faults: [{method: 'destroyCryptoKeyVersion', fault: 'cut', times: 1}]})
      expect(await outcome(open().life.scheduleDestruction(first, 30))).toBe('PROVIDER_UNREACHABLE')
      // Google refuses it the second time, because of its state.
      expect(await outcome(open().life.scheduleDestruction(first, 30))).toBe('ok')
      await late(looks)
      await standin().ask({faults: [{method: 'restoreCryptoKeyVersion', fault: 'cut', times: 1}]})
      expect(await outcome(open().life.cancelDestruction(first))).toBe('PROVIDER_UNREACHABLE')
      expect(await outcome(open().life.cancelDestruction(first))).toBe('ok')
      await late([])
    },
  )

  testWith(
    'openssl',
    'a key that an early list has not, and that bears this intent, is taken for the one that was made',
    async () => {
      await standin().ask({lag: {methods: lists, reads: 1}})
      await standin().ask({faults: [{method: 'createCryptoKey', fault: 'cut', times: 1}]})
      const other = specOf('hmac-sha256')
      const again = intent()
      expect(await outcome(open().store.create(other, again))).toBe('PROVIDER_UNREACHABLE')
      expect(await open().store.create(other, again)).toEqual({key: other.label, version: '1'})
      expect(await outcome(open().store.create(other, intent()))).toBe('KEY_EXISTS')
      await late([])
    },
  )
})

function missing(): never {
  throw new Error('it is not there')
}
