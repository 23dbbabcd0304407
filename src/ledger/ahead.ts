/** Reads openings ahead: they lie in the store in the order of the entries that they came with, so whole pieces are read at once. */
import {hash} from 'node:crypto'
import {parseJcs} from '../base/jcs.ts'
import {opens} from './contents.ts'
import type {Seal} from './source.ts'
import type {SealedRow, Store} from './store.ts'

/** How many are read at once. */
const piece = 256
interface Piece {
  readonly list: readonly SealedRow[]
  /** By commitment, where they were asked for in another order. */
  readonly found: Map<string, SealedRow>
}

const empty: Piece = {list: [], found: new Map()}

export class OpeningsAhead {
  readonly #store: Pick<Store, 'opening' | 'sealed'>
  /** The piece that was read last, and the one before it. */
  #pieces: readonly [Piece, Piece] = [empty, empty]
  #after = 0
  /** Where in the piece that was read last the one stands that comes next. */
  #next = 0
  /** How often what was read last was asked for: reading on makes sense only while it is. */
  #used = piece

  constructor(store: Pick<Store, 'opening' | 'sealed'>) {
    this.#store = store
  }

  /** What is there behind a commitment; asked for one by one only where it lies elsewhere than expected. */
  seal(commitment: string): Seal {
    const found = this.#find(commitment)
    if (found !== undefined) return this.#sealOf(found)
    const opening = this.#store.opening(commitment)
    return opening === undefined ? undefined : opens(opening) ? 'whole' : 'changed'
  }

  #sealOf({commitment, sealed, value}: SealedRow): Seal {
    if (value === null || hash('sha256', sealed, 'hex') !== commitment) return 'changed'
    return isPlainText(value) || isCanonical(Buffer.from(value)) ? 'whole' : 'changed'
  }

  #find(commitment: string): SealedRow | undefined {
    const expected = this.#pieces[0].list[this.#next]
    if (expected?.commitment === commitment) {
      this.#next += 1
      this.#used += 1
      return expected
    }
    const found = this.#read(commitment)
    if (found !== undefined) {
      this.#used += 1
      return found
    }
    if (this.#used < piece / 2) return undefined
    this.#readOn()
    const [{list}] = this.#pieces
    this.#next = list[0]?.commitment === commitment ? 1 : 0
    return this.#next === 1 ? list[0] : this.#read(commitment)
  }

  #read(commitment: string): SealedRow | undefined {
    for (const {list, found} of this.#pieces) {
      if (found.size === 0) for (const one of list) found.set(one.commitment, one)
      const one = found.get(commitment)
      if (one !== undefined) return one
    }
    return undefined
  }

  #readOn(): void {
    const list = this.#store.sealed(this.#after, piece)
    this.#after = list.at(-1)?.at ?? this.#after
    this.#used = 0
    this.#pieces = [{list, found: new Map()}, this.#pieces[0]]
  }
}

/** Whether a value is, at first sight, the canonical JSON of a text without anything special in it. */
function isPlainText(value: string): boolean {
  return /^"[ !#-[\]-~]*"$/.test(value)
}

function isCanonical(value: Uint8Array): boolean {
  try {
    parseJcs(value)
    return true
  } catch {
    return false
  }
}
