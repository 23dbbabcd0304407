/** The Merkle tree of a store, read as it is asked for: proofs over any number of entries in little memory. */
import {block, nodeHash, rootOf, largestPowerBelow, type RangeRoot} from './merkle.ts'
import type {Store} from './store.ts'

/**
 * The roots of ranges of stored leaf hashes. They are not held against their entries here: whoever makes a proof of them
 * verifies it.
 * @param blocks - the roots of whole blocks, where they are known already; else they cost one pass over the store
 * @returns a function that throws TypeError where a leaf is missing.
 */
export function storedTree(store: Pick<Store, 'leaves'>, blocks: readonly Uint8Array[] = []): RangeRoot {
  const known = new Map<number, Buffer>(blocks.map((root, at) => [at * block, Buffer.from(root)]))
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
