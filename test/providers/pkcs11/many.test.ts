/** A token that is full, and a key whose last day is over. */
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {Secret} from '../../../src/base/secret.ts'
import {openHsm} from '../../../src/providers/pkcs11/index.ts'
import {dateOf} from '../../../src/providers/pkcs11/objects.ts'
import {demandInTime} from '../../../src/providers/pkcs11/use.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {here, testWith} from '../../support/needs.ts'
import {all, enabled, intent, outcome, specOf} from '../support.ts'
import {softHsm, type SoftHsm} from './softhsm.ts'

const many = process.env['SLOW'] === '1' ? 5000 : 200

describe('a token with many objects', () => {
  const box: {hsm?: SoftHsm; open?: Provider} = {}
  const open = (): Provider => {
    if (box.open === undefined) throw new Error('nothing is open')
    return box.open
  }
  const fill = (...more: readonly string[]): void => {
    const {module = '', pin = ''} = box.hsm ?? {}
    execFileSync(process.execPath, [join(import.meta.dirname, 'fill.ts'), module, pin, ...more], {
      env: process.env,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  }
  beforeAll(async () => {
    if (!here('softhsm2')) return
    box.hsm = softHsm()
    fill(String(many))
    const {module, serial, pin} = box.hsm
    box.open = await openHsm({module, serial, label: null}, new Secret(Buffer.from(pin)))
  }, 900_000)
  afterAll(async () => {
    await box.open?.close()
    box.hsm?.remove()
  })

  testWith(
    'softhsm2',
    'lists, finds and describes them, and makes one more, within the time that is waited for an answer',
    async () => {
      const {store, evidence} = open()
      expect(await all(store)).toHaveLength(many)
      const last = many.toString(16).padStart(32, '0')
      const ref = {key: last, version: last}
      expect(await store.find(last, [])).toEqual({kind: 'one', ref})
      expect((await store.describe(ref))?.spec.label).toBe(`filled-${many}`)
      expect(await outcome(store.create(specOf('aes-256', {label: `filled-${many}`}), intent()))).toBe(
        'KEY_EXISTS',
      )
      const one = await enabled(open(), specOf('ec-p256'))
      const next = await open().life.rotate(one.key, intent())
      expect(await store.find(next.version.slice(32), [one])).toEqual({kind: 'one', ref: next})
      expect((await evidence.check()).find(({name}) => name === 'objects')).toMatchObject({ok: true})
    },
    300_000,
  )

  testWith(
    'softhsm2',
    'holds a key that signs no more after its last day, which the token itself does not keep',
    async () => {
      const ref = await enabled(open(), specOf('ec-p256'))
      const message = Buffer.from('in time')
      const signature = await open().use.sign(ref, message)
      fill('0', ref.version, '20200229')
      expect(await outcome(open().use.sign(ref, message))).toBe('KEY_STATE')
      expect(await open().use.verify(ref, message, signature)).toBe(true)
    },
  )
})

describe('objects that others made', () => {
  testWith(
    ['softhsm2', 'pkcs11-tool'],
    'are listed, described and used by their CKA_ID, for what their attributes allow',
    async () => {
      const hsm = softHsm('theirs')
      const make = (...args: readonly string[]): void => {
        execFileSync('pkcs11-tool', ['--module', hsm.module, '--login', '--pin', hsm.pin, ...args], {
          env: process.env,
          stdio: 'ignore',
        })
      }
      make(
        '--keypairgen',
        '--key-type',
        'EC:prime256v1',
        '--id',
        '01',
        '--label',
        'Their signer',
        '--usage-sign',
      )
      make('--keypairgen', '--key-type', 'rsa:2048', '--id', '0203', '--label', 'opener', '--usage-decrypt')
      make('--keygen', '--key-type', 'AES:32', '--id', 'aa', '--label', 'wrapper', '--usage-wrap')
      make('--keygen', '--key-type', 'AES:32', '--label', 'without an id')
      const open = await openHsm(
        {module: hsm.module, serial: hsm.serial, label: null},
        new Secret(Buffer.from(hsm.pin)),
      )
      const shown = new Map((await all(open.store)).map((one) => [one.ref.key, one]))
      expect([...shown.keys()].sort()).toEqual(['01', '0203', 'aa'])
      expect(shown.get('01')).toMatchObject({
        ref: {key: '01', version: '01'},
        spec: {label: 'Their signer', scheme: 'es256', purpose: 'sign'},
        intent: null,
        availability: 'enabled',
        createdAt: null,
      })
      // SoftHSM allows what nobody has forbidden: of several uses the first is taken.
      expect(shown.get('0203')?.spec).toMatchObject({scheme: 'rs256', purpose: 'sign'})
      expect(shown.get('aa')?.spec).toMatchObject({scheme: 'a256gcm', purpose: 'encrypt'})
      const ref = {key: '01', version: '01'}
      const message = Buffer.from('theirs')
      expect(await open.use.verify(ref, message, await open.use.sign(ref, message))).toBe(true)
      expect(await open.life.setAvailability(ref, 'disabled')).toBe('disabled')
      expect(await outcome(open.use.sign(ref, message))).toBe('KEY_STATE')
      expect(await outcome(open.life.rotate('01', intent()))).toBe('UNSUPPORTED')
      await open.close()
      hsm.remove()
    },
  )
})

describe('the last day of a key', () => {
  const spec = specOf('ec-p256')
  const lastDay = dateOf(Buffer.from('20261128')) ?? null
  const at = (time: string, operation: 'sign' | 'verify' | 'decrypt') =>
    outcome(async () => {
      demandInTime({spec, lastDay}, operation, new Date(time))
    })

  test('is a day of use, to its end; what was made before is still read', async () => {
    expect(await at('2026-11-28T23:59:59Z', 'sign')).toBe('ok')
    expect(await at('2026-11-29T00:00:00Z', 'sign')).toBe('KEY_STATE')
    expect(await at('2026-11-29T00:00:00Z', 'verify')).toBe('ok')
    expect(await at('2026-11-29T00:00:00Z', 'decrypt')).toBe('ok')
  })

  test.each(['', '00000000', '2026112', 'yesterday', '20261340'])(
    'is none where the token says "%s"',
    (text) => {
      expect(dateOf(Buffer.from(text))).toBeUndefined()
    },
  )
})
