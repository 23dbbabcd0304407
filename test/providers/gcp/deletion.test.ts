/** What is destroyed at Google, deleted there: only that, for good, and not on a promise. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openKeyRing} from '../../../src/providers/gcp/index.ts'
import type {KeyDeletion, Provider, VersionRef} from '../../../src/providers/ports.ts'
import {here as has, testWith} from '../../support/needs.ts'
import type {Fault} from '../../standins/google/world.ts'
import {enabled, intent, outcome, secretOf, specOf} from '../support.ts'
import {startStandin, type Standin} from './standin.ts'

const dayMs = 86_400_000

describe('deleting at Google', () => {
  const box: {standin?: Standin; open?: Provider} = {}
  const open = (): Provider => box.open ?? missing()
  const deletion = (): KeyDeletion => open().deletion ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin()
    const {ring, endpoint, credentials, ca} = box.standin
    const place = {ring, endpoint, credentials, ca, protection: 'software', destroyDays: 1} as const
    box.open = await openKeyRing(place, 'keyrite/test')
  })
  afterAll(async () => {
    await box.open?.close()
    await box.standin?.stop()
  })

  async function destroyed(): Promise<VersionRef> {
    const ref = await enabled(open(), specOf('hmac-sha256'))
    await open().life.scheduleDestruction(ref, 1)
    await box.standin?.ask({forward: 2 * dayMs})
    return ref
  }

  testWith(
    'openssl',
    'a version that is destroyed is gone, its number is never given again, and then the key is',
    async () => {
      const ref = await enabled(open(), specOf('hmac-sha256'))
      const next = await open().life.rotate(ref.key, intent())
      await open().life.scheduleDestruction(ref, 1)
      await box.standin?.ask({forward: 2 * dayMs})
      await deletion().deleteVersion(ref)
      expect(await deletion().isGone(ref)).toBe(true)
      expect(await outcome(deletion().deleteKey(ref.key))).toBe('UNSUPPORTED')
      expect((await open().life.rotate(ref.key, intent())).version).toBe('3')
      for (const one of [next, {...ref, version: '3'}]) {
        await open().life.scheduleDestruction(one, 1)
        await box.standin?.ask({forward: 2 * dayMs})
        await deletion().deleteVersion(one)
      }
      await deletion().deleteKey(ref.key)
      await deletion().deleteKey(ref.key)
      await deletion().deleteVersion(ref)
      expect(
        await outcome(open().store.create({...specOf('hmac-sha256'), label: ref.key}, intent())),
      ).not.toBe('ok')
    },
  )

  testWith(
    'openssl',
    'nothing else is: what can be used, what waits, and what came from outside',
    async () => {
      const ref = await enabled(open(), specOf('hmac-sha256'))
      expect(await outcome(deletion().deleteVersion(ref))).toBe('KEY_STATE')
      await open().life.scheduleDestruction(ref, 1)
      expect(await outcome(deletion().deleteVersion(ref))).toBe('KEY_STATE')
      const brought = await open().move.import(specOf('aes-256'), secretOf(Buffer.alloc(32, 7)), intent())
      await open().life.scheduleDestruction(brought, 1)
      await box.standin?.ask({forward: 2 * dayMs})
      await box.standin?.ask({})
      expect(await outcome(deletion().deleteVersion(brought))).toBe('UNSUPPORTED')
      const asked = (await box.standin?.ask({})) ?? []
      expect(asked.filter(({operation}) => operation.startsWith('delete'))).toEqual([])
    },
  )

  const rows: readonly [Fault, string][] = [
    ['throttle', 'PROVIDER_FAILED'],
    ['unavailable', 'PROVIDER_UNREACHABLE'],
    ['internal', 'PROVIDER_FAILED'],
    ['lie', 'PROVIDER_FAILED'],
    ['cut', 'PROVIDER_UNREACHABLE'],
    ['unauthenticated', 'CREDENTIALS_REFUSED'],
  ]
  for (const [fault, code] of rows)
    testWith('openssl', `under ${fault} it is ${code}, and the same again ends it`, async () => {
      const ref = await destroyed()
      for (const [method, act] of [
        ['deleteCryptoKeyVersion', () => deletion().deleteVersion(ref)],
        ['deleteCryptoKey', () => deletion().deleteKey(ref.key)],
      ] as const) {
        await box.standin?.ask({faults: [{method, fault, times: 1}]})
        expect([method, await outcome(act())]).toEqual([method, code])
        expect(await outcome(act())).toBe('ok')
      }
      expect(await deletion().isGone(ref)).toBe(true)
    })
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
