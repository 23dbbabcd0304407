/** How two copies of one ledger stand to each other. */
import {sameBytes} from '../base/bytes.ts'

/** Enough of a copy to be compared by: entries in order, each of which holds the leaf hash of the one before. */
export interface Chain {
  readonly size: number
  /** The bytes of an entry below `size`. */
  bytes(seq: number): Uint8Array | undefined
}

/** How many entries two copies have in common. Each entry holds the hash of the one before, so those at one place are equal only if all before them are. */
export function commonSize(one: Chain, other: Chain): number {
  let [least, most] = [0, Math.min(one.size, other.size)]
  while (least < most) {
    const middle = Math.floor((least + most) / 2)
    if (sameAt(one, other, middle)) least = middle + 1
    else most = middle
  }
  return least
}

function sameAt(one: Chain, other: Chain, seq: number): boolean {
  const [a, b] = [one.bytes(seq), other.bytes(seq)]
  return a !== undefined && b !== undefined && sameBytes(a, b)
}

export type Relation = 'same' | 'prefix' | 'ahead' | 'fork'

/** What the other copy is to this one. */
export function relationOf(here: Chain, other: Chain, common = commonSize(here, other)): Relation {
  if (common === other.size) return common === here.size ? 'same' : 'prefix'
  return common === here.size ? 'ahead' : 'fork'
}
