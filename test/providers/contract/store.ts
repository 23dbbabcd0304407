import {describe, expect, test} from '@jest/globals'
import {algorithms, purposes, purposesOf, schemes, schemesOf} from '../../../src/providers/algorithms.ts'
import {noDates} from '../../../src/providers/dates.ts'
import type {KeySpec} from '../../../src/providers/ports.ts'
import {keepsDates} from '../../../src/providers/of-kind.ts'
import type {Bench, Expected} from '../contract.ts'
import {all, described, intent, outcome, specOf, usual} from '../support.ts'

export function storeContract({kind, refuses, enforces, lacks = []}: Expected, bench: () => Bench): void {
  const {signer, secret} = usual(refuses)

  describe('keeping keys', () => {
    test('a new key is described as it was asked for', async () => {
      const {store} = bench().open
      const spec = specOf(signer)
      const made = intent()
      const ref = await store.create(spec, made)
      expect(await store.describe(ref)).toEqual({
        ref,
        spec,
        intent: made,
        availability: enforces.includes('probe') ? 'probe' : 'enabled',
        createdAt: expect.any(Date),
        destroyAt: null,
        ...(keepsDates(kind) ? {dates: noDates} : {}),
      })
    })

    test('the list holds every version once, and each as describe tells it', async () => {
      const {store} = bench().open
      await store.create(specOf(secret), intent())
      const found = await all(store)
      expect(new Set(found.map(({ref}) => `${ref.key}/${ref.version}`)).size).toBe(found.length)
      for (const one of found) expect(await store.describe(one.ref)).toEqual(one)
    })

    test('a version that is not there is missing, not an error', async () => {
      const {store} = bench().open
      const {ref} = await described(store, await store.create(specOf(secret), intent()))
      expect(await store.describe({...ref, version: '2'})).toBeUndefined()
      expect(await store.describe({...ref, version: '01'})).toBeUndefined()
      expect(await store.describe({key: 'nowhere', version: ref.version})).toBeUndefined()
    })

    test('after a crash, find tells what happened and what did not', async () => {
      const before = (await all(bench().open.store)).map(({ref}) => ref)
      const made = intent()
      const ref = await bench().open.store.create(specOf('ec-p256'), made)
      await bench().reopen()
      const {store} = bench().open
      expect(await store.find(made, before)).toEqual({kind: 'one', ref})
      expect(await store.find(intent(), before)).toEqual({kind: 'none'})
    })

    test('a name is given once', async () => {
      const {store} = bench().open
      const spec = specOf(secret)
      await store.create(spec, intent())
      const count = (await all(store)).length
      expect(await outcome(store.create(spec, intent()))).toBe('KEY_EXISTS')
      expect(await all(store)).toHaveLength(count)
    })

    test('an intent is carried out once', async () => {
      const {store, life} = bench().open
      const made = intent()
      const ref = await store.create(specOf(secret), made)
      expect(await outcome(store.create(specOf(secret), made))).toBe('KEY_EXISTS')
      if (!refuses.includes('rotate') && !refuses.includes(`rotate ${secret}`))
        expect(await outcome(life.rotate(ref.key, made))).toBe('KEY_EXISTS')
      expect(await store.find(made, [])).toEqual({kind: 'one', ref})
    })

    test('two that create the same name at once make one key', async () => {
      const {store} = bench().open
      const spec = specOf('ec-p256')
      const outcomes = await Promise.all([1, 2, 3].map(async () => outcome(store.create(spec, intent()))))
      expect(outcomes.toSorted()).toEqual(['KEY_EXISTS', 'KEY_EXISTS', 'ok'])
    })

    test.each(['', 'A', '1a', 'a_b', 'a'.repeat(64), 'a\n', 'a b', 'ä'])(
      'the name %j is refused',
      async (label) => {
        const {store} = bench().open
        const count = (await all(store)).length
        expect(await outcome(store.create(specOf(secret, {label}), intent()))).toBe('USAGE')
        expect(await all(store)).toHaveLength(count)
      },
    )

    test('every algorithm, scheme and purpose that do not go together are refused, and nothing is made', async () => {
      const {store} = bench().open
      const count = (await all(store)).length
      const wrong: KeySpec[] = []
      for (const algorithm of algorithms)
        for (const scheme of schemes)
          for (const purpose of purposes) {
            const fits: readonly string[] = schemesOf[algorithm]
            if (fits.includes(scheme) && purposesOf(scheme).includes(purpose)) continue
            wrong.push(specOf(algorithm, {scheme, purpose}))
          }
      for (const spec of wrong) expect(await outcome(store.create(spec, intent()))).toBe('UNSUPPORTED')
      expect(wrong.length).toBeGreaterThan(500)
      expect(await all(store)).toHaveLength(count)
    })

    const refused = algorithms.filter((one) => refuses.includes(one))
    test(`what it does not have is refused: ${refused.join(', ') || 'nothing'}`, async () => {
      const {store, evidence} = bench().open
      const count = (await all(store)).length
      for (const algorithm of refused)
        expect(await outcome(store.create(specOf(algorithm), intent()))).toBe('UNSUPPORTED')
      expect(await all(store)).toHaveLength(count)
      const {keys} = await evidence.capabilities()
      expect(keys.map(({algorithm}) => algorithm)).toEqual(
        algorithms.filter((one) => !refuses.includes(one) || lacks.includes(one)),
      )
    })
  })
}
