/** Dates of versions, as the service keeps them: what it refuses by itself is its own refusal. On the stand-in, never seen on Azure. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {Secret} from '../../../src/base/secret.ts'
import {openVault} from '../../../src/providers/azure/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {described, enabled, intent, none, outcome, secretOf, specOf} from '../support.ts'
import {placeOf} from './place.ts'
import {startStandin, type Standin} from './standin.ts'

const day = 86_400_000
/** In whole seconds, as the service keeps them. */
const inDays = (days: number): Date => new Date(Math.floor((Date.now() + days * day) / 1000) * 1000)

describe('dates of a key in Managed HSM', () => {
  const box: {standin?: Standin; open?: Provider} = {}
  const standin = (): Standin => box.standin ?? missing()
  const open = (): Provider => box.open ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin('hsm')
    box.open = await openVault(placeOf(box.standin, 'hsm'), 'keyrite/test')
  })
  afterAll(async () => {
    await box.open?.close()
    await box.standin?.stop()
  })
  const set = async (...args: Parameters<NonNullable<Provider['life']['setDates']>>) =>
    open().life.setDates?.(...args)

  testWith('openssl', 'are given when it is made, rotated or set, and told as the service says', async () => {
    const dates = {from: inDays(-1), until: inDays(30)}
    const later = {from: null, until: inDays(60)}
    const sooner = {from: inDays(-2), until: inDays(20)}
    const first = await open().store.create(specOf('ec-p256'), intent(), dates)
    expect((await described(open().store, first)).dates).toEqual(dates)
    const second = await open().life.rotate(first.key, intent(), later)
    expect((await described(open().store, second)).dates).toEqual(later)
    expect(await set(first, sooner)).toEqual(sooner)
    expect((await described(open().store, second)).dates).toEqual(later)
  })

  testWith('openssl', 'are not taken away, and a version that is deleted has none', async () => {
    const until = inDays(30)
    const ref = await open().store.create(specOf('ec-p256'), intent(), {from: null, until})
    expect(await outcome(set(ref, {from: null, until: null}))).toBe('UNSUPPORTED')
    expect((await described(open().store, ref)).dates?.until).toEqual(until)
    await open().life.scheduleDestruction(ref, 90)
    expect(await outcome(set(ref, {from: null, until: inDays(40)}))).toBe('KEY_STATE')
    expect(await outcome(set({key: 'nowhere', version: '1'}, {from: null, until: null}))).toBe(
      'KEY_NOT_FOUND',
    )
  })

  testWith(
    'openssl',
    'outside of them the service refuses what is new, and reads what was made before',
    async () => {
      const {use} = open()
      const [over, ahead] = [
        {from: null, until: inDays(-1)},
        {from: inDays(1), until: null},
      ]
      const message = Buffer.from('new')
      const signer = await enabled(open(), specOf('ec-p256'))
      const signature = await use.sign(signer, message)
      const sealer = await enabled(open(), specOf('aes-256'))
      const sealed = await use.encrypt(sealer, message, none)
      const wrapper = await enabled(open(), specOf('rsa-2048', {scheme: 'oaep-sha256', purpose: 'wrap'}))
      const wrapped = await use.wrap(wrapper, secretOf('material'))
      for (const dates of [over, ahead])
        for (const [ref, anew, asked] of [
          [signer, () => use.sign(signer, message), 'sign'],
          [sealer, () => use.encrypt(sealer, message, none), 'encrypt'],
          [wrapper, () => use.wrap(wrapper, secretOf('material')), 'wrapkey'],
        ] as const) {
          await set(ref, dates.until === null ? {from: dates.from, until: inDays(9)} : dates)
          await standin().ask({})
          const refused = await anew().catch((error: unknown) => error)
          expect(refused).toMatchObject({
            code: 'KEY_STATE',
            message: expect.stringMatching(
              /Azure refused it, and keeps it to its dates.*words of this stand-in/,
            ),
          })
          // The service was asked, and it refused.
          expect((await standin().ask({})).map(({operation}) => operation)).toContain(asked)
        }
      expect(await use.verify(signer, message, signature)).toBe(true)
      expect((await use.decrypt(sealer, sealed, none)).use((bytes) => Buffer.from(bytes))).toEqual(message)
      const unwrapped: Secret = await use.unwrap(wrapper, wrapped)
      expect(unwrapped.use((bytes) => Buffer.from(bytes).toString())).toBe('material')
    },
  )

  testWith('openssl', 'a missing permission is not taken for them', async () => {
    const ref = await open().store.create(specOf('ec-p256'), intent(), {from: null, until: inDays(-1)})
    await standin().ask({denied: ['keys/sign/action']})
    expect(await outcome(open().use.sign(ref, none))).toBe('CREDENTIALS_REFUSED')
    await standin().ask({denied: []})
    expect(await outcome(open().use.sign(ref, none))).toBe('KEY_STATE')
  })

  testWith('openssl', 'a yes that is none: what is said is what is', async () => {
    const ref = await enabled(open(), specOf('ec-p256'))
    await standin().ask({faults: [{route: 'update', fault: 'lie', times: 1}]})
    expect(await set(ref, {from: null, until: inDays(5)})).toEqual({from: null, until: null})
  })
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
