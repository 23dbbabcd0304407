/**
 * The Merkle tree of RFC 6962 section 2.1 / RFC 9162 section 2.1. Hashes are 32-byte buffers.
 */
import {sameBytes, sha256} from '../base/bytes.ts'

const nodePrefix = Buffer.from([1])

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(nodePrefix, left, right)
}

/** The root of the empty tree: SHA-256 of nothing. */
export const emptyRoot = sha256('')

/** How many leaves stand below one remembered node. */
export const block = 256

/** The tree's right edge: adds a leaf and gives the root in O(log n), without the leaves before. */
export class Frontier {
  /** Roots of full subtrees, largest first; the set bits of `size` say how large each is. */
  #peaks: Buffer[] = []
  readonly #blocks: Buffer[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The roots of each full `block` of leaves so far: proofs are made of them without all leaves. */
  get blocks(): readonly Uint8Array[] {
    return this.#blocks
  }

  add(leaf: Uint8Array): void {
    let node: Buffer = Buffer.from(leaf)
    let leaves = 1
    for (let bit = this.#size; bit % 2 === 1; bit = Math.floor(bit / 2)) {
      node = nodeHash(take(this.#peaks.pop()), node)
      leaves *= 2
      if (leaves === block) this.#blocks.push(node)
    }
    this.#peaks.push(node)
    this.#size += 1
  }

  root(): Buffer {
    let root: Buffer | undefined
    for (const peak of [...this.#peaks].reverse()) root = root === undefined ? peak : nodeHash(peak, root)
    return root ?? emptyRoot
  }
}

/** RFC 6962 root over leaf hashes in order. */
export function rootOf(leaves: Iterable<Uint8Array>): Buffer {
  const frontier = new Frontier()
  for (const leaf of leaves) frontier.add(leaf)
  return frontier.root()
}

/** The root over the leaves `from` to `to` - 1, of which there is at least one. */
export type RangeRoot = (from: number, to: number) => Buffer

/** RFC 6962 section 2.1.1: the hashes from the leaf's sibling up to the root's child. */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): Buffer[] {
  return inclusionPath(index, leaves.length, (from, to) => rootOf(leaves.slice(from, to)))
}

/** The same for the leaf at `index` of `size`, where the tree is not in memory. */
export function inclusionPath(index: number, size: number, range: RangeRoot, start = 0): Buffer[] {
  if (size <= 1) return []
  const split = largestPowerBelow(size)
  const [middle, end] = [start + split, start + size]
  return index < split
    ? [...inclusionPath(index, split, range, start), range(middle, end)]
    : [...inclusionPath(index - split, size - split, range, middle), range(start, middle)]
}

/** RFC 9162 section 2.1.3.2: whether `proof` leads from the leaf at `index` to `root` of a tree of `size`. */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (index < 0 || index >= size || ![leaf, root, ...proof].every((hash) => hash.length === 32)) return false
  let [at, last] = [index, size - 1]
  let hash: Buffer = Buffer.from(leaf)
  for (const sibling of proof) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else hash = nodeHash(hash, sibling)
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && sameBytes(hash, root)
}

function half(value: number): number {
  return Math.floor(value / 2)
}

/** The largest power of two that is less than `size`, which is at least 2. */
export function largestPowerBelow(size: number): number {
  let power = 1
  while (power * 2 < size) power *= 2
  return power
}

function take(peak: Buffer | undefined): Buffer {
  if (peak === undefined) throw new TypeError('the frontier and its size disagree')
  return peak
}
