/** Where each leaf stands, in 16 bytes a leaf or a little more: a table of positions, open addressing. */
import {randomBytes} from 'node:crypto'

/**
 * Beside a position stand the first four bytes of its leaf, so that hardly ever another leaf is looked at. Slots are chosen
 * with a secret factor, so that nobody can make entries that all fall on one.
 */
export class LeafIndex {
  readonly #isLeaf: (at: number, leaf: Uint8Array) => boolean
  readonly #factor = randomBytes(4).readUInt32LE() | 1
  /** Pairs: the first bytes of a leaf, and its position + 1; 0 where a slot is free. */
  #slots = new Uint32Array(2_048)
  #taken = 0

  /** @param isLeaf - whether this leaf stands at a position. */
  constructor(isLeaf: (at: number, leaf: Uint8Array) => boolean) {
    this.#isLeaf = isLeaf
  }

  /** @param start - where in `bytes` the leaf begins. */
  add(bytes: Buffer, start: number, at: number): void {
    if (this.#taken * 3 > this.#slots.length) this.#grow()
    const first = bytes.readUInt32LE(start)
    const mask = this.#slots.length / 2 - 1
    let slot = this.#slotOf(first, mask)
    for (; ; slot = (slot + 1) & mask) {
      const there = this.#slots[2 * slot + 1] ?? 0
      if (there === 0) break
      // The same leaf again: its newest position is the one that counts, and takes no more room.
      if (this.#slots[2 * slot] !== first) continue
      if (there - 1 === at || this.#isLeaf(there - 1, bytes.subarray(start, start + 32))) break
    }
    if (this.#slots[2 * slot + 1] === 0) this.#taken += 1
    this.#slots[2 * slot] = first
    this.#slots[2 * slot + 1] = at + 1
  }

  /** The newest position below `size` of a leaf (32 bytes). */
  find(leaf: Buffer, size: number): number | undefined {
    const first = leaf.readUInt32LE(0)
    const mask = this.#slots.length / 2 - 1
    for (let slot = this.#slotOf(first, mask); ; slot = (slot + 1) & mask) {
      const there = this.#slots[2 * slot + 1] ?? 0
      if (there === 0) return undefined
      if (this.#slots[2 * slot] !== first || there > size) continue
      if (this.#isLeaf(there - 1, leaf)) return there - 1
    }
  }

  #slotOf(first: number, mask: number): number {
    const mixed = Math.imul(first, this.#factor) >>> 0
    return (mixed ^ (mixed >>> 15)) & mask
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Uint32Array(2 * old.length)
    const mask = this.#slots.length / 2 - 1
    for (let from = 0; from < old.length; from += 2) {
      const [first, there] = [old[from] ?? 0, old[from + 1] ?? 0]
      if (there === 0) continue
      let slot = this.#slotOf(first, mask)
      while (this.#slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask
      this.#slots[2 * slot] = first
      this.#slots[2 * slot + 1] = there
    }
  }
}
