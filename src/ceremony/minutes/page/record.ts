/** What the page of minutes carries of its ceremony, to check itself by. */

export interface PageRecord {
  readonly type: 'keyrite.page/1'
  readonly organisation: string
  /** The ledger's name. */
  readonly ledger: string
  /** Leaf hash of entry 0, hex. */
  readonly fingerprint: string
  readonly rehearsal: boolean
  readonly ceremony: string
  readonly level: 'full' | 'restricted' | 'public'
  /** The signed note. */
  readonly checkpoint: string
  /** Each entry: seq, its exact text, and the hashes (base64) that lead from it to the checkpoint's root. */
  readonly entries: readonly (readonly [seq: number, text: string, path: readonly string[]])[]
  /** By commitment: salt in hex, and the canonical JSON of the value. */
  readonly openings: Readonly<Record<string, readonly [salt: string, value: string]>>
  /** Documents that give people their keys: the first roster, and plans that change it. */
  readonly documents: readonly string[]
  /** SHA-256 (hex) of the text of each part of the page that can be seen, in order. */
  readonly shown: readonly string[]
}

/** The parts of the page that are looked at one by one. A tag of these within another is part of that one. */
export const shownTags = ['meta', 'title', 'style', 'h1', 'h2', 'h3', 'p', 'tr', 'li', 'pre', 'div'] as const
