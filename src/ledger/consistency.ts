/**
 * RFC 9162 section 2.1.4: that one tree is the beginning of another. As strict as the published vectors: nothing is
 * consistent with the empty tree, and equal sizes take an empty proof and equal roots.
 */
import {sameBytes} from '../base/bytes.ts'
import {largestPowerBelow, nodeHash, type RangeRoot} from './merkle.ts'

/** Section 2.1.4.1. @throws TypeError unless `first` is at least 1 and at most `second`. */
export function consistencyProof(first: number, second: number, range: RangeRoot): Buffer[] {
  if (!areSizes(first, second)) throw new TypeError(`no proof leads from ${first} entries to ${second}`)
  return subproof(first, 0, second, range)
}

/** The proof over the leaves `from` to `to` - 1; where the first tree is a left part of its own, its root is known. */
function subproof(first: number, from: number, to: number, range: RangeRoot): Buffer[] {
  const size = to - from
  if (first === size) return from === 0 ? [] : [range(from, to)]
  const middle = from + largestPowerBelow(size)
  return first <= middle - from
    ? [...subproof(first, from, middle, range), range(middle, to)]
    : [...subproof(first - (middle - from), middle, to, range), range(from, middle)]
}

/** Section 2.1.4.2: whether `proof` leads from the tree of size `first` to that of size `second`. */
export function verifyConsistency(
  first: number,
  second: number,
  proof: readonly Uint8Array[],
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
): boolean {
  if (!areSizes(first, second)) return false
  if (first === second) return proof.length === 0 && sameBytes(firstRoot, secondRoot)
  if (proof.length === 0 || ![firstRoot, secondRoot, ...proof].every((hash) => hash.length === 32))
    return false
  const [start = firstRoot, ...path] = isPowerOfTwo(first) ? [firstRoot, ...proof] : proof
  let [at, last] = [first - 1, second - 1]
  while (at % 2 === 1) [at, last] = [half(at), half(last)]
  let [old, whole]: [Uint8Array, Uint8Array] = [start, start]
  for (const node of path) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      ;[old, whole] = [nodeHash(node, old), nodeHash(node, whole)]
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else whole = nodeHash(whole, node)
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && sameBytes(old, firstRoot) && sameBytes(whole, secondRoot)
}

function areSizes(first: number, second: number): boolean {
  return Number.isSafeInteger(first) && Number.isSafeInteger(second) && first >= 1 && first <= second
}

function half(value: number): number {
  return Math.floor(value / 2)
}

/** Sizes go beyond 32 bits, so not by `&`. */
function isPowerOfTwo(size: number): boolean {
  return size === 1 || largestPowerBelow(size) * 2 === size
}
