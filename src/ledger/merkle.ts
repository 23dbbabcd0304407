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

/** The tree's right edge: adds a leaf and gives the root in O(log n), without the leaves before. */
export class Frontier {
  /** Roots of full subtrees, largest first; the set bits of `size` say how large each is. */
  #peaks: Buffer[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  add(leaf: Uint8Array): void {
    let node: Buffer = Buffer.from(leaf)
    for (let bit = this.#size; bit % 2 === 1; bit = Math.floor(bit / 2))
      node = nodeHash(take(this.#peaks.pop()), node)
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

/** RFC 6962 section 2.1.1: the hashes from the leaf's sibling up to the root's child. */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): Buffer[] {
  if (leaves.length <= 1) return []
  const split = largestPowerBelow(leaves.length)
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)]
  return index < split
    ? [...inclusionProof(left, index), rootOf(right)]
    : [...inclusionProof(right, index - split), rootOf(left)]
}

/** RFC 9162 section 2.1.3.2: whether `proof` leads from the leaf at `index` to `root` of a tree of `size`. */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (index < 0 || index >= size) return false
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

function largestPowerBelow(size: number): number {
  let power = 1
  while (power * 2 < size) power *= 2
  return power
}

function take(peak: Buffer | undefined): Buffer {
  if (peak === undefined) throw new TypeError('the frontier and its size disagree')
  return peak
}
