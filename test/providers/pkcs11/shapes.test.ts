/** Modules that answer in other shapes than SoftHSM2, as our stand-in in front of it does: what is harmless changes nothing, the rest is refused before or undone after. */
import {createPublicKey, verify} from 'node:crypto'
import {afterAll, afterEach, beforeAll, describe, expect} from '@jest/globals'
import {KeyriteError} from '../../../src/base/errors.ts'
import {Secret} from '../../../src/base/secret.ts'
import {lookAtPin, offeredBy, openHsm} from '../../../src/providers/pkcs11/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {testWhen} from '../../support/needs.ts'
import {all, bytesOf, described, enabled, intent, none, outcome, specOf} from '../support.ts'
import {quirkyHsm, standinNeed, type QuirkyHsm} from './standin.ts'

const slow = process.env['SLOW'] === '1'

const box: {hsm?: QuirkyHsm} = {}
const hsm = (): QuirkyHsm => {
  if (box.hsm === undefined) throw new Error('there is no HSM')
  return box.hsm
}
const place = () => ({module: hsm().module, serial: hsm().serial, label: null})
const opened = async (pin: string | null = hsm().pin): Promise<Provider> =>
  openHsm(place(), pin === null ? null : new Secret(Buffer.from(pin)))
const refused = async (act: Promise<unknown>): Promise<unknown> => act.catch((error: unknown) => error)

beforeAll(() => {
  if (standinNeed.present) box.hsm = quirkyHsm()
})
afterEach(() => {
  box.hsm?.now()
})
afterAll(() => {
  box.hsm?.remove()
})

const harmless: readonly (readonly string[])[] = [
  ['version 2 11'],
  ['version 3 1'],
  ['version 0 0'],
  ['odd-info'],
  ['fail C_GetInfo 0x54'],
  ['zeros'],
  ['no-locks'],
  ['started'],
  ['ghost'],
  ['one-session'],
  ['fail C_GetMechanismInfo 0x54'],
  ['lacks 0x163', 'lacks 0x4', 'lacks 0x40000600', 'lacks 0x161'],
  ['unavailable 0x163', 'unavailable 0x111', 'unavailable 0x165'],
  ['bit-points'],
  ['long-modulus'],
  ['named-curves'],
  ['own-iv'],
]
/** All that go together. */
const together = harmless.filter(
  ([first]) => !/^(version [03]|fail C_GetInfo|started|named)/.test(first ?? ''),
)

