/** Where a replay looks things up that entries refer to. */
import type {Opening} from './draft.ts'
import type {LeavesAt} from './tree.ts'

/** Whether the private value behind a commitment is there, and is the one that was committed to. */
export type Seal = 'whole' | 'changed' | undefined

/** Where blobs, openings and earlier entries are looked up. */
export interface Source {
  bytes(seq: number): Uint8Array | undefined
  blob(sha256: string): Uint8Array | undefined
  opening(commitment: string): Opening | undefined
  /** Judges an opening, where that is quicker than having it. */
  seal?(commitment: string): Seal
  /** Leaf hashes of a whole ledger; without it, a replay keeps them all. They are held against the roots that it has. */
  readonly leaves?: LeavesAt
}

/** What a source leaves out without that being wrong: a bundle holds some entries, and below level full not all openings and templates. */
export interface Allowance {
  readonly gaps: boolean
  readonly withheld: boolean
}
