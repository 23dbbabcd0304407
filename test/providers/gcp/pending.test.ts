/** What Google makes slowly, never, or only for three days: waited for as long as was said, told with what to type, and found again. On the stand-in. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openKeyRing, type Place} from '../../../src/providers/gcp/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {bytesOf, described, enabled, intent, none, outcome, secretOf, specOf} from '../support.ts'
import {startStandin, type Standin} from './standin.ts'

const dayMs = 86_400_000

describe('what Google makes, as the stand-in has it', () => {
  const box: {standin?: Standin; open?: Provider; hasty?: Provider} = {}
  const standin = (): Standin => box.standin ?? missing()
  const open = (): Provider => box.open ?? missing()
  /** It waits for a second and a half, and not for a minute and a half. */
  const hasty = (): Provider => box.hasty ?? missing()
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
  const slowly = async (generation: number, more: 'fails' | null = null) =>
    standin().ask({generation, quirks: more === null ? [] : ['generation-fails']})
  const refusal = async (act: Promise<unknown>) =>
    act.then(
      () => missing(),
      (error: unknown) => error,
    )

  testWith(
    'openssl',
    'a pair that is pending for days is waited for, said so, and found when it is there',
    async () => {
      const [spec, made] = [specOf('ec-p256'), intent()]
      await slowly(2 * dayMs)
      expect(await refusal(hasty().store.create(spec, made))).toMatchObject({
        code: 'INDETERMINATE',
        changed: true,
        message: expect.stringMatching(/PENDING_GENERATION/),
        hints: [expect.stringMatching(/^the same command again/), expect.stringMatching(/^gcloud kms/)],
      })
      // Asked again, it is what was made, and nothing is made beside it.
      expect(await outcome(async () => hasty().store.find(made, []))).toBe('INDETERMINATE')
      const ref = {key: spec.label, version: '1'}
      expect(await outcome(hasty().use.sign(ref, Buffer.from('x')))).toBe('PROVIDER_FAILED')
      await standin().ask({forward: 2 * dayMs, generation: 0})
      expect(await open().store.find(made, [])).toEqual({kind: 'one', ref})
      expect((await described(open().store, ref)).availability).toBe('enabled')
    },
    60_000,
  )

  testWith(
    'openssl',
    'a pair whose generation failed is no key, and the next version of it is asked for as before',
    async () => {
      const [spec, made] = [specOf('ec-p256'), intent()]
      await slowly(100, 'fails')
      expect(await refusal(open().store.create(spec, made))).toMatchObject({
        ...{code: 'KEY_NOT_AS_PLANNED', changed: true},
        message: expect.stringMatching(/GENERATION_FAILED/),
      })
      const ref = {key: spec.label, version: '1'}
      // It is found, for whoever asks what became of it, and nobody takes it for a key.
      expect(await open().store.find(made, [])).toEqual({kind: 'one', ref})
      expect(await open().store.describe(ref)).toBeUndefined()
      expect(await outcome(open().use.sign(ref, Buffer.from('x')))).toBe('UNSUPPORTED')
      await slowly(0)
      const first = await enabled(open(), specOf('ec-p256'))
      await slowly(100, 'fails')
      expect(await outcome(open().life.rotate(first.key, intent()))).toBe('KEY_NOT_AS_PLANNED')
      await slowly(0)
      expect((await open().life.rotate(first.key, intent())).version).toBe('3')
    },
    60_000,
  )

  testWith(
    'openssl',
    'an import that is pending is found, and one that was tried for more than three days takes another job',
    async () => {
      const [spec, made] = [specOf('aes-256'), intent()]
      const bring = async (by: Provider) => by.move.import(spec, secretOf(Buffer.alloc(32, 7)), made)
      await slowly(2 * dayMs)
      expect(await refusal(bring(hasty()))).toMatchObject({
        code: 'PROVIDER_FAILED',
        message: expect.stringMatching(/import job .* is PENDING_GENERATION/),
        hints: [expect.stringMatching(/^the same command again/)],
      })
      // Its own job is over before it was used: the same command takes a new one.
      await standin().ask({forward: 4 * dayMs, generation: 0})
      await slowly(0)
      expect(await bring(open())).toEqual({key: spec.label, version: '1'})
      const jobs = (await standin().ask({})).filter(({operation}) => operation === 'createImportJob')
      expect(jobs.length).toBeGreaterThan(1)
    },
    60_000,
  )

  testWith(
    'openssl',
    'an import job that is over by the clock here as soon as it is made is the last one, as nobody deletes them',
    async () => {
      const bring = async () => open().move.import(specOf('aes-256'), secretOf(Buffer.alloc(32, 7)), intent())
      // What was made before would be used.
      await standin().ask({forward: -40 * dayMs})
      expect(await refusal(bring())).toMatchObject({
        ...{code: 'PROVIDER_FAILED', changed: true},
        message: expect.stringMatching(/made just now, and is over by the clock of this machine/),
        hints: [expect.stringMatching(/^set the clock/), 'keyrite ledger clock'],
      })
      const jobs = (await standin().ask({})).filter(({operation}) => operation === 'createImportJob')
      expect(jobs).toHaveLength(1)
      await standin().ask({forward: 40 * dayMs})
    },
  )

  testWith(
    'openssl',
    'a key from outside whose version was not made primary is found, and then made so',
    async () => {
      const [spec, made] = [specOf('aes-256'), intent()]
      await standin().ask({
        faults: [{method: 'updateCryptoKeyPrimaryVersion', fault: 'unavailable', times: 1}],
      })
      expect(await outcome(open().move.import(spec, secretOf(Buffer.alloc(32, 7)), made))).toBe(
        'PROVIDER_UNREACHABLE',
      )
      const found = await open().store.find(made, [])
      expect(found).toEqual({kind: 'one', ref: {key: spec.label, version: '1'}})
      const ref = found.kind === 'one' ? found.ref : missing()
      await open().life.setPrimary?.(ref)
      const sealed = await open().use.encrypt(ref, Buffer.from('text'), none)
      expect(bytesOf(await open().use.decrypt(ref, sealed, none)).toString()).toBe('text')
    },
  )
})

function missing(): never {
  throw new Error('it is not there')
}
