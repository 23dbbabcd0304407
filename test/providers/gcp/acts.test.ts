/**
 * Every act at Google with every thing that can go wrong with it: what is called done is done, what is not is not called so,
 * and the same again, as keyrite does it after a crash (look first), ends with exactly what was wanted, once.
 */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openKeyRing, type Place} from '../../../src/providers/gcp/index.ts'
import {ringMaker} from '../../../src/providers/gcp/ring.ts'
import {noTerms} from '../../../src/providers/schedule.ts'
import type {Provider, VersionRef} from '../../../src/providers/ports.ts'
import type {Fault} from '../../standins/google/world.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {enabled, intent, outcome, secretOf, specOf} from '../support.ts'
import {startStandin, type Standin} from './standin.ts'

const slow = process.env['SLOW'] === '1'
const faults = ['throttle', 'unavailable', 'internal', 'late', 'cut', 'lie', 'unauthenticated'] as const
const text = Buffer.from('text')
const member = 'serviceAccount:ci@p.iam.gserviceaccount.com'

/** One act, on something of its own. */
interface Act {
  readonly act: (open: Provider) => Promise<unknown>
  /** Whether it is so, as an honest look tells. */
  readonly isDone: () => Promise<boolean>
  /** What the act must have said where it went well. */
  readonly says?: unknown
}