describe('a module that answers in another shape', () => {
  for (const quirks of slow ? [...harmless, together.flat()] : [together.flat()])
    testWhen(
      standinNeed,
      `is used as any other, and says who it is: ${quirks.join(', ')}`,
      async () => {
        hsm().now()
        const usual = await opened()
        const before = await usual.evidence.identity()
        await usual.close()
        hsm().now(...quirks)
        const open = await opened()
        expect(await open.evidence.identity()).toEqual(before)
        expect(await open.evidence.check()).toEqual(
          expect.arrayContaining([expect.objectContaining({name: 'objects', ok: true})]),
        )
        expect(await open.evidence.device()).toMatchObject({serial: hsm().serial})
        const message = Buffer.from('in another shape')
        for (const algorithm of ['ec-p256', 'rsa-2048'] as const) {
          const made = intent()
          const ref = await open.store.create(specOf(algorithm), made)
          await open.life.setAvailability(ref, 'enabled')
          expect(await open.store.find(made, [])).toEqual({kind: 'one', ref})
          expect(await outcome(open.store.create(specOf(algorithm), made))).toBe('KEY_EXISTS')
          const key = createPublicKey({
            key: Buffer.from(await open.use.publicKey(ref)),
            format: 'der',
            type: 'spki',
          })
          const signature = await open.use.sign(ref, message)
          expect(verify('sha256', message, {key, dsaEncoding: 'ieee-p1363'}, signature)).toBe(true)
          expect((await open.evidence.protection(ref)).level).toBe('software')
          expect(await open.life.setAvailability(ref, 'disabled')).toBe('disabled')
          expect(await outcome(open.use.sign(ref, message))).toBe('KEY_STATE')
          expect(await open.life.setAvailability(ref, 'enabled')).toBe('enabled')
          expect(await outcome(open.use.sign(ref, message))).toBe('ok')
        }
        const secret = await enabled(open, specOf('aes-256'))
        const sealed = await open.use.encrypt(secret, message, none)
        expect(bytesOf(await open.use.decrypt(secret, sealed, none))).toEqual(message)
        await open.close()
      },
      60_000,
    )

  testWhen(
    standinNeed,
    'and whose keys could not be read again is refused, and nothing of what it made stays',
    async () => {
      const open = await opened()
      const before = await all(open.store)
      for (const [quirk, fact] of [
        ['no-half', 'public half'],
        ['odd-curves', 'what kind of key'],
        ['short-labels 20', 'another label'],
      ] as const) {
        hsm().now(quirk)
        const made = intent()
        expect(await refused(open.store.create(specOf('ec-p256'), made))).toMatchObject({
          code: 'UNSUPPORTED',
          message: expect.stringContaining(fact),
        })
        hsm().now()
        expect(await open.store.find(made, [])).toEqual({kind: 'none'})
      }
      expect(await all(open.store)).toEqual(before)
      expect((await open.evidence.check()).find(({name}) => name === 'objects')).toMatchObject({ok: true})
      hsm().now('lie C_DestroyObject', 'odd-curves')
      const left = intent()
      await refused(open.store.create(specOf('ec-p256'), left))
      expect(await outcome(open.store.find(left, []))).toBe('AMBIGUOUS')
      expect(await outcome(open.store.create(specOf('ec-p256'), left))).toBe('AMBIGUOUS')
      await open.close()
    },
    60_000,
  )

  testWhen(
    standinNeed,
    'of ECDSA, or with calls that it has not: what it gives is refused, and what is is said',
    async () => {
      const open = await opened()
      const ref = await enabled(open, specOf('ec-p256'))
      hsm().now('der-signatures')
      expect(await refused(open.use.sign(ref, Buffer.from('x')))).toMatchObject({
        code: 'PROVIDER_FAILED',
        message: expect.stringContaining('in another form'),
      })
      hsm().now('fail C_SetAttributeValue 0x54')
      expect(await open.life.setAvailability(ref, 'disabled')).toBe('enabled')
      expect((await described(open.store, ref)).availability).toBe('enabled')
      hsm().now('fail C_DestroyObject 0x1b')
      expect(await refused(open.life.scheduleDestruction(ref, 0))).toMatchObject({
        code: 'PROVIDER_FAILED',
        message: expect.stringContaining('cannot destroy key'),
      })
      hsm().now('fail C_SignInit 0x54')
      expect(await outcome(open.use.sign(ref, Buffer.from('x')))).toBe('UNSUPPORTED')
      hsm().now()
      expect(await outcome(open.use.sign(ref, Buffer.from('x')))).toBe('ok')
      await open.close()
    },
  )

  testWhen(
    standinNeed,
    'of the slot that it keeps for the next token, with the serial number of a real one, neither hides nor doubles that',
    async () => {
      hsm().now(`empty-serial ${hsm().serial}`)
      const alone = await opened()
      expect(await outcome(alone.evidence.check())).toBe('ok')
      await alone.close()
      expect(await outcome(offeredBy(place()))).toBe('ok')
    },
    60_000,
  )

  testWhen(
    standinNeed,
    'of where keys lie is told as it is: hardware is its word, no word is unknown, and what is known for software is software',
    async () => {
      const said = async (...quirks: readonly string[]): Promise<unknown> => {
        hsm().now(...quirks)
        const open = await opened()
        const ref = await open.store.create(specOf('ec-p256'), intent())
        const {level, evidence, detail, fips} = await open.evidence.protection(ref)
        expect([fips, detail]).toEqual([null, expect.stringContaining('; the token says: made inside')])
        await open.close()
        return [level, evidence, detail.split(';')[0]]
      }
      const hardware = 'Acme Vaults M1 says that it is hardware'
      expect(await said('maker Acme Vaults', 'in-hardware')).toEqual(['hardware', 'asserted', hardware])
      const silent = 'Acme Vaults M1 does not say whether it is hardware'
      expect(await said('maker Acme Vaults')).toEqual(['unknown', 'asserted', silent])
      for (const maker of ['SoftHSM project', 'Kryoptic Project', 'IBM Corp. IBM SoftTok', 'IBM SW   TPM'])
        expect(await said(`maker ${maker}`, 'in-hardware')).toEqual([
          ...['software', 'verified', `${maker} M1 is software: no hardware is involved`],
        ])
    },
  )

  // As p11-kit's trust module 0.24.1 has it.
  testWhen(standinNeed, 'that takes no session to write in is said to be write-protected', async () => {
    hsm().now('fail C_OpenSession 0xe2')
    expect(await refused(opened())).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(
        /: it is write-protected, so no key is made or changed there, .*\(0xe2\)$/,
      ),
      hints: ['another token', expect.stringContaining('protection')],
    })
  })

  // As Kryoptic 1.5.4 has it, of MAC keys.
  testWhen(
    standinNeed,
    'of a key whose use was taken away refuses it as one of another type: that is its state where its attributes say so, and else no proof of any',
    async () => {
      const open = await opened()
      const ref = await enabled(open, specOf('hmac-sha256'))
      const message = Buffer.from('x')
      const mac = await open.use.mac(ref, message)
      hsm().now('fail C_SignInit 0x63')
      expect(await outcome(open.use.mac(ref, message))).toBe('PROVIDER_FAILED')
      hsm().now('off-as 0x63')
      expect(await open.life.setAvailability(ref, 'disabled')).toBe('disabled')
      expect(await outcome(open.use.mac(ref, message))).toBe('KEY_STATE')
      expect(await outcome(open.use.verify(ref, message, mac))).toBe('KEY_STATE')
      await open.close()
    },
    60_000,
  )

  testWhen(
    standinNeed,
    'to no question at all, as it is no module or does not start, is said with what mends it, and is no bug',
    async () => {
      for (const module of ['/nonexistent/libhsm.so', '/bin/true', '/etc/hostname'])
        expect(await refused(openHsm({...place(), module}, new Secret(Buffer.from('1234'))))).toMatchObject({
          code: 'PROVIDER_FAILED',
          message: expect.stringContaining(`cannot load the module "${module}": `),
          hints: [`ls -l ${module}`, expect.stringContaining('config.yaml')],
        })
      hsm().now('fail C_Initialize 0x5')
      expect(await refused(opened())).toMatchObject({
        code: 'PROVIDER_FAILED',
        message: expect.stringMatching(/cannot start the module .*\(0x5\)/),
        hints: [expect.stringContaining('SOFTHSM2_CONF')],
      })
    },
    60_000,
  )

  testWhen(
    standinNeed,
    'to a login says what mends it, and asks for no PIN that it takes elsewhere',
    async () => {
      for (const [number, hint] of [
        ['0xa3', 'must be changed'],
        ['0xa4', 'security officer unlocks'],
        ['0x102', 'nobody gave it a PIN'],
        ['0x50', 'at its keypad'],
      ] as const) {
        hsm().now(`fail C_Login ${number}`)
        const error = await refused(opened())
        expect([number, error]).toEqual([number, expect.objectContaining({code: 'CREDENTIALS_REFUSED'})])
        expect(error instanceof KeyriteError && error.hints[0]).toContain(hint)
      }
      hsm().now('fail C_Initialize 0x7')
      expect(await refused(opened())).toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('settings of its own when it is started'),
      })
      hsm().now('fail C_OpenSession 0xb1')
      expect(await refused(opened())).toMatchObject({
        code: 'PROVIDER_FAILED',
        message: expect.stringContaining('no session left'),
      })
      hsm().now('twin')
      expect(await outcome(opened())).toBe('AMBIGUOUS')
      expect((await lookAtPin(place())).here).toBe(true)

      hsm().now('flags-on 0x100', `keypad ${hsm().pin}`)
      expect((await lookAtPin(place())).here).toBe(false)
      const padded = await opened(null)
      expect((await padded.evidence.check()).every(({ok}) => ok)).toBe(true)
      await padded.close()
      hsm().now('flags-on 0x100', `keypad ${hsm().pin}`, 'strict')
      expect(await outcome(opened(null))).toBe('UNSUPPORTED')

      hsm().now('flags-off 0xc', `open ${hsm().pin}`)
      expect((await lookAtPin(place())).here).toBe(false)
      const bare = await opened(null)
      expect(await bare.evidence.check()).toEqual(
        expect.arrayContaining([expect.objectContaining({name: 'PIN', ok: false})]),
      )
      await bare.close()
    },
    60_000,
  )
})
