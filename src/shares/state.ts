/** What is known of sets of shares. */
import {Versions} from '../base/versions.ts'

/** How a share comes to its holder, as the quorum approves it. */
export const deliveries = ['sealed', 'passphrase', 'card', 'screen'] as const
export type Delivery = (typeof deliveries)[number]

export interface Holder {
  readonly person: string
  /** 1 to as many as there are. */
  readonly index: number
  readonly delivery: Delivery
  /** The age recipient of a sealed one; `printer NAME` or `folder` for a card; null for others. */
  readonly to: string | null
  /** 64 hex digits. */
  readonly commitment: string
  /** The entry that says that it was given out; null before. */
  readonly given: number | null
  /** The newest proof that they hold it: about the set's entry, or about a drill's. */
  readonly receipt: {readonly seq: number; readonly at: string; readonly about: number} | null
}

/** What was escrowed: a secret that somebody brought, or a key's version. */
export type What =
  {readonly kind: 'secret'} | {readonly kind: 'key'; readonly key: string; readonly version: number}

export interface ShareSet {
  /** 32 hex digits. */
  readonly set: string
  /** Seq of `shares.split`. */
  readonly seq: number
  readonly at: string
  readonly name: string
  readonly what: What
  readonly threshold: number
  readonly holders: readonly Holder[]
  readonly kcv: string
  /** SHA-256 of the wrapped secret: the name of its blob. */
  readonly wrapped: string
  readonly ceremony: string | null
  readonly approved: number
  /** The entry that made it void, and why. */
  readonly void: {readonly seq: number; readonly reason: string} | null
  /** The set that takes its place. */
  readonly replacedBy: string | null
  /** Seqs of recoveries from it. */
  readonly recoveries: readonly number[]
}

/** Everybody shows that they hold their share, without anything being put together. */
export interface Drill {
  /** Seq of `shares.drill.opened`. */
  readonly seq: number
  readonly at: string
  readonly set: string
  /** By when everybody has. */
  readonly until: string
  /** When the next one is due. */
  readonly next: string
  /** By person: the seq of their receipt. */
  readonly receipts: Readonly<Record<string, number>>
}

/** A recovery that was begun and has no outcome yet: nothing was given out, or it was not recorded. */
export interface OpenRecovery {
  readonly seq: number
  readonly id: string
  readonly set: string
  readonly approved: number | null
  readonly ceremony: string | null
}

export interface Shares {
  /** By set. */
  readonly sets: Versions<string, ShareSet>
  /** By seq. */
  readonly drills: Versions<number, Drill>
  readonly open: Versions<number, OpenRecovery>
}

/** `broken-off`: not all shares were given out before keyrite ended; they never will be. */
export type SetStatus = 'unfinished' | 'given' | 'held' | 'void' | 'replaced'

export function allGiven({holders}: Pick<ShareSet, 'holders'>): boolean {
  return holders.every(({given}) => given !== null)
}

/** `held` once everybody signed that they have theirs. */
export function statusOfSet(one: ShareSet): SetStatus {
  if (one.void !== null) return 'void'
  if (one.replacedBy !== null) return 'replaced'
  if (!allGiven(one)) return 'unfinished'
  return one.holders.every(({receipt}) => receipt !== null) ? 'held' : 'given'
}

/** Whether a secret can be recovered from it. */
export function recovers(one: ShareSet): boolean {
  return one.void === null
}