describe('an act at Google', () => {
  const box: {standin?: Standin; open?: Provider; hasty?: Provider} = {}
  const standin = (): Standin => box.standin ?? missing()
  const open = (): Provider => box.open ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin()
    const {ring, endpoint, credentials, ca} = box.standin
    const place: Place = {ring, endpoint, credentials, ca, protection: 'software', destroyDays: 30}
    box.open = await openKeyRing(place, 'keyrite/test')
    box.hasty = await openKeyRing(place, 'keyrite/test', 1500)
  })
  afterAll(async () => {
    await box.open?.close()
    await box.hasty?.close()
    await box.standin?.stop()
  })

  const stateOf = async (ref: VersionRef) => (await open().store.describe(ref))?.availability
  const versionsOf = async (key: string) => {
    const found = await Promise.all(['1', '2', '3'].map(async (version) => stateOf({key, version})))
    return found.filter((state) => state !== undefined).length
  }
  const boundOn = async (key: string) => (await open().rights?.read(key)) ?? []

  async function creating(): Promise<Act> {
    const [spec, made] = [specOf('hmac-sha256'), intent()]
    return {
      act: async ({store}) =>
        (await store.find(made, [])).kind === 'one' ? undefined : store.create(spec, made),
      isDone: async () => (await versionsOf(spec.label)) === 1,
    }
  }
  async function rotating(): Promise<Act> {
    const [first, made] = [await enabled(open(), specOf('aes-256')), intent()]
    return {
      act: async ({store, life}) =>
        (await store.find(made, [first])).kind === 'one' ? undefined : life.rotate(first.key, made),
      isDone: async () => (await versionsOf(first.key)) === 2,
    }
  }
  async function disabling(): Promise<Act> {
    const ref = await enabled(open(), specOf('hmac-sha256'))
    return {
      act: async ({life}) => life.setAvailability(ref, 'disabled'),
      isDone: async () => (await outcome(open().use.mac(ref, text))) === 'KEY_STATE',
      says: 'disabled',
    }
  }
  async function enabling(): Promise<Act> {
    const ref = await enabled(open(), specOf('hmac-sha256'))
    await open().life.setAvailability(ref, 'disabled')
    return {
      act: async ({life}) => life.setAvailability(ref, 'enabled'),
      isDone: async () => (await outcome(open().use.mac(ref, text))) === 'ok',
      says: 'enabled',
    }
  }
  async function choosing(): Promise<Act> {
    const first = await enabled(open(), specOf('aes-256'))
    const second = await open().life.rotate(first.key, intent())
    return {
      act: async ({life}) => life.setPrimary?.(second),
      isDone: async () => {
        const sealed = await open().use.encrypt(second, text, Buffer.alloc(0))
        return (await outcome(open().use.decrypt(second, sealed, Buffer.alloc(0)))) === 'ok'
      },
    }
  }
  async function destroying(): Promise<Act> {
    const ref = await enabled(open(), specOf('hmac-sha256'))
    return {
      act: async ({life}) => life.scheduleDestruction(ref, 30),
      isDone: async () => (await stateOf(ref)) === 'destruction-pending',
    }
  }
  async function restoring(): Promise<Act> {
    const ref = await enabled(open(), specOf('hmac-sha256'))
    await open().life.scheduleDestruction(ref, 30)
    return {
      act: async ({store, life}) =>
        (await store.describe(ref))?.availability === 'destruction-pending'
          ? life.cancelDestruction(ref)
          : undefined,
      isDone: async () => (await stateOf(ref)) === 'disabled',
    }
  }
  async function importing(): Promise<Act> {
    const [spec, made] = [specOf('aes-256'), intent()]
    return {
      act: async ({store, move}) =>
        (await store.find(made, [])).kind === 'one'
          ? undefined
          : move.import(spec, secretOf(Buffer.alloc(32, 7)), made),
      isDone: async () => (await versionsOf(spec.label)) === 1,
    }
  }
  async function granting(): Promise<Act> {
    const {key} = await enabled(open(), specOf('hmac-sha256'))
    const wanted = {role: 'roles/cloudkms.signer', member, condition: null}
    return {
      act: async ({rights}) => rights?.give(key, [wanted]),
      isDone: async () => (await boundOn(key)).filter((one) => one.member === member).length === 1,
    }
  }
  async function ungranting(): Promise<Act> {
    const {key} = await enabled(open(), specOf('hmac-sha256'))
    const wanted = {role: 'roles/cloudkms.signer', member, condition: null}
    await open().rights?.give(key, [wanted])
    return {
      act: async ({rights}) => rights?.take(key, [wanted]),
      isDone: async () => (await boundOn(key)).every((one) => one.member !== member),
    }
  }
  async function scheduling(): Promise<Act> {
    const {key} = await enabled(open(), specOf('aes-256'))
    return {
      act: async ({schedule}) => (await schedule?.set(key, {...noTerms, everyDays: 90}))?.everyDays,
      isDone: async () => (await open().schedule?.read(key))?.everyDays === 90,
      says: 90,
    }
  }
  async function deleting(whole: boolean): Promise<Act> {
    const ref = await enabled(open(), specOf('hmac-sha256'))
    await open().life.scheduleDestruction(ref, 30)
    await standin().ask({forward: 31 * 86_400_000})
    if (whole) await open().deletion?.deleteVersion(ref)
    return {
      act: async ({deletion}) => (whole ? deletion?.deleteKey(ref.key) : deletion?.deleteVersion(ref)),
      isDone: async () =>
        whole
          ? (await outcome(open().store.create({...specOf('hmac-sha256'), label: ref.key}, intent()))) !==
            'KEY_EXISTS'
          : (await open().deletion?.isGone(ref)) === true,
    }
  }
  let rings = 0
  async function ringing(): Promise<Act> {
    const {ring, endpoint, credentials, ca} = standin()
    const maker = ringMaker(
      {'key-ring': `${ring}-${++rings}`, endpoint, 'credentials-file': credentials, 'ca-file': ca},
      'keyrite/test',
    )
    return {
      act: async () => (await maker.stands()) ?? maker.make(),
      isDone: async () => (await maker.stands()) !== undefined,
    }
  }

  const rows: readonly (readonly [string, string, () => Promise<Act>])[] = [
    ['making a key', 'createCryptoKey', creating],
    ['adding a version', 'createCryptoKeyVersion', rotating],
    ['saying which version comes', 'updateCryptoKey', rotating],
    ['disabling', 'updateCryptoKeyVersion', disabling],
    ['enabling', 'updateCryptoKeyVersion', enabling],
    ['choosing what encrypts', 'updateCryptoKeyPrimaryVersion', choosing],
    ['scheduling destruction', 'destroyCryptoKeyVersion', destroying],
    ['taking it back', 'restoreCryptoKeyVersion', restoring],
    ['making an import job', 'createImportJob', importing],
    ['making the key of an import', 'createCryptoKey', importing],
    ['importing', 'importCryptoKeyVersion', importing],
    ['granting', 'setIamPolicy', granting],
    ['taking a grant away', 'setIamPolicy', ungranting],
    ['setting a schedule', 'updateCryptoKey', scheduling],
    ['deleting a version', 'deleteCryptoKeyVersion', async () => deleting(false)],
    ['deleting a key', 'deleteCryptoKey', async () => deleting(true)],
    ['making a key ring', 'createKeyRing', ringing],
  ]

  /** What came of one try: `ok` where it says that it is done. */
  async function tried({act, says}: Act, by: Provider): Promise<string> {
    let said: unknown
    const came = await outcome(async () => {
      said = await act(by)
    })
    return came === 'ok' && says !== undefined && said !== says ? 'not done, and said so' : came
  }

  async function goes(method: string, fault: Fault, begin: () => Promise<Act>): Promise<void> {
    const one = await begin()
    await standin().ask({faults: [{method, fault, times: 1, milliseconds: 4000}]})
    const first = await tried(one, fault === 'late' ? (box.hasty ?? missing()) : open())
    await standin().ask({faults: []})
    // An answer that is late is done when it comes.
    const isDone = await one.isDone()
    if (first === 'ok') expect([fault, isDone]).toEqual([fault, true])
    let last = first
    for (let tries = 0; tries < 2 && last !== 'ok'; tries++) last = await tried(one, open())
    expect([fault, last, await one.isDone()]).toEqual([fault, 'ok', true])
  }

  for (const [at, [name, method, begin]] of rows.entries())
    testWith('openssl', `${name}: called done when it is, and done once`, async () => {
      // In a short run one kind of trouble for each, another one for its neighbour.
      const some = slow ? faults : [faults[at % faults.length] ?? 'cut']
      for (const fault of some) await goes(method, fault, begin)
    })

  testWith('openssl', 'an imported key that is not made primary is not called imported', async () => {
    const one = await importing()
    await standin().ask({faults: [{method: 'updateCryptoKeyPrimaryVersion', fault: 'lie', times: 1}]})
    expect(await tried(one, open())).toBe('PROVIDER_FAILED')
    await standin().ask({faults: []})
  })

  testWith('openssl', 'a policy that others change is read anew, and given up when it goes on', async () => {
    for (const begin of [granting, ungranting]) {
      const one = await begin()
      await standin().ask({faults: [{method: 'setIamPolicy', fault: 'conflict', times: 3}]})
      expect(await tried(one, open())).toBe('ok')
      const other = await begin()
      await standin().ask({faults: [{method: 'setIamPolicy', fault: 'conflict', times: 5}]})
      expect([await tried(other, open()), await other.isDone()]).toEqual(['PROVIDER_FAILED', false])
      await standin().ask({faults: []})
    }
  })
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
