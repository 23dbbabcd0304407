/** Sets of shares for tests. */
import {randomBytes} from 'node:crypto'
import {KeyriteError} from '../../src/base/errors.ts'
import {split, type SetFacts, type Sharing, type Split} from '../../src/shares/split.ts'
import type {Head} from '../../src/shares/head.ts'
import type {Wrapped} from '../../src/shares/format.ts'

export const slow = process.env['SLOW'] === '1'
export const draw = (count: number): Buffer => randomBytes(count)
export const head: Head = {holder: 'Carol Example', ledger: 'ab'.repeat(32), entry: 42}

export function splitFor(secret: string, sharing: Sharing): Split {
  return split(Buffer.from(secret), sharing, draw)
}

export function factsOf({set, kcv, commitments}: Split, {threshold, holders}: Sharing): SetFacts {
  return {set, kcv, commitments, threshold, holders}
}

export function wrappedOf({set, kcv, wrapped}: Split): Wrapped {
  return {set, kcv, bytes: wrapped}
}

/** What it was refused with. Anything but a KeyriteError fails the test, as does no refusal. */
export function refusal(act: () => unknown): KeyriteError {
  try {
    act()
  } catch (error) {
    if (error instanceof KeyriteError) return error
    throw error
  }
  throw new Error('it was not refused')
}

/** Numbers that are the same for a seed. */
export function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
