/** One thing that was looked at of a key. */

export const checkNames = [
  'level',
  'fips',
  'size',
  'rotation',
  'exportability',
  'environment',
  'material',
  'dates',
  'state',
  'policy',
] as const

/** `ok` null: nothing says it, and it is not called good. */
export interface CheckFact {
  readonly check: (typeof checkNames)[number]
  readonly ok: boolean | null
  readonly fact: string
  /** What says so. */
  readonly evidence: 'attested' | 'verified' | 'asserted' | 'stated' | 'ledger'
  /** The entry that it stands in. */
  readonly entry: number | null
  /** What mends it; null where nothing is to be done. */
  readonly next: string | null
}
