/**
 * Private values that are gone, and the entries that say so (`openings.erased`). A replay meets the gap first and what
 * explains it later: so a missing opening is remembered, and is a problem only if no later entry names it.
 */
import type {Json} from '../base/jcs.ts'
import {isPrivate, type Entry} from './entry.ts'
import {problem, type Problem} from './fold.ts'

export const erasedType = 'openings.erased'

/** The commitments that an entry erases; undefined where its data is not of its form. */
export function erasedBy({data}: Pick<Entry, 'data'>): readonly string[] | undefined {
  if (Object.keys(data).sort().join() !== 'commitments,reason' || !isPrivate(data['reason'])) return undefined
  const {commitments} = data
  if (!Array.isArray(commitments)) return undefined
  const list: readonly Json[] = commitments
  const texts = list.filter((one) => typeof one === 'string')
  const wellFormed = texts.length === list.length && texts.every((one) => /^[0-9a-f]{64}$/.test(one))
  const inOrder = texts.every((one, at) => at === 0 || one > (texts[at - 1] ?? ''))
  return wellFormed && inOrder && texts.length > 0 ? texts : undefined
}

export class Erasures {
  /** From a commitment whose opening is not there to the first entry that holds it. */
  readonly #missing = new Map<string, number>()
  #count = 0

  /** How many private values the entries so far say to be erased. */
  get count(): number {
    return this.#count
  }

  /** An opening is not there. */
  miss(commitment: string, seq: number): void {
    if (!this.#missing.has(commitment)) this.#missing.set(commitment, seq)
  }

  /** What is wrong with an entry that erases: its form, or that something is still there. */
  judge(entry: Entry, isThere: (commitment: string) => boolean): Problem[] {
    const commitments = erasedBy(entry)
    if (commitments === undefined) return [problem('opening', entry, 'data is not of its form')]
    return commitments
      .filter(isThere)
      .map((one) =>
        problem('opening', entry, `private value ${one.slice(0, 12)}… was to be erased, and is still there`),
      )
  }

  take(entry: Entry): void {
    for (const one of erasedBy(entry) ?? []) {
      this.#missing.delete(one)
      this.#count += 1
    }
  }

  /** Every opening that is missing and that no entry erased. */
  *unexplained(): Generator<Problem> {
    for (const [commitment, seq] of this.#missing)
      yield {rule: 'opening', seq, message: `private value ${commitment.slice(0, 12)}… is missing`}
  }
}
