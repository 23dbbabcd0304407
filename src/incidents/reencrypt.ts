/** What was encrypted under a key and must be encrypted again: the most sensitive first, then what was used last (R4). */
import {classifications, keysFold, livingUnder, type Key} from '../keys/index.ts'
import type {Ledger} from '../ledger/index.ts'

export interface ToEncryptAgain {
  /** The key whose data, or whose wrapped material, it is. */
  readonly key: string
  readonly classification: string
  /** When it was last used to protect something, as the ledger knows it; null where it never was. */
  readonly lastUsed: string | null
  /** How long somebody needs for it: an estimate, for each version, and nothing that was measured. */
  readonly estimate: string
  readonly versions: number
}

/** An hour of a person for each version: what keyrite cannot know is how much data there is. */
const hoursEach = 1

export function reencryptList(ledger: Pick<Ledger, 'of' | 'view'>, key: Key): readonly ToEncryptAgain[] {
  if (key.spec.purpose === 'sign' || key.spec.purpose === 'mac') return []
  const {keys} = ledger.of(keysFold)
  const under = livingUnder(ledger.view, key.name).flatMap((name) => keys.get(name) ?? [])
  return [key, ...under]
    .map((one) => ({
      key: one.name,
      classification: one.spec.classification,
      lastUsed: lastUsed(one),
      versions: one.versions.length,
      estimate: `PT${hoursEach * one.versions.length}H`,
    }))
    .sort(
      (a, b) =>
        rank(a.classification) - rank(b.classification) ||
        (a.lastUsed === b.lastUsed ? 0 : (a.lastUsed ?? '') > (b.lastUsed ?? '') ? -1 : 1),
    )
}

/** `restricted` comes first. */
function rank(classification: string): number {
  const at = (classifications as readonly string[]).indexOf(classification)
  return at === -1 ? classifications.length : at
}

function lastUsed({versions}: Key): string | null {
  return (
    versions
      .map(({usedUntil, activatedAt, state}) =>
        state === 'active' ? activatedAt : (usedUntil ?? activatedAt),
      )
      .filter((one) => one !== null)
      .sort()
      .at(-1) ?? null
  )
}
