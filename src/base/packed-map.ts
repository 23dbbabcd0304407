/**
 * A Map for many members of which few are looked at: beyond some thousands, those that were not changed for long lie packed,
 * and are unpacked for whoever asks. A request that is over, or a key that rests, takes a fifth of the memory so.
 */
import {deserialize, serialize} from 'node:v8'
import {deflateRawSync, inflateRawSync} from 'node:zlib'

/** How much is packed, in members. */
export interface Sizes {
  /** Up to so many nothing is packed. */
  readonly least: number
  /** So many that were changed last stay as they are, and at most so many again. */
  readonly recent: number
  /** How many are packed together. */
  readonly together: number
}

const usual: Sizes = {least: 10_000, recent: 2_048, together: 64}
/** How many packs stay unpacked in mind. */
const inMind = 4

interface Pack<K> {
  readonly keys: readonly K[]
  readonly bytes: Uint8Array
  /** How many of its members are still what it holds. */
  left: number
}

/** The members are plain data (what structured clone takes) and never changed. What is got twice is equal, not identical. */
export class PackedMap<K, V extends object> extends Map<K, V> {
  readonly #sizes: Sizes
  readonly #packs = new Map<number, Pack<K>>()
  readonly #unpacked: {readonly pack: Pack<K>; readonly values: readonly V[]}[] = []
  #made = 0
  /** Changed since the last packing, and since the one before. */
  #young = new Set<K>()
  #old: Set<K> | undefined

  constructor(sizes = usual) {
    super()
    this.#sizes = sizes
  }

  override get(key: K): V | undefined {
    return this.#valueOf(super.get(key))
  }

  override set(key: K, value: V): this {
    this.#leave(key)
    super.set(key, value)
    if (this.#old === undefined) {
      if (this.size > this.#sizes.least) this.#old = new Set(this.keys())
      return this
    }
    this.#young.add(key)
    if (this.#young.size >= this.#sizes.recent) this.#pack(this.#old)
    return this
  }

  override delete(key: K): boolean {
    this.#leave(key)
    return super.delete(key)
  }

  override *entries(): MapIterator<[K, V]> {
    for (const [key, held] of super.entries()) yield [key, this.#valueOf(held)]
  }

  override *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value
  }

  override [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries()
  }

  override forEach(call: (value: V, key: K, map: Map<K, V>) => void): void {
    for (const [key, value] of this.entries()) call(value, key, this)
  }

  /** Of a packed member the Map itself holds the number of its place. */
  #valueOf<H extends V | undefined>(held: H): H {
    if (typeof held !== 'number') return held
    const pack = this.#packs.get(Math.floor(held / this.#sizes.together))
    if (pack === undefined) throw new TypeError('a packed member has its pack')
    return this.#valuesIn(pack)[held % this.#sizes.together] as H
  }

  #valuesIn(pack: Pack<K>): readonly V[] {
    const known = this.#unpacked.find((one) => one.pack === pack)
    if (known !== undefined) return known.values
    const values = deserialize(inflateRawSync(pack.bytes)) as readonly V[]
    this.#unpacked.unshift({pack, values})
    this.#unpacked.length = Math.min(this.#unpacked.length, inMind)
    return values
  }

  #pack(old: ReadonlySet<K>): void {
    const {together} = this.#sizes
    const resting = [...old].filter((key) => !this.#young.has(key) && typeof super.get(key) === 'object')
    for (let from = 0; from < resting.length; from += together) {
      const keys = resting.slice(from, from + together)
      const values = keys.map((key) => super.get(key))
      this.#packs.set(this.#made, {
        keys,
        // Copied: what zlib gives is the beginning of 64 kB that would be kept.
        bytes: new Uint8Array(deflateRawSync(serialize(values), {level: 1})),
        left: keys.length,
      })
      for (const [at, key] of keys.entries()) super.set(key, (this.#made * together + at) as unknown as V)
      this.#made += 1
    }
    this.#old = this.#young
    this.#young = new Set()
  }

  /** A member is about to be another: its pack holds it no more. What is left of one that is nearly empty rests anew. */
  #leave(key: K): void {
    const held: unknown = super.get(key)
    if (typeof held !== 'number') return
    const at = Math.floor(held / this.#sizes.together)
    const pack = this.#packs.get(at)
    if (pack === undefined) return
    pack.left -= 1
    if (pack.left > pack.keys.length / 4) return
    const values = this.#valuesIn(pack)
    for (const [place, one] of pack.keys.entries()) {
      const value = values[place]
      const stands: unknown = super.get(one)
      if (one === key || stands !== at * this.#sizes.together + place || value === undefined) continue
      super.set(one, value)
      this.#young.add(one)
    }
    this.#packs.delete(at)
  }
}
