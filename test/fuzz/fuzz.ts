/**
 * Fuzzing of parsers: whatever a file says, its reader gives an answer of its own, at once, and takes only what it would
 * write itself. FUZZ_SEED=N runs again what a run printed; FUZZ_CASE=N only that case of it. `npm run fuzz` is without a test runner.
 */
import {expect, test} from '@jest/globals'
import {campaign, upTo, type Target} from './engine.ts'

export {isCode, isTypeError, type Target} from './engine.ts'

const slow = process.env['SLOW'] === '1'
const given = process.env['FUZZ_SEED']
/** The same in every quick run; another in each full one. */
const seed = given === undefined ? (slow ? Date.now() % 1_000_000 : 20261122) : Number(given)
const only = process.env['FUZZ_CASE']

/** All that were declared, for `npm run fuzz`. */
export const targets: Target[] = []

/** One test: the good inputs are taken, and no mutation of them is taken wrongly, crashes or hangs the reader. */
export function fuzz(target: Target): void {
  targets.push(target)
  const cases = slow ? (target.cases ?? 1_000_000) : (target.quick ?? 1500)
  test(
    `${target.name}: ${cases.toLocaleString('en-GB')} mutations (FUZZ_SEED=${seed})`,
    () => {
      for (const one of target.seeds) expect(target.take(one, one)).toBeUndefined()
      const found = campaign(target, seed, only === undefined ? upTo(cases) : [Number(only)])
      if (only === undefined) expect(found.refused).toBeGreaterThan(cases / 20)
    },
    slow ? 7_200_000 : 60_000,
  )
}
