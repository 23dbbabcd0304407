/** What is known of data keys that lie wrapped under a key of keyrite's. Their material is nowhere but in what is wrapped. */
import {Versions} from '../../base/versions.ts'
import type {Classification} from '../spec.ts'

export interface DataKey {
  readonly name: string
  /** The key that wraps it, and the version under which it lies now. */
  readonly key: string
  readonly version: number
  readonly profile: string
  /** SHA-256 of the blob that is the wrapped data key. */
  readonly wrapped: string
  readonly classification: Classification
  /** When it was recorded, and when it was wrapped last. */
  readonly since: string
  readonly wrappedAt: string
  /** The entry that says how it lies now. */
  readonly seq: number
}

export interface Envelopes {
  /** By name. */
  readonly all: Versions<string, DataKey>
}

/** Where other folders find them in a view. */
export const envelopes = {
  name: 'envelopes',
  initial: (): Envelopes => ({all: new Versions()}),
}

/** Those under a key, the most sensitive first, then what was wrapped last: the order in which they are dealt with. */
export function dataKeysUnder({all}: Envelopes, key: string): readonly DataKey[] {
  return [...all.values()].filter((one) => one.key === key).sort(worstFirst)
}

const gravest: readonly Classification[] = ['restricted', 'confidential', 'internal', 'public']

function worstFirst(a: DataKey, b: DataKey): number {
  return (
    gravest.indexOf(a.classification) - gravest.indexOf(b.classification) ||
    b.wrappedAt.localeCompare(a.wrappedAt) ||
    (a.name < b.name ? -1 : 1)
  )
}
