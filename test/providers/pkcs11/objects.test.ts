/** What else may lie on a token beside whole keys of ours: doubled ids, halves of pairs, keys that were not made inside. */
import {execFileSync} from 'node:child_process'
import {createPublicKey, verify} from 'node:crypto'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {Secret} from '../../../src/base/secret.ts'
import {openHsm} from '../../../src/providers/pkcs11/index.ts'
import type {CheckLine, Provider} from '../../../src/providers/ports.ts'
import {here, testWith} from '../../support/needs.ts'
import {all, enabled, intent, labelled, outcome, specOf} from '../support.ts'
import {softHsm, type SoftHsm} from './softhsm.ts'

const needs = ['softhsm2', 'pkcs11-tool'] as const

describe('what lies on a token', () => {
  const box: {hsm?: SoftHsm; open?: Provider} = {}
  const open = (): Provider => box.open ?? missing()
  const hsm = (): SoftHsm => box.hsm ?? missing()
  /** Done by somebody else, with another program. */
  const tool = (...args: readonly string[]): void => {
    execFileSync('pkcs11-tool', ['--module', hsm().module, '--login', '--pin', hsm().pin, ...args], {
      env: process.env,
      stdio: 'ignore',
    })
  }
  const said = async (): Promise<CheckLine | undefined> =>
    (await open().evidence.check()).find(({name}) => name === 'objects')
  beforeAll(async () => {
    if (!here('softhsm2')) return
    box.hsm = softHsm()
    const {module, serial, pin} = box.hsm
    box.open = await openHsm({module, serial, label: null}, new Secret(Buffer.from(pin)))
  })
  afterAll(async () => {
    await box.open?.close()
    box.hsm?.remove()
  })

  testWith(
    needs,
    'half a pair is called debris and is no key; an id that is given twice is called doubled, and neither is used',
    async () => {
      const [halved, doubled] = [intent(), intent()]
      const whole = await enabled(open(), specOf('ec-p256'))
      const half = await open().store.create(specOf('ec-p256'), halved)
      const twice = await enabled(open(), specOf('aes-256'))
      expect(await said()).toMatchObject({ok: true, detail: '3 versions, none doubled, no debris'})
      tool('--delete-object', '--type', 'pubkey', '--id', half.version)
      tool('--keygen', '--key-type', 'AES:32', '--id', twice.version, '--label', 'a double')
      const line = await said()
      expect(line?.ok).toBe(false)
      expect(line?.detail.split('; ')).toEqual([
        `CKA_ID given twice: ${twice.version}`,
        `half a pair, left by something that was cut off: ${half.version}`,
      ])
      expect(line?.fix).toBe(`pkcs11-tool --list-objects --id ${twice.version}`)
      // Neither counts as a key, nor stands in the way of the one that is whole.
      expect(await open().store.describe(half)).toBeUndefined()
      expect(await outcome(open().use.encrypt(twice, labelled('x'), new Uint8Array(0)))).toBe('AMBIGUOUS')
      expect((await all(open().store)).map(({ref}) => ref.version)).not.toContain(half.version)
      const message = labelled('whole')
      expect(await open().use.verify(whole, message, await open().use.sign(whole, message))).toBe(true)
      expect(await open().store.find(doubled, [])).toEqual({kind: 'none'})
    },
  )

  testWith(needs, 'is asked by many at once, each of whom is given what they asked for', async () => {
    const pair = await enabled(open(), specOf('ec-p256'))
    const key = createPublicKey({
      key: Buffer.from(await open().use.publicKey(pair)),
      format: 'der',
      type: 'spki',
    })
    const messages = Array.from({length: 40}, (_, at) => labelled(`at once ${at}`))
    const signed = await Promise.all(messages.map((message) => open().use.sign(pair, message)))
    for (const [at, message] of messages.entries())
      expect(verify('sha256', message, {key, dsaEncoding: 'ieee-p1363'}, signed[at] ?? missing())).toBe(true)
  })

  testWith(
    needs,
    'a key that was brought is not said to be made inside, whatever else it claims',
    async () => {
      const material = new Secret(Buffer.alloc(32, 7))
      const ref = await open().move.import(specOf('aes-256'), material, intent())
      material.wipe()
      const {detail, level} = await open().evidence.protection(ref)
      expect([level, detail]).toEqual([
        'software',
        expect.stringMatching(/the token does not say that it was made inside and never left: .*\bLOCAL$/),
      ])
      const made = await open().evidence.protection(await enabled(open(), specOf('aes-256')))
      expect(made.detail).toContain('the token says: made inside, never extractable, always sensitive')
    },
  )
})

function missing(): never {
  throw new Error('it is made before the tests')
}
