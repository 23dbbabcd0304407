import {describe, expect, test} from '@jest/globals'
import {algorithms, isPair, type Algorithm} from '../../../src/providers/algorithms.ts'
import {keepsDates} from '../../../src/providers/of-kind.ts'
import {providerKind} from '../../../src/providers/registry.ts'
import type {Bench, Expected} from '../contract.ts'
import {all, described, enabled, intent, labelled, none, outcome, specOf, usual} from '../support.ts'

const dayMs = 86_400_000

export function lifeContract(expected: Expected, bench: () => Bench): void {
  const {kind, refuses, enforces, destructionDays, rotatesWithin, noClock, leavesNothing} = expected
  const {least, most} = destructionDays
  const wait = Math.min(Math.max(least, 30), most)

  const {signer, secret} = usual(refuses)
  const canRotate = (one: Algorithm): boolean =>
    !refuses.includes('rotate') && !refuses.includes(`rotate ${one}`)
  const rotating = [signer, secret].filter(canRotate)
  const [first] = rotating

  describe('the life of a key', () => {
    test.each(enforces)('making a version %s can be said twice', async (availability) => {
      const {life, store} = bench().open
      const ref = await enabled(bench().open, specOf(secret))
      expect(await life.setAvailability(ref, availability)).toBe(availability)
      expect(await life.setAvailability(ref, availability)).toBe(availability)
      expect((await described(store, ref)).availability).toBe(availability)
    })

    const rigid = algorithms.filter((one) => !refuses.includes(one) && !canRotate(one))
    if (rigid.length > 0)
      test(`rotation is refused: ${rigid.join(', ')}`, async () => {
        const {life} = bench().open
        for (const algorithm of rigid) {
          const ref = await enabled(bench().open, specOf(algorithm))
          expect(await outcome(life.rotate(ref.key, intent()))).toBe('UNSUPPORTED')
        }
      })

    if (rotating.length > 0)
      test.each(rotating)(
        'rotation adds a version and leaves the old one as it was, or for what was made before: %s',
        async (algorithm) => {
          const {life, store, use} = bench().open
          const spec = specOf(algorithm)
          const first = await enabled(bench().open, spec)
          const made = intent()
          const second = await life.rotate(first.key, made)
          expect(second.key === first.key).toBe(rotatesWithin?.includes(algorithm) !== false)
          expect(second).not.toEqual(first)
          expect((await described(store, second)).spec).toEqual(spec)
          if (second.key !== first.key) expect(await outcome(life.rotate(first.key, made))).toBe('KEY_EXISTS')
          if (isPair(algorithm)) {
            expect((await described(store, first)).availability).toBe('enabled')
            expect(await use.publicKey(second)).not.toEqual(await use.publicKey(first))
          }
          if (enforces.includes('probe')) {
            expect((await described(store, second)).availability).toBe('probe')
            const real = Buffer.from('real')
            const used = isPair(algorithm) ? use.sign(second, real) : use.encrypt(second, real, none)
            expect(await outcome(used)).toBe('KEY_STATE')
          }
          await bench().reopen()
          expect(await bench().open.store.find(made, [first])).toEqual({kind: 'one', ref: second})
        },
      )

    if (first !== undefined)
      test('a key that is not there, or is gone, does not rotate', async () => {
        const {life} = bench().open
        const ref = await enabled(bench().open, specOf(first))
        await life.scheduleDestruction(ref, wait)
        expect(await outcome(life.rotate('nowhere', intent()))).toBe('KEY_NOT_FOUND')
        expect(await outcome(life.rotate(ref.key, intent()))).toBe(most === 0 ? 'KEY_NOT_FOUND' : 'KEY_STATE')
      })

    if (most === 0) {
      test('what is destroyed is gone at once, and nothing brings it back', async () => {
        const {life, store, use} = bench().open
        const made = intent()
        const ref = await store.create(specOf(signer), made)
        expect(await outcome(life.cancelDestruction(ref))).toBe('KEY_STATE')
        await life.scheduleDestruction(ref, 0)
        expect(await store.describe(ref)).toBeUndefined()
        expect(await store.find(made, [])).toEqual({kind: 'none'})
        for (const call of [
          life.cancelDestruction(ref),
          life.scheduleDestruction(ref, 0),
          life.setAvailability(ref, 'enabled'),
          use.sign(ref, labelled('x')),
        ])
          expect(await outcome(call)).toBe('KEY_NOT_FOUND')
        await bench().reopen()
        expect(await bench().open.store.describe(ref)).toBeUndefined()
      })
    } else waitingContract({enforces, wait, signer, noClock, leavesNothing}, bench)

    test('a date is the wait from now', async () => {
      const {life, store} = bench().open
      const ref = await store.create(specOf(secret), intent())
      const {createdAt} = await described(store, ref)
      const at = await life.scheduleDestruction(ref, most)
      expect(Math.abs(at.getTime() - (createdAt?.getTime() ?? 0) - most * dayMs)).toBeLessThan(60_000)
    })
    test.each([least - 1, most + 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
      'a wait of %p days is refused',
      async (days) => {
        const {life, store} = bench().open
        const ref = await store.create(specOf(secret), intent())
        expect(await outcome(life.scheduleDestruction(ref, days))).toBe('UNSUPPORTED')
        expect((await described(store, ref)).destroyAt).toBeNull()
      },
    )

    if (keepsDates(kind))
      test('dates are kept as they are given, of one version, and said by it', async () => {
        const {life, store} = bench().open
        const whole = (days: number): Date => new Date(Math.floor((Date.now() + days * dayMs) / 1000) * 1000)
        const dates = {from: whole(-1), until: whole(30)}
        const ref = await store.create(specOf(signer), intent(), dates)
        expect((await described(store, ref)).dates).toEqual(dates)
        const later = {from: whole(-2), until: whole(60)}
        expect(await life.setDates?.(ref, later)).toEqual(later)
        expect(await life.setDates?.(ref, later)).toEqual(later)
        expect((await described(store, ref)).dates).toEqual(later)
      })
    else
      test('no version has dates of its own', async () => {
        const {life, store} = bench().open
        expect('setDates' in life).toBe(false)
        expect((await described(store, await store.create(specOf(signer), intent()))).dates).toBeUndefined()
      })

    test('the wait of a service is cut short only where its kind says that it can be', () => {
      const {life} = bench().open
      expect('purge' in life && 'scheduleForPurge' in life).toBe(providerKind(kind).purges === true)
    })

    test('a version that is not there has no life', async () => {
      const {life, store} = bench().open
      const count = (await all(store)).length
      const ref = {key: 'nowhere', version: '1'}
      expect(await outcome(life.setAvailability(ref, 'enabled'))).toBe('KEY_NOT_FOUND')
      expect(await outcome(life.scheduleDestruction(ref, wait))).toBe('KEY_NOT_FOUND')
      expect(await outcome(life.cancelDestruction(ref))).toBe('KEY_NOT_FOUND')
      expect(await all(store)).toHaveLength(count)
    })
  })
}

/** Where a version waits before it is gone. */
function waitingContract(
  {
    enforces,
    wait,
    signer,
    noClock,
    leavesNothing,
  }: Pick<Expected, 'enforces'> & {
    readonly leavesNothing: true | undefined
    readonly noClock: true | undefined
    readonly wait: number
    readonly signer: Algorithm
  },
  bench: () => Bench,
): void {
  test(`destruction waits, can be cancelled, and is said once`, async () => {
    const {life, store, use} = bench().open
    const ref = await enabled(bench().open, specOf(signer))
    const at = await life.scheduleDestruction(ref, wait)
    expect(await described(store, ref)).toMatchObject({availability: 'destruction-pending', destroyAt: at})
    expect(await life.scheduleDestruction(ref, wait)).toEqual(at)
    expect(await outcome(life.setAvailability(ref, 'enabled'))).toBe('KEY_STATE')
    expect(await life.cancelDestruction(ref)).toBe('disabled')
    expect(await described(store, ref)).toMatchObject({availability: 'disabled', destroyAt: null})
    expect(await outcome(life.cancelDestruction(ref))).toBe('KEY_STATE')
    await life.setAvailability(ref, 'enabled')
    expect(await outcome(use.sign(ref, Buffer.from('alive again')))).toBe('ok')
  })

  if (noClock === true) return
  if (leavesNothing === true) {
    test('when the wait is over nothing is left, and nothing brings it back', async () => {
      const {life, store, use} = bench().open
      const made = intent()
      const ref = await store.create(specOf(signer), made)
      await life.scheduleDestruction(ref, wait)
      expect(await store.find(made, [])).toEqual({kind: 'one', ref})
      await bench().forward(wait - 1)
      expect((await described(store, ref)).availability).toBe('destruction-pending')
      await bench().forward(1)
      expect(await store.describe(ref)).toBeUndefined()
      expect(await store.find(made, [])).toEqual({kind: 'none'})
      expect(await outcome(life.cancelDestruction(ref))).toBe('KEY_NOT_FOUND')
      expect(await outcome(life.setAvailability(ref, 'enabled'))).toBe('KEY_NOT_FOUND')
      expect(await outcome(use.sign(ref, labelled('x')))).toBe('KEY_NOT_FOUND')
    })
    return
  }
  test('when the wait is over the version is a tombstone, and nothing brings it back', async () => {
    const {life, store, use} = bench().open
    const spec = specOf(signer)
    const made = intent()
    const ref = await store.create(spec, made)
    const at = await life.scheduleDestruction(ref, wait)
    await bench().forward(wait - 1)
    expect((await described(store, ref)).availability).toBe('destruction-pending')
    await bench().forward(1)
    expect(await described(store, ref)).toMatchObject({
      ref,
      spec,
      intent: made,
      availability: 'destroyed',
      destroyAt: at,
    })
    expect(await outcome(life.cancelDestruction(ref))).toBe('KEY_STATE')
    for (const availability of enforces)
      expect(await outcome(life.setAvailability(ref, availability))).toBe('KEY_STATE')
    expect(await outcome(use.sign(ref, labelled('x')))).toBe('KEY_STATE')
    expect(await life.scheduleDestruction(ref, wait)).toEqual(at)
    expect(await outcome(store.create(spec, intent()))).toBe('KEY_EXISTS')
    await bench().reopen()
    expect((await described(bench().open.store, ref)).availability).toBe('destroyed')
    await bench().forward(-wait * 2)
    expect((await described(bench().open.store, ref)).availability).toBe('destroyed')
    await bench().forward(wait * 2)
  })
}
