/**
 * The Merkle tree in memory: of whole blocks only their roots and what stands over them, of the newest leaves every node.
 * So the root of any size costs a few hashes, and a million entries a few megabytes. Leaves of a block that is no longer
 * here are read again from where the entries lie, and held against the root of their block.
 */
import {hash} from 'node:crypto'
import {LeafIndex} from './leaf-index.ts'
import {block, largestPowerBelow, type RangeRoot} from './merkle.ts'

const hashBytes = 32
/** The level at which one node stands over a block. */
const top = Math.log2(block)
/** How many blocks stay here whole, and how many of those that were read again. */
const [newest, again] = [64, 64]
/** Nodes of an upper level in one piece of memory; even, so that two siblings always lie side by side. */
const perPiece = 1_024

/** Leaf hashes from a position on, as they are stored; fewer where there are not so many. */
export type LeavesAt = (from: number, count: number) => readonly Uint8Array[]

/** 0x01 and two hashes: what is hashed to a node. */
const pair = Buffer.alloc(1 + 2 * hashBytes, 1)
const [left, right] = [1, 1 + hashBytes]

export class Tree {
  readonly #leaves: LeavesAt | undefined
  /** Every node below the root of a block, by block: leaves first, then level by level. */
  readonly #blocks = new Map<number, Buffer>()
  readonly #again = new Map<number, Buffer>()
  /** Full subtrees over whole blocks: the nodes at `#upper[n]` stand over 2^n blocks each. */
  readonly #upper: Buffer[][] = []
  readonly #index = new LeafIndex((at, leaf) => this.#isLeaf(at, leaf))
  #size = 0

  /** @param leaves - where older leaves are read again; without it, all stay here. */
  constructor(leaves?: LeavesAt) {
    this.#leaves = leaves
  }

  get size(): number {
    return this.#size
  }

  /** @param leaf - hex. */
  add(leaf: string): void {
    let at = this.#size
    const nodes = this.#newBlock(Math.floor(at / block))
    let place = (at % block) * hashBytes
    nodes.write(leaf, place, hashBytes, 'hex')
    this.#index.add(nodes, place, at)
    this.#size += 1
    for (let level = 0; at % 2 === 1; level += 1) {
      const [from, start] = level < top ? [nodes, place - hashBytes] : this.#upperPlace(level, at - 1)
      from.copy(pair, left, start, start + 2 * hashBytes)
      at = (at - 1) / 2
      const [to, target] =
        level + 1 < top ? [nodes, offsetIn(level + 1, at)] : this.#upperPlace(level + 1, at)
      to.write(hash('sha256', pair, 'binary'), target, hashBytes, 'binary')
      place = target
    }
  }

