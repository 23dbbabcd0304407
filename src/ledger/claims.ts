/**
 * Whether every opening is of some entry. Openings lie in the order in which their entries came, so only those around the
 * entry that is being read are kept in mind; what was not asked for by then is looked for once more, in all entries.
 */
import type {Problem} from './fold.ts'
import type {Store} from './store.ts'

/** How many are read at once, and how many wait at most before no more are read ahead. */
const piece = 1024

type Openings = Pick<Store, 'commitments' | 'hashed'>

export class Claims {
  readonly #store: Openings
  readonly #waiting = new Set<string>()
  #after = 0
  #ended = false

  constructor(store: Openings) {
    this.#store = store
  }

  /** An entry refers to this commitment. */
  claim(commitment: string): void {
    if (this.#waiting.size < piece) this.#readOn()
    this.#waiting.delete(commitment)
  }

  /** Once all entries have been read: openings that none of them refers to. */
  *problems(): Generator<Problem> {
    while (!this.#ended) this.#readOn()
    if (this.#waiting.size > 0) this.#askAgain()
    for (const one of this.#waiting)
      yield {rule: 'opening', seq: null, message: `opening ${one.slice(0, 12)}… is of no entry here`}
  }

  #readOn(): void {
    if (this.#ended) return
    const {last, found} = this.#store.commitments(this.#after, piece)
    this.#ended = found.length < piece
    this.#after = last
    for (const one of found) this.#waiting.add(one)
  }

  /** They lie in another order where rows were put by another way than this one. */
  #askAgain(): void {
    for (let from = 0; this.#waiting.size > 0; from += piece) {
      const rows = this.#store.hashed(from, piece)
      for (const {hashed} of rows)
        for (const [, one] of Buffer.from(hashed)
          .toString('latin1')
          .matchAll(/"\$":"([0-9a-f]{64})"/g))
          this.#waiting.delete(one ?? '')
      if (rows.length < piece) return
    }
  }
}
