import {createPublicKey, publicEncrypt, constants} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import type {Algorithm} from '../../../src/providers/algorithms.ts'
import type {KeySpec, Provider, VersionRef} from '../../../src/providers/ports.ts'
import type {Bench, Expected} from '../contract.ts'
import {enabled, intent, labelled, none, outcome, secretOf, specOf, usual} from '../support.ts'

const operations = ['sign', 'verify', 'encrypt', 'decrypt', 'wrap', 'unwrap', 'mac', 'publicKey'] as const
type Operation = (typeof operations)[number]

/** One key for each purpose, and what it may ever do. */
const kinds: readonly (readonly [
  KeySpec['purpose'],
  (signer: Algorithm) => KeySpec,
  readonly Operation[],
])[] = [
  ['sign', (signer) => specOf(signer), ['sign', 'verify', 'publicKey']],
  ['encrypt', () => specOf('aes-256'), ['encrypt', 'decrypt']],
  ['wrap', () => specOf('aes-256', {purpose: 'wrap'}), ['wrap', 'unwrap']],
  ['mac', () => specOf('hmac-sha256'), ['mac', 'verify']],
  ['decrypt', () => specOf('rsa-2048', {scheme: 'oaep-sha256'}), ['decrypt', 'publicKey']],
]

/** `labelled`: only what begins with the label of probes. The whole machine on one screen. */
const table = `
            sign      verify  encrypt   decrypt   wrap      unwrap    mac       publicKey
 probe      labelled  yes     labelled  labelled  labelled  labelled  labelled  yes
 enabled    yes       yes     yes       yes       yes       yes       yes       yes
 historic   no        yes     no        yes       no        yes       no        yes
 disabled   no        no      no        no        no        no        no        no
 pending    no        no      no        no        no        no        no        no
 destroyed  no        no      no        no        no        no        no        no
`
const [, ...lines] = table.trim().split('\n')
const rows = lines
  .map((line) => line.trim().split(/\s+/))
  .map(([state, ...rules]) => ({state: state ?? '', rules}))

/** What was made while the key was enabled: over a labelled content, and over another. */
type Made = Readonly<Partial<Record<'signature' | 'ciphertext' | 'wrapped', Uint8Array>>>

async function makeWith(
  {use}: Provider,
  ref: VersionRef,
  can: readonly Operation[],
  content: Buffer,
): Promise<Made> {
  if (can.includes('sign')) return {signature: await use.sign(ref, content)}
  if (can.includes('mac')) return {signature: await use.mac(ref, content)}
  if (can.includes('encrypt')) return {ciphertext: await use.encrypt(ref, content, none)}
  if (can.includes('wrap')) return {wrapped: await use.wrap(ref, secretOf(content))}
  const key = createPublicKey({key: Buffer.from(await use.publicKey(ref)), format: 'der', type: 'spki'})
  return {
    ciphertext: publicEncrypt({key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256'}, content),
  }
}

function call(
  {use}: Provider,
  ref: VersionRef,
  made: Made,
  content: Buffer,
): Record<Operation, () => Promise<unknown>> {
  return {
    sign: async () => use.sign(ref, content),
    verify: async () => {
      expect(await use.verify(ref, content, made.signature ?? none)).toBe(true)
    },
    encrypt: async () => use.encrypt(ref, content, none),
    decrypt: async () => use.decrypt(ref, made.ciphertext ?? none, none),
    wrap: async () => use.wrap(ref, secretOf(content)),
    unwrap: async () => use.unwrap(ref, made.wrapped ?? none),
    mac: async () => use.mac(ref, content),
    publicKey: async () => use.publicKey(ref),
  }
}

async function bring({life}: Provider, ref: VersionRef, state: string, expected: Expected): Promise<void> {
  const {least, most} = expected.destructionDays
  if (state === 'pending') await life.scheduleDestruction(ref, Math.max(least, Math.min(1, most)))
  else if (state === 'destroyed') {
    await life.cancelDestruction(ref)
    await life.scheduleDestruction(ref, least)
  } else await life.setAvailability(ref, state as 'probe')
}

export function statesContract(expected: Expected, bench: () => Bench): void {
  const enforced: readonly string[] = expected.enforces
  const {signer} = usual(expected.refuses)
  const has = (purpose: KeySpec['purpose']): boolean => {
    if (purpose === 'encrypt' || purpose === 'wrap') return !expected.refuses.includes('aes-256')
    if (purpose === 'mac') return !expected.refuses.includes('hmac-sha256')
    return purpose !== 'decrypt' || !expected.refuses.includes('oaep-sha256')
  }
  // Where nothing is left of what is destroyed, there is nothing to ask for its state.
  const shown = rows.filter(
    ({state}) =>
      (expected.destructionDays.most > 0 || !['pending', 'destroyed'].includes(state)) &&
      (expected.noClock !== true || state !== 'destroyed'),
  )

  describe('states', () => {
    test.each(kinds.filter(([purpose]) => has(purpose)))(
      'a key to %s does in each state what the table says, and never anything else',
      async (_purpose, spec, can) => {
        const provider = bench().open
        const ref = await enabled(provider, spec(signer))
        const [probe, real] = [labelled('possession'), Buffer.from('a real document')]
        const [madeOfProbe, madeOfReal] = [
          await makeWith(provider, ref, can, probe),
          await makeWith(provider, ref, can, real),
        ]
        const answers: string[] = []
        const wanted: string[] = []
        for (const {state, rules} of shown) {
          if (['probe', 'enabled', 'historic', 'disabled'].includes(state) && !enforced.includes(state))
            continue
          await bring(provider, ref, state, expected)
          if (state === 'destroyed') await bench().forward(expected.destructionDays.least)
          for (const [at, operation] of operations.entries()) {
            const onProbe = await outcome(call(provider, ref, madeOfProbe, probe)[operation])
            const onReal = await outcome(call(provider, ref, madeOfReal, real)[operation])
            answers.push(`${state} ${operation}: ${onProbe} / ${onReal}`)
            const rule = rules[at]
            const [a, b] = !can.includes(operation)
              ? ['UNSUPPORTED', 'UNSUPPORTED']
              : [rule === 'no' ? 'KEY_STATE' : 'ok', rule === 'yes' ? 'ok' : 'KEY_STATE']
            const isGone = state === 'destroyed' && expected.leavesNothing === true
            wanted.push(`${state} ${operation}: ${isGone ? 'KEY_NOT_FOUND / KEY_NOT_FOUND' : `${a} / ${b}`}`)
          }
        }
        expect(answers).toEqual(wanted)
      },
    )

    test('every operation on a version that is not there says so', async () => {
      const provider = bench().open
      const ref = {...(await provider.store.create(specOf(signer), intent())), version: '9'}
      for (const act of Object.values(call(provider, ref, {}, labelled('x'))))
        expect(await outcome(act)).toBe('KEY_NOT_FOUND')
    })

    test('a state survives the process', async () => {
      const ref = await enabled(bench().open, specOf(signer))
      await bench().open.life.setAvailability(ref, 'disabled')
      await bench().reopen()
      const {use, life, store} = bench().open
      expect((await store.describe(ref))?.availability).toBe('disabled')
      expect(await outcome(use.sign(ref, labelled('x')))).toBe('KEY_STATE')
      expect(await life.setAvailability(ref, 'enabled')).toBe('enabled')
      expect(await outcome(use.sign(ref, Buffer.from('x')))).toBe('ok')
    })
  })
}
