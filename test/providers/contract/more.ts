/** What only some services have beside the five ports: it is there where it was promised, and nowhere else. */
import {describe, expect, test} from '@jest/globals'
import type {Bench, Expected} from '../contract.ts'
import {bytesOf, enabled, outcome, specOf, usual} from '../support.ts'

export function moreContract({has = [], refuses, destructionDays}: Expected, bench: () => Bench): void {
  const {secret} = usual(refuses)

  describe('what only some services have', () => {
    test(`is ${has.join(', ') || 'nothing'} here`, () => {
      const {random, deletion, rights} = bench().open
      const found = Object.entries({random, deletion, rights}).filter(([, port]) => port !== undefined)
      expect(found.map(([name]) => name)).toEqual(has)
    })

    if (has.includes('random'))
      test('random bytes are as many as were asked for, and others each time', async () => {
        const {random} = bench().open
        const [one, other] = [await random?.(40), await random?.(40)].map((all) => all && bytesOf(all))
        expect(one).toHaveLength(40)
        expect(other).toHaveLength(40)
        expect(one).not.toEqual(other)
      })

    if (has.includes('deletion'))
      test('what is destroyed is deleted, for good, and nothing else is', async () => {
        const ref = await enabled(bench().open, specOf(secret))
        expect(await outcome(bench().open.deletion?.deleteVersion(ref) ?? Promise.resolve())).toBe(
          'KEY_STATE',
        )
        await bench().open.life.scheduleDestruction(ref, destructionDays.least)
        await bench().forward(destructionDays.least + 1)
        await bench().reopen()
        const {deletion, store} = bench().open
        await deletion?.deleteVersion(ref)
        await deletion?.deleteKey(ref.key)
        expect(await deletion?.isGone(ref)).toBe(true)
        expect(await store.describe(ref)).toBeUndefined()
      })

    if (has.includes('rights'))
      test('rights are given, read, taken, and stripped', async () => {
        const {key} = await enabled(bench().open, specOf(secret))
        const {rights} = bench().open
        const right = {role: 'roles/cloudkms.signer', member: 'user:ci@example.com', condition: null}
        await rights?.give(key, [right])
        expect(await rights?.read(key)).toMatchObject([right])
        await rights?.take(key, [right])
        expect(await rights?.read(key)).toEqual([])
        await rights?.give(key, [right])
        expect(await rights?.strip(key, [])).toMatchObject({taken: [right], left: []})
      })
  })
}
