/** What is called refused at Google the service itself refuses: it is asked whatever keyrite knew, and what comes of it is its own answer. On the stand-in. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openKeyRing} from '../../../src/providers/gcp/index.ts'
import type {Provider, VersionRef} from '../../../src/providers/ports.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {enabled, intent, none, outcome, specOf} from '../support.ts'
import {startStandin, type Standin} from './standin.ts'

const message = Buffer.from('a document')

describe('Google Cloud KMS, on the stand-in', () => {
  const box: {standin?: Standin; open?: Provider} = {}
  const open = (): Provider => box.open ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin()
    const {ring, endpoint, credentials, ca} = box.standin
    const place = {ring, endpoint, credentials, ca, protection: 'software', destroyDays: 30} as const
    box.open = await openKeyRing(place, 'keyrite/test')
  })
  afterAll(async () => {
    await box.open?.close()
    await box.standin?.stop()
  })
  const asked = async () => ((await box.standin?.ask({})) ?? []).map(({operation}) => operation)

  const states: readonly (readonly [string, string, (ref: VersionRef) => Promise<unknown>])[] = [
    ['disabled', 'DISABLED', async (ref) => open().life.setAvailability(ref, 'disabled')],
    [
      'scheduled to be destroyed',
      'DESTROY_SCHEDULED',
      async (ref) => open().life.scheduleDestruction(ref, 30),
    ],
  ]
  for (const [state, itsWord, bring] of states)
    testWith('openssl', `refuses itself each use of a version that is ${state}`, async () => {
      const {use} = open()
      const signer = await enabled(open(), specOf('ec-p256'))
      const sealer = await enabled(open(), specOf('aes-256'))
      const macs = await enabled(open(), specOf('hmac-sha256'))
      const opener = await enabled(open(), specOf('rsa-2048', {scheme: 'oaep-sha256'}))
      const sealed = await use.encrypt(sealer, message, none)
      for (const [ref, operation, act] of [
        [signer, 'asymmetricSign', async () => use.sign(signer, message)],
        [sealer, 'encrypt', async () => use.encrypt(sealer, message, none)],
        [sealer, 'decrypt', async () => use.decrypt(sealer, sealed, none)],
        [macs, 'macSign', async () => use.mac(macs, message)],
        [opener, 'asymmetricDecrypt', async () => use.decrypt(opener, Buffer.alloc(256, 1), none)],
      ] as const) {
        if (operation !== 'decrypt') await bring(ref)
        await asked()
        const error = await act().then(
          () => undefined,
          (reason: unknown) => reason,
        )
        // In its own words, and with its own name for the state.
        expect(error).toMatchObject({
          code: 'KEY_STATE',
          message: expect.stringMatching(
            new RegExp(`cryptoKeyVersions/1 is not enabled, current state is: ${itsWord}[.]`),
          ),
        })
        expect(await asked()).toContain(operation)
      }
    })

  testWith(
    'openssl',
    'is not asked for a version of a key whose name is given, unless a version is meant',
    async () => {
      const spec = specOf('ec-p256')
      const {key} = await enabled(open(), spec)
      await asked()
      expect(await outcome(open().store.create(spec, intent()))).toBe('KEY_EXISTS')
      expect(await asked()).not.toContain('createCryptoKeyVersion')
      expect(await open().life.rotate(key, intent())).toEqual({key, version: '2'})
      expect((await asked()).filter((one) => one === 'createCryptoKeyVersion')).toHaveLength(1)
    },
  )
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
