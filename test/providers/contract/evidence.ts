import {describe, expect, test} from '@jest/globals'
import {providerKind} from '../../../src/providers/registry.ts'
import type {Bench, Expected} from '../contract.ts'
import {all, enabled, intent, labelled, none, outcome, secretOf, specOf, usual} from '../support.ts'

export function evidenceContract(expected: Expected, bench: () => Bench): void {
  const {signer, secret} = usual(expected.refuses)

  describe('evidence', () => {
    test('the identity stays the same, and holds plain facts', async () => {
      const identity = await bench().open.evidence.identity()
      await bench().open.store.create(specOf(secret), intent())
      await bench().reopen()
      expect(await bench().open.evidence.identity()).toEqual(identity)
      expect(identity['kind']).toBe(expected.kind)
      for (const fact of Object.values(identity)) expect(typeof fact).toBe('string')
    })

    test('the capabilities are the ones that are listed', async () => {
      const told = await bench().open.evidence.capabilities()
      expect(told.rotates).toEqual(told.keys.map(({algorithm}) => algorithm))
      expect(told).toMatchObject({
        enforces: expected.enforces,
        imports: !expected.refuses.includes('import'),
        exports: !expected.refuses.includes('export'),
        backs_up: !expected.refuses.includes('backup'),
        destructionDays: expected.destructionDays,
      })
      // What a plan promises of its kind, before it is opened.
      const promised = providerKind(expected.kind).enforces
      expect(expected.enforces).toEqual(expect.arrayContaining([...promised]))
      const {window} = providerKind(expected.kind)
      const {least, most} = expected.destructionDays
      expect(window === undefined ? least === 0 : window.least <= least && most <= window.most).toBe(true)
    })

    test('the protection is said as it is, for a version that is there', async () => {
      const {store, evidence} = bench().open
      const ref = await store.create(specOf(signer), intent())
      expect((await evidence.protection(ref)).level).toBe(expected.level)
      expect(await outcome(evidence.protection({...ref, version: '7'}))).toBe('KEY_NOT_FOUND')
    })

    test('software is never presented as hardware', async () => {
      if (expected.level !== 'software') return
      const {store, evidence} = bench().open
      const ref = await store.create(specOf(signer), intent())
      const {fips, detail} = await evidence.protection(ref)
      expect(fips).toBeNull()
      const said = JSON.stringify([detail, await evidence.device(), await evidence.identity()])
        // A name is a name.
        .replaceAll('SoftHSM', 'Soft')
      expect(said).not.toMatch(/(?<!no )hardware|hsm|fips|attest/i)
      expect(said).toMatch(/software/)
    })

    test('where there is a generation, it grows with every change, and with nothing else', async () => {
      const {store, life, use, evidence} = bench().open
      const first = await evidence.generation()
      if (first === null) return
      const seen = [first]
      const grew = async () => seen.push((await evidence.generation()) ?? 0)
      const ref = await store.create(specOf(signer), intent())
      await grew()
      await life.setAvailability(ref, 'enabled')
      await grew()
      await life.rotate(ref.key, intent())
      await grew()
      await life.scheduleDestruction(ref, expected.destructionDays.most)
      await grew()
      await life.cancelDestruction(ref)
      await grew()
      expect(seen).toEqual(seen.map((_, at) => first + at))
      await life.setAvailability(ref, 'disabled')
      await outcome(use.sign(ref, labelled('refused')))
      await all(store)
      expect(await evidence.generation()).toBe(seen.at(-1))
    })

    test('a healthy place has no failed check', async () => {
      const lines = await bench().open.evidence.check()
      expect(lines.length).toBeGreaterThan(0)
      for (const line of lines) expect(line).toMatchObject({ok: true, fix: null})
    })

    test('after close every call is refused, and close may be repeated', async () => {
      const {open} = bench()
      const ref = await enabled(open, specOf(secret))
      await bench().reopen()
      const {store, use, life, move, evidence} = open
      await open.close()
      const calls: readonly (() => Promise<unknown>)[] = [
        async () => store.create(specOf(secret), intent()),
        async () => store.describe(ref),
        async () => all(store),
        async () => store.find(intent(), []),
        async () => use.sign(ref, none),
        async () => use.verify(ref, none, none),
        async () => use.encrypt(ref, none, none),
        async () => use.decrypt(ref, none, none),
        async () => use.wrap(ref, secretOf('x')),
        async () => use.unwrap(ref, none),
        async () => use.mac(ref, none),
        async () => use.publicKey(ref),
        async () => life.setAvailability(ref, 'enabled'),
        async () => life.rotate(ref.key, intent()),
        async () => life.scheduleDestruction(ref, expected.destructionDays.most),
        async () => life.cancelDestruction(ref),
        async () => move.import(specOf(secret), secretOf(new Uint8Array(32)), intent()),
        async () => move.export(ref, none),
        async () => move.backup(),
        async () => move.restore(none),
        async () => evidence.identity(),
        async () => evidence.capabilities(),
        async () => evidence.protection(ref),
        async () => evidence.generation(),
        async () => evidence.device(),
      ]
      for (const call of calls) expect(await outcome(call)).toBe('PROVIDER_FAILED')
    })
  })
}
