/** Reads openings ahead: they lie in the store in the order of the entries that they came with, so whole pieces are read at once. */
import type {Opening} from './draft.ts'
import type {Store} from './store.ts'

/** How many are read at once. */
const piece = 1_000

export class OpeningsAhead {
  readonly #store: Pick<Store, 'opening' | 'openings'>
  /** The piece that was read last, and the one before it. */
  #pieces: readonly ReadonlyMap<string, Opening>[] = []
  #after = 0
  /** How often what was read last was asked for: reading on makes sense only while it is. */
  #used = piece

  constructor(store: Pick<Store, 'opening' | 'openings'>) {
    this.#store = store
  }

  /** What the store holds; asked for one by one only where it lies elsewhere than expected. */
  opening(commitment: string): Opening | undefined {
    const found = this.#read(commitment)
    if (found !== undefined) {
      this.#used += 1
      return found
    }
    if (this.#used < piece / 2) return this.#store.opening(commitment)
    this.#next()
    return this.#read(commitment) ?? this.#store.opening(commitment)
  }

  #read(commitment: string): Opening | undefined {
    for (const one of this.#pieces) {
      const found = one.get(commitment)
      if (found !== undefined) return found
    }
    return undefined
  }

  #next(): void {
    const read = this.#store.openings(this.#after, piece)
    this.#after = read.at(-1)?.at ?? this.#after
    this.#used = 0
    const [last] = this.#pieces
    this.#pieces = [new Map(read.map((one) => [one.commitment, one])), ...(last === undefined ? [] : [last])]
  }
}
