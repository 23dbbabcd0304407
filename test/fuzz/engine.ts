/** Mutations of good inputs, one case after another: what a reader took, what it refused, and how long it needed. */
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
  /** Cases in a full run of the tests, a million unless told; `npm run fuzz` has a million of each. */
  readonly cases?: number
  /** Cases in a quick run. */
  readonly quick?: number
}

export interface Found {
  taken: number
  refused: number
  /** Milliseconds that the slowest answer took; the machine may have been busy with something else. */
  slowestMs: number
}

/** Milliseconds within which every answer is given. */
const limit = 100

export const isTypeError = (error: unknown): boolean => error instanceof TypeError
export const isCode =
  (...codes: readonly string[]) =>
  (error: unknown): boolean =>
    error instanceof KeyriteError && codes.includes(error.code)

/** @throws Error, with the case that brings it back, for an input that is taken wrongly, crashes its reader or takes too long. */
export function campaign(target: Target, seed: number, cases: Iterable<number>): Found {
  const found = {taken: 0, refused: 0, slowestMs: 0}
  for (const at of cases) oneCase(target, seed, at, found)
  return found
}

/** 0 … count - 1. */
export function* upTo(count: number): Generator<number> {
  for (let at = 0; at < count; at++) yield at
}

function oneCase(target: Target, seed: number, at: number, found: Found): void {
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
  const tookMs = performance.now() - started
  if (tookMs > limit && fastest(target, bytes, from) > limit) fail('took too long')
  found.slowestMs = Math.max(found.slowestMs, tookMs)
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
