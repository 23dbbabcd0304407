/** The Merkle tree of a store, read as it is asked for: proofs over any number of entries in little memory. */
import {nodeHash, rootOf, largestPowerBelow, type RangeRoot} from './merkle.ts'
import type {Store} from './store.ts'

/** Roots of whole blocks of so many leaves are remembered, so that several proofs cost one pass over the store. */
const block = 256

/**
 * The roots of ranges of stored leaf hashes. They are not held against their entries here: whoever makes a proof of them
 * verifies it.
 * @returns a function that throws TypeError where a leaf is missing.
 */
export function storedTree(store: Pick<Store, 'leaves'>): RangeRoot {
  const known = new Map<number, Buffer>()
  const read = (from: number, size: number): Buffer => {
    const leaves = store.leaves(from, size)
    if (leaves.length !== size) throw new TypeError('entries are missing')
    return rootOf(leaves)
  }
  const range: RangeRoot = (from, to) => {
    const size = to - from
    if (size < block) return read(from, size)
    if (size === block) {
      const root = known.get(from) ?? read(from, size)
      known.set(from, root)
      return root
    }
    const middle = from + largestPowerBelow(size)
    return nodeHash(range(from, middle), range(middle, to))
  }
  return range
}
