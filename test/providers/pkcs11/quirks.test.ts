/** Modules with other quirks than SoftHSM2's, as our stand-in in front of it has them: what it lacks, how it refuses, where it dies. */
import {generateKeyPairSync} from 'node:crypto'
import {afterAll, afterEach, beforeAll, describe, expect} from '@jest/globals'
import {Secret} from '../../../src/base/secret.ts'
import {lookAtPin, openHsm} from '../../../src/providers/pkcs11/index.ts'
import {patience, type Patience} from '../../../src/providers/pkcs11/line.ts'
import type {Provider, VersionRef} from '../../../src/providers/ports.ts'
import {keepsTheProviderContract} from '../contract.ts'
import {testWhen} from '../../support/needs.ts'
import {all, described, enabled, intent, outcome, secretOf, specOf} from '../support.ts'
import {quirkyHsm, standinNeed, type QuirkyHsm} from './standin.ts'

const slow = process.env['SLOW'] === '1'

const openAt = async (hsm: QuirkyHsm, within: Patience = patience, pin = hsm.pin): Promise<Provider> =>
  openHsm({module: hsm.module, serial: hsm.serial, label: null}, new Secret(Buffer.from(pin)), within)

/** No elliptic curves, as some HSMs have none. */
const withoutCurves = ['0x1040', '0x1041', '0x1055', '0x1057'].map((one) => `without ${one}`)

