/**
 * Fuzzing of parsers: whatever a file says, its reader gives an answer of its own, at once, and takes only what it would
 * write itself. FUZZ_SEED=N runs again what a run printed; FUZZ_CASE=N only that case of it.
 */
import {expect, test} from '@jest/globals'
import {KeyriteError} from '../../src/base/errors.ts'
import type {Mutation} from './bytes.ts'
import {Rng} from './rng.ts'

export interface Target {
  readonly name: string
  /** Good inputs: each is taken as it is. */
  readonly seeds: readonly Buffer[]
  readonly mutations: readonly Mutation[]
  /**
   * Reads the bytes; throws what its reader throws where it refuses them.
   * @returns what is wrong with having taken them; undefined if nothing is.
   */
  readonly take: (bytes: Buffer, seed: Buffer) => string | undefined
  /** The reading alone, where `take` does more: only that has to be done at once. */
  readonly read?: (bytes: Buffer) => unknown
  /** Whether this is how the reader refuses. */
  readonly refuses: (error: unknown) => boolean
  /** Cases in a full run; a million unless told. */
  readonly cases?: number
  /** Cases in a quick run. */
  readonly quick?: number
}

const slow = process.env['SLOW'] === '1'
const given = process.env['FUZZ_SEED']
/** The same in every quick run; another in each full one. */
const seed = given === undefined ? (slow ? Date.now() % 1_000_000 : 20261122) : Number(given)
const only = process.env['FUZZ_CASE']
/** Milliseconds within which every answer is given. */
const limit = 100

export const isTypeError = (error: unknown): boolean => error instanceof TypeError
export const isCode =
  (...codes: readonly string[]) =>
  (error: unknown): boolean =>
    error instanceof KeyriteError && codes.includes(error.code)

/** One test: the good inputs are taken, and no mutation of them is taken wrongly, crashes or hangs the reader. */
export function fuzz(target: Target): void {
  const cases = slow ? (target.cases ?? 1_000_000) : (target.quick ?? 1500)
  test(
    `${target.name}: ${cases.toLocaleString('en-GB')} mutations (FUZZ_SEED=${seed})`,
    () => {
      for (const one of target.seeds) expect(target.take(one, one)).toBeUndefined()
      const found = {taken: 0, refused: 0}
      if (only !== undefined) run(target, Number(only), found)
      else for (let at = 0; at < cases; at++) run(target, at, found)
      if (only === undefined) expect(found.refused).toBeGreaterThan(cases / 20)
    },
    slow ? 7_200_000 : 60_000,
  )
}

function run(target: Target, at: number, found: {taken: number; refused: number}): void {
  const rng = new Rng(seed, at)
  const from = rng.pick(target.seeds)
  let bytes = from
  for (let count = 1 + rng.below(3); count > 0; count--)
    bytes = rng.pick(target.mutations)(rng, bytes, target.seeds)
  const fail = (what: string, cause?: unknown): never => {
    throw new Error(
      `${target.name}: ${what} (FUZZ_SEED=${seed} FUZZ_CASE=${at}, base64 ${bytes.toString('base64').slice(0, 3000)})`,
      {cause},
    )
  }
  const started = performance.now()
  try {
    const wrong = target.take(bytes, from)
    if (wrong !== undefined) fail(`took what it must not: ${wrong}`)
    found.taken += 1
  } catch (error) {
    if (!target.refuses(error))
      throw error instanceof Error && error.message.startsWith(target.name)
        ? error
        : fail(`threw ${String(error)}`, error)
    found.refused += 1
  }
  if (performance.now() - started > limit && fastest(target, bytes, from) > limit) fail('took too long')
}

/** The machine may have been busy: what is slow is slow each time, and by the processor's time, which waiting for others does not take. */
function fastest(target: Target, bytes: Buffer, from: Buffer): number {
  let best = Number.POSITIVE_INFINITY
  // The collector works in threads whose time counts too: it ends, and what is slow stays slow.
  for (let turn = 0; turn < 20 && best > limit; turn++) {
    const started = process.cpuUsage()
    try {
      if (target.read === undefined) target.take(bytes, from)
      else target.read(bytes)
    } catch {
      // only the time counts here
    }
    const {user, system} = process.cpuUsage(started)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}
