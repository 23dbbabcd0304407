/** The Merkle tree in memory: every node once, 64 bytes an entry, so that the root at any size costs a few hashes. */
import {hash, randomBytes} from 'node:crypto'
import {largestPowerBelow, type RangeRoot} from './merkle.ts'

const hashBytes = 32
/** Hashes in one piece of memory; even, so that two siblings always lie side by side. */
const perPiece = 8_192

/** Hashes one after the other, in pieces: growing never copies what is there. */
class Hashes {
  readonly #pieces: Buffer[] = []
  size = 0

  push(hex: string): void {
    const last = Math.floor(this.size / perPiece)
    this.#pieces[last] ??= Buffer.allocUnsafeSlow(perPiece * hashBytes)
    this.piece(this.size).write(hex, this.offset(this.size), hashBytes, 'hex')
    this.size += 1
  }

  piece(at: number): Buffer {
    const piece = this.#pieces[Math.floor(at / perPiece)]
    if (piece === undefined) throw new TypeError('the tree is not that large')
    return piece
  }

  offset(at: number): number {
    return (at % perPiece) * hashBytes
  }
}

/** Where a hash lies. */
interface Place {
  readonly piece: Buffer
  readonly offset: number
}

/** 0x01 and two hashes: what is hashed to a node. */
const pair = Buffer.alloc(1 + 2 * hashBytes, 1)

export class Tree {
  /** Full subtrees: the nodes at level n stand over 2^n leaves each. */
  readonly #levels: Hashes[] = []
  readonly #index = new LeafIndex((at) => this.#leaf(at))

  get size(): number {
    return this.#levels[0]?.size ?? 0
  }

  /** @param leaf - hex. */
  add(leaf: string): void {
    let node = leaf
    for (let height = 0; ; height += 1) {
      const level = (this.#levels[height] ??= new Hashes())
      level.push(node)
      if (level.size % 2 === 1) return
      const left = level.size - 2
      level.piece(left).copy(pair, 1, level.offset(left), level.offset(left) + 2 * hashBytes)
      node = hash('sha256', pair, 'hex')
    }
  }

  /** Forgets the leaves from `size` on. */
  cut(size: number): void {
    for (const [height, level] of this.#levels.entries()) level.size = Math.floor(size / 2 ** height)
    this.#index.cut(size)
  }

  /** The root (base64) over the first `size` leaves; undefined where there are not so many, or none. */
  root(size: number): string | undefined {
    if (!Number.isSafeInteger(size) || size < 1 || size > this.size) return undefined
    let root: Buffer | undefined
    // The full subtrees of this size, the smallest first.
    for (let height = 0, left = size; left > 0; height += 1, left = Math.floor(left / 2)) {
      if (left % 2 === 0) continue
      if (root === undefined) {
        root = Buffer.alloc(hashBytes)
        this.#node(height, left - 1, root, 0)
      } else {
        this.#node(height, left - 1, pair, 1)
        root.copy(pair, 1 + hashBytes)
        root.write(hash('sha256', pair, 'hex'), 'hex')
      }
    }
    return root?.toString('base64')
  }

  /** The root over leaves `from` to `to` - 1, as a proof splits them. */
  readonly range: RangeRoot = (from, to) => {
    const size = to - from
    const height = Math.log2(size)
    if (Number.isInteger(height) && from % size === 0) {
      const node = Buffer.alloc(hashBytes)
      this.#node(height, from / size, node, 0)
      return node
    }
    const middle = from + largestPowerBelow(size)
    const [left, right] = [this.range(from, middle), this.range(middle, to)]
    left.copy(pair, 1)
    right.copy(pair, 1 + hashBytes)
    return Buffer.from(hash('sha256', pair, 'hex'), 'hex')
  }

  /** The newest position of a leaf (hex). */
  find(leaf: string): number | undefined {
    return this.#index.find(Buffer.from(leaf, 'hex'), this.size)
  }

  #node(height: number, at: number, target: Buffer, offset: number): void {
    const level = this.#levels[height]
    if (level === undefined || at >= level.size) throw new TypeError('the tree is not that large')
    const start = level.offset(at)
    level.piece(at).copy(target, offset, start, start + hashBytes)
  }

  #leaf(at: number): Place {
    const [level] = this.#levels
    if (level === undefined) throw new TypeError('the tree is empty')
    return {piece: level.piece(at), offset: level.offset(at)}
  }
}

/**
 * Where each leaf stands, in 8 to 16 bytes a leaf: a table of positions, open addressing. Made when it is first asked for.
 * Slots are chosen with a secret factor, so that nobody can make entries that all fall on one.
 */
class LeafIndex {
  readonly #leaf: (at: number) => Place
  readonly #factor = randomBytes(4).readUInt32LE() | 1
  /** Position + 1; 0 where a slot is free. */
  #slots = new Uint32Array(1_024)
  #indexed = 0

  constructor(leaf: (at: number) => Place) {
    this.#leaf = leaf
  }

  find(leaf: Buffer, size: number): number | undefined {
    if (leaf.length !== hashBytes) return undefined
    this.#take(size)
    const at = this.#slots[this.#slotOf(leaf, 0)] ?? 0
    return at === 0 ? undefined : at - 1
  }

  /** What was found beyond is found no more; the table is made anew when it is asked for again. */
  cut(size: number): void {
    if (this.#indexed <= size) return
    this.#slots.fill(0)
    this.#indexed = 0
  }

  #take(size: number): void {
    if (size * 2 > this.#slots.length) {
      let length = this.#slots.length
      while (size * 2 > length) length *= 2
      this.#slots = new Uint32Array(length)
      this.#indexed = 0
    }
    for (; this.#indexed < size; this.#indexed += 1) {
      const {piece, offset} = this.#leaf(this.#indexed)
      this.#slots[this.#slotOf(piece, offset)] = this.#indexed + 1
    }
  }

  /** The slot of this leaf, or the free one where it would stand. */
  #slotOf(bytes: Buffer, start: number): number {
    const mask = this.#slots.length - 1
    let slot = Math.imul(bytes.readUInt32LE(start), this.#factor) >>> 0
    slot = (slot ^ (slot >>> 15)) & mask
    for (; ; slot = (slot + 1) & mask) {
      const at = this.#slots[slot] ?? 0
      if (at === 0) return slot
      const {piece, offset} = this.#leaf(at - 1)
      if (piece.compare(bytes, start, start + hashBytes, offset, offset + hashBytes) === 0) return slot
    }
  }
}