if (standinNeed.present)
  keepsTheProviderContract(
    {
      kind: 'pkcs11',
      refuses: [
        ...(['ec-p256', 'ec-p384', 'ec-p521', 'ed25519', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const),
        ...(['oaep-sha256', 'empty', 'export', 'backup'] as const),
      ],
      ...(slow ? {parts: ['use', 'states', 'life', 'move', 'evidence']} : {parts: ['evidence']}),
      enforces: ['enabled', 'historic', 'disabled'],
      destructionDays: {least: 0, most: 0},
      level: 'software',
      decipher: null,
    },
    async () => {
      // Its key wrap has a number of its own (KWP), and not SoftHSM2's.
      const hsm = quirkyHsm(...withoutCurves, 'as 0x210b 0x210a')
      const bench = {
        open: await openAt(hsm),
        async reopen() {
          await bench.open.close()
          bench.open = await openAt(hsm)
        },
        empty: () => Promise.reject(new Error('PKCS#11 has no backup')),
        forward: () => undefined,
        async close() {
          await bench.open.close()
          hsm.remove()
        },
      }
      return bench
    },
  )

describe('a module with other quirks', () => {
  const box: {hsm?: QuirkyHsm} = {}
  const hsm = (): QuirkyHsm => box.hsm ?? missing()
  beforeAll(() => {
    if (standinNeed.present) box.hsm = quirkyHsm()
  })
  afterEach(() => {
    box.hsm?.now()
  })
  afterAll(() => {
    box.hsm?.remove()
  })

  testWhen(
    standinNeed,
    'locks after three wrong PINs: each is counted, and a locked one is not tried',
    async () => {
      const place = {module: hsm().module, serial: hsm().serial, label: null}
      hsm().now('tries 3')
      const said = async () => (await lookAtPin(place)).lines.map(({ok, detail}) => [ok, detail])
      expect(await said()).toEqual([])
      const wrong = async (): Promise<unknown> =>
        openAt(hsm(), patience, 'wrong-pin').catch((error: unknown) => error)
      expect(await wrong()).toMatchObject({
        code: 'CREDENTIALS_REFUSED',
        message: expect.stringContaining('tries are counted'),
      })
      expect(await wrong()).toMatchObject({message: expect.stringContaining('one more wrong PIN locks it')})
      expect(await said()).toEqual([[false, 'one more wrong PIN locks it']])
      expect(await wrong()).toMatchObject({message: expect.stringContaining('the PIN is locked')})
      expect(hsm().wrongPins).toBe(3)
      expect(await outcome(lookAtPin(place))).toBe('CREDENTIALS_REFUSED')
      expect(await outcome(openAt(hsm()))).toBe('CREDENTIALS_REFUSED')
      expect(hsm().wrongPins).toBe(3)
      hsm().now()
    },
  )

  testWhen(standinNeed, 'is removed while it is open, and used again when it is back', async () => {
    const open = await openAt(hsm())
    const ref = await enabled(open, specOf('rsa-2048'))
    for (const call of ['C_FindObjectsInit', 'C_SignInit', 'C_Sign', 'C_GetAttributeValue']) {
      hsm().now(`fail ${call} 0x32`)
      expect([call, await outcome(open.use.sign(ref, Buffer.from('x')))]).toEqual([
        call,
        'PROVIDER_UNREACHABLE',
      ])
      hsm().now()
      expect([call, await outcome(open.use.sign(ref, Buffer.from('x')))]).toEqual([call, 'ok'])
    }
    await open.close()
  })

  testWhen(
    standinNeed,
    'never answers: given up after its time, at whatever call, and used again by a new start',
    async () => {
      const hasty = {usual: 2500, making: 2500}
      const open = await openAt(hsm(), hasty)
      const ref = await enabled(open, specOf('ec-p256'))
      const calls = slow ? ['C_FindObjectsInit', 'C_GetAttributeValue', 'C_SignInit', 'C_Sign'] : ['C_Sign']
      for (const call of calls) {
        hsm().now(`hang ${call}`)
        expect(await outcome(open.use.sign(ref, Buffer.from('x')))).toBe('PROVIDER_UNREACHABLE')
        hsm().now()
        expect(await outcome(open.use.sign(ref, Buffer.from('x')))).toBe('ok')
      }
      hsm().now('hang C_Login')
      expect(await outcome(openAt(hsm(), hasty))).toBe('PROVIDER_UNREACHABLE')
      hsm().now()
      await open.close()
    },
    60_000,
  )

  testWhen(
    standinNeed,
    'refuses with numbers of its own: nothing is made, and it is no bug of ours',
    async () => {
      const open = await openAt(hsm())
      const ref = await enabled(open, specOf('ec-p256'))
      // General, function, attribute read-only, session read-only, template, type of key, a vendor's own.
      for (const number of ['0x5', '0x6', '0x10', '0xb5', '0xd0', '0x63', '0x80000105']) {
        hsm().now(
          `fail C_SignInit ${number}`,
          `fail C_GenerateKeyPair ${number}`,
          `fail C_SetAttributeValue ${number}`,
        )
        const made = intent()
        const codes = [
          await outcome(open.use.sign(ref, Buffer.from('x'))),
          await outcome(open.store.create(specOf('ec-p256'), made)),
          await outcome(open.life.setAvailability(ref, 'disabled')),
        ]
        for (const code of codes) expect(['PROVIDER_FAILED', 'UNSUPPORTED', 'KEY_STATE']).toContain(code)
        hsm().now()
        expect(await open.store.find(made, [])).toEqual({kind: 'none'})
        expect((await described(open.store, ref)).availability).toBe('enabled')
      }
      await open.close()
    },
  )

  testWhen(standinNeed, 'says yes and does nothing: what is, is said', async () => {
    const open = await openAt(hsm())
    const ref = await enabled(open, specOf('ec-p256'))
    hsm().now('lie C_SetAttributeValue')
    expect(await open.life.setAvailability(ref, 'disabled')).toBe('enabled')
    hsm().now('lie C_DestroyObject')
    await outcome(open.life.scheduleDestruction(ref, 0))
    expect((await described(open.store, ref)).availability).toBe('enabled')
    hsm().now()
    await open.close()
  })

  testWhen(
    standinNeed,
    'lists ML-DSA and cannot make it: refused by the module, and nothing is left',
    async () => {
      hsm().now('claims 0x1c', 'claims 0x1d')
      const open = await openAt(hsm())
      const made = intent()
      expect(['UNSUPPORTED', 'PROVIDER_FAILED']).toContain(
        await outcome(open.store.create(specOf('ml-dsa-65'), made)),
      )
      expect(await open.store.find(made, [])).toEqual({kind: 'none'})
      expect((await open.evidence.check()).filter(({ok}) => !ok)).toEqual([])
      await open.close()
      hsm().now()
    },
  )

  testWhen(standinNeed, 'gives points of curves raw, and one serial number to every token', async () => {
    hsm().now('raw-points', 'serial 123')
    const place = {module: hsm().module, serial: '123', label: 'lab'}
    const open = await openHsm(place, new Secret(Buffer.from(hsm().pin)))
    for (const algorithm of ['ec-p256', 'ed25519'] as const) {
      const ref = await enabled(open, specOf(algorithm))
      expect(await outcome(open.use.publicKey(ref))).toBe('ok')
      const signature = await open.use.sign(ref, Buffer.from('x'))
      expect(await open.use.verify(ref, Buffer.from('x'), signature)).toBe(true)
    }
    await open.close()
    hsm().now()
  })
})

interface Act {
  readonly name: string
  /** The calls of the module after whose work it dies. */
  readonly calls: readonly string[]
  /** @returns what must be true of the key afterwards, when the act was done again if it was not done. */
  readonly run: (open: Provider, ref: VersionRef, made: string) => Promise<unknown>
  readonly settle: (open: Provider, ref: VersionRef, made: string) => Promise<void>
}

const one = async (open: Provider, made: string): Promise<void> => {
  const mine = (await all(open.store)).filter((version) => version.intent === made)
  expect(mine).toHaveLength(1)
}

/** Made once, whether or not it was heard: what is found is taken, what is not is made again. */
const madeOnce =
  (again: (open: Provider, ref: VersionRef, made: string) => Promise<unknown>) =>
  async (open: Provider, ref: VersionRef, made: string): Promise<void> => {
    const found = await open.store.find(made, [ref])
    if (found.kind === 'none') await again(open, ref, made)
    else expect(found.kind).toBe('one')
    await one(open, made)
  }

const spec = specOf('ec-p256')
const create = async (open: Provider, _ref: VersionRef, made: string) =>
  open.store.create({...spec, label: `c-${made.slice(0, 12)}`}, made)
const secret = async (open: Provider, _ref: VersionRef, made: string) =>
  open.store.create({...specOf('hmac-sha256'), label: `s-${made.slice(0, 12)}`}, made)
const rotate = async (open: Provider, {key}: VersionRef, made: string) => open.life.rotate(key, made)
const outside = generateKeyPairSync('rsa', {modulusLength: 2048}).privateKey.export({
  format: 'der',
  type: 'pkcs8',
})
const bring = async (open: Provider, _ref: VersionRef, made: string) => {
  const wanted = {...specOf('rsa-2048'), label: `i-${made.slice(0, 12)}`}
  return open.move.import(wanted, secretOf(outside), made)
}

const acts: readonly Act[] = [
  {name: 'a pair is made', calls: ['C_GenerateKeyPair'], run: create, settle: madeOnce(create)},
  {name: 'a secret key is made', calls: ['C_GenerateKey'], run: secret, settle: madeOnce(secret)},
  {name: 'a key is rotated', calls: ['C_GenerateKeyPair'], run: rotate, settle: madeOnce(rotate)},
  {
    name: 'a key is brought',
    calls: ['C_CreateObject', 'C_UnwrapKey', 'C_DestroyObject'],
    run: bring,
    settle: madeOnce(bring),
  },
  {
    name: 'a key is disabled',
    calls: ['C_SetAttributeValue'],
    run: async (open, ref) => open.life.setAvailability(ref, 'disabled'),
    async settle(open, ref) {
      expect(await open.life.setAvailability(ref, 'disabled')).toBe('disabled')
      expect(await open.life.setAvailability(ref, 'enabled')).toBe('enabled')
    },
  },
  {
    name: 'a key signs',
    calls: ['C_OpenSession', 'C_FindObjectsInit', 'C_GetAttributeValue', 'C_SignInit', 'C_Sign'],
    run: async (open, ref) => open.use.sign(ref, Buffer.from('x')),
    async settle(open, ref) {
      expect(await outcome(open.use.sign(ref, Buffer.from('x')))).toBe('ok')
    },
  },
  {
    // Last, as it leaves the public half: nobody can use it, and it is named.
    name: 'a key is destroyed',
    calls: ['C_DestroyObject'],
    run: async (open, ref) => open.life.scheduleDestruction(ref, 0),
    async settle(open, ref) {
      expect(['ok', 'KEY_NOT_FOUND']).toContain(await outcome(open.life.scheduleDestruction(ref, 0)))
      expect(await open.store.describe(ref)).toBeUndefined()
    },
  },
]

describe('a module that dies between work and reply', () => {
  const box: {hsm?: QuirkyHsm; open?: Provider} = {}
  beforeAll(async () => {
    if (!standinNeed.present) return
    box.hsm = quirkyHsm()
    box.open = await openAt(box.hsm)
  })
  afterAll(async () => {
    await box.open?.close()
    box.hsm?.remove()
  })

  for (const {name, calls, run, settle} of acts)
    for (const call of calls)
      testWhen(
        standinNeed,
        `while ${name}, after ${call}: what happened is found, and nothing is lost or made twice`,
        async () => {
          const {hsm = missing()} = box
          const ref = await enabled(box.open ?? missing(), specOf('ec-p256'))
          const died: number[] = []
          // The first such call, the second, until it lives through the whole act.
          for (let at = 1; at <= (slow ? 400 : 1); at++) {
            const made = intent()
            await box.open?.close()
            const next = (box.open = await openAt(hsm))
            hsm.now(`die ${call} ${at}`)
            const came = await outcome(run(next, ref, made))
            hsm.now()
            if (came === 'ok') break
            expect(came).toBe('PROVIDER_UNREACHABLE')
            died.push(at)
            await settle(next, ref, made)
            for (const {detail} of (await next.evidence.check()).filter(({ok}) => !ok))
              expect([name, detail]).toEqual(['a key is destroyed', expect.stringContaining('half a pair')])
            if ((await next.store.describe(ref)) === undefined) break
          }
          expect(died.length).toBeGreaterThan(0)
        },
        600_000,
      )
})

function missing(): never {
  throw new Error('there is no HSM')
}