  /** Forgets the leaves from `size` on. */
  cut(size: number): void {
    this.#size = Math.min(size, this.#size)
    // Of a block that is whole no longer, what was kept may be added anew.
    for (const at of this.#again.keys()) if ((at + 1) * block > size) this.#again.delete(at)
  }

  /** The root (base64) over the first `size` leaves; undefined where there are not so many, or none. */
  root(size: number): string | undefined {
    if (!Number.isSafeInteger(size) || size < 1 || size > this.#size) return undefined
    let some = false
    // The full subtrees of this size, the smallest first.
    for (let level = 0, rest = size; rest > 0; level += 1, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 0) continue
      if (!this.#node(level, rest - 1, some ? left : right)) return undefined
      if (some && rest === 1) return hash('sha256', pair, 'base64')
      if (some) pair.write(hash('sha256', pair, 'binary'), right, hashBytes, 'binary')
      some = true
    }
    return pair.toString('base64', right, right + hashBytes)
  }

  /** The root over leaves `from` to `to` - 1, as a proof splits them. */
  readonly range: RangeRoot = (from, to) => {
    const size = to - from
    const level = Math.log2(size)
    if (Number.isInteger(level) && from % size === 0) {
      if (to > this.#size || !this.#node(level, from / size, left))
        throw new TypeError('the tree is not that large, or its entries are not what they were')
      return Buffer.from(pair.subarray(left, right))
    }
    const middle = from + largestPowerBelow(size)
    const [before, after] = [this.range(from, middle), this.range(middle, to)]
    before.copy(pair, left)
    after.copy(pair, right)
    return Buffer.from(hash('sha256', pair, 'hex'), 'hex')
  }

  /** The newest position of a leaf (hex). */
  find(leaf: string): number | undefined {
    const bytes = Buffer.from(leaf, 'hex')
    return bytes.length === hashBytes ? this.#index.find(bytes, this.#size) : undefined
  }

  #newBlock(at: number): Buffer {
    const here = this.#blocks.get(at)
    if (here !== undefined) return here
    const old = this.#leaves === undefined ? undefined : this.#blocks.get(at - newest)
    if (old !== undefined) this.#blocks.delete(at - newest)
    const nodes = old ?? Buffer.allocUnsafeSlow(2 * block * hashBytes)
    this.#blocks.set(at, nodes)
    return nodes
  }

  #upperPlace(level: number, at: number): readonly [Buffer, number] {
    const pieces = (this.#upper[level - top] ??= [])
    const piece = (pieces[Math.floor(at / perPiece)] ??= Buffer.allocUnsafeSlow(perPiece * hashBytes))
    return [piece, (at % perPiece) * hashBytes]
  }

  /** Puts a full subtree's root into the pair; false where its leaves are not what they were. */
  #node(level: number, at: number, target: number): boolean {
    if (level >= top) {
      const [piece, start] = this.#upperPlace(level, at)
      piece.copy(pair, target, start, start + hashBytes)
      return true
    }
    const number = Math.floor(at / 2 ** (top - level))
    const nodes = this.#blocks.get(number) ?? this.#again.get(number) ?? this.#readAgain(number)
    if (nodes === undefined) return false
    const start = offsetIn(level, at)
    nodes.copy(pair, target, start, start + hashBytes)
    return true
  }

  #isLeaf(at: number, leaf: Uint8Array): boolean {
    const number = Math.floor(at / block)
    const nodes = this.#blocks.get(number) ?? this.#again.get(number) ?? this.#readAgain(number)
    if (nodes === undefined) return false
    const start = offsetIn(0, at)
    return nodes.compare(leaf, 0, hashBytes, start, start + hashBytes) === 0
  }

  /** The nodes of a whole block, from its leaves; undefined where they do not lead to its root. */
  #readAgain(number: number): Buffer | undefined {
    const leaves = this.#leaves?.(number * block, block) ?? []
    if (leaves.length !== block || leaves.some((leaf) => leaf.length !== hashBytes)) return undefined
    const kept = Buffer.from(pair)
    const nodes = Buffer.allocUnsafeSlow(2 * block * hashBytes)
    for (const [at, leaf] of leaves.entries()) nodes.set(leaf, at * hashBytes)
    for (let from = 0, to = block * hashBytes; to < nodes.length - hashBytes; to += hashBytes) {
      nodes.copy(pair, left, from, from + 2 * hashBytes)
      nodes.write(hash('sha256', pair, 'binary'), to, hashBytes, 'binary')
      from += 2 * hashBytes
    }
    kept.copy(pair)
    const [piece, start] = this.#upperPlace(top, number)
    const root = nodes.length - 2 * hashBytes
    if (piece.compare(nodes, root, root + hashBytes, start, start + hashBytes) !== 0) return undefined
    if (this.#again.size >= again) this.#again.clear()
    this.#again.set(number, nodes)
    return nodes
  }
}

/** Where a node lies among those of its block. */
function offsetIn(level: number, at: number): number {
  const width = block / 2 ** level
  return (2 * block - 2 * width + (at % width)) * hashBytes
}
