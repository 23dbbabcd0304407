/** What was encrypted under a key and must be encrypted again: the most sensitive first, then what was used last (R4). */
import {classifications, keysFold, livingUnder, type Key} from '../keys/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {incidents, type Used} from './state.ts'

export interface ToEncryptAgain {
  /** The key whose data, or whose wrapped material, it is. */
  readonly key: string
  readonly classification: string
  /** When it was last used, as the log of its place or else the ledger knows it; null where it never was. */
  readonly lastUsed: string | null
  /** How long somebody needs for it: an estimate, and nothing that was measured. */
  readonly estimate: string
  /** What the estimate rests on, in a sentence. */
  readonly rests: string
  readonly versions: number
}

/**
 * An hour of a person for each version, and one more for each ten thousand times that something was encrypted under it, where a
 * log was read: what keyrite cannot know is how much data each of them was.
 */
const hoursEach = 1
const timesAnHour = 10_000

export function reencryptList(ledger: Pick<Ledger, 'of' | 'view'>, key: Key): readonly ToEncryptAgain[] {
  if (key.spec.purpose === 'sign' || key.spec.purpose === 'mac') return []
  const {keys} = ledger.of(keysFold)
  const {used} = ledger.of(incidents)
  const under = livingUnder(ledger.view, key.name).flatMap((name) => keys.get(name) ?? [])
  return [key, ...under]
    .map((one) => ({
      key: one.name,
      classification: one.spec.classification,
      lastUsed: latest(used.get(one.name)?.last ?? null, lastUsed(one)),
      versions: one.versions.length,
      ...estimateOf(one, used.get(one.name)),
    }))
    .sort(
      (a, b) =>
        rank(a.classification) - rank(b.classification) ||
        (a.lastUsed === b.lastUsed ? 0 : (a.lastUsed ?? '') > (b.lastUsed ?? '') ? -1 : 1),
    )
}

function estimateOf({versions}: Key, used: Used | undefined): Pick<ToEncryptAgain, 'estimate' | 'rests'> {
  const times = used?.protecting ?? null
  const hours = hoursEach * versions.length + Math.ceil((times ?? 0) / timesAnHour)
  const each = `an hour for ${versions.length === 1 ? 'its version' : `each of its ${versions.length} versions`}`
  return {
    estimate: `PT${hours}H`,
    rests:
      used === undefined || times === null
        ? `${each}: how often something was encrypted under it was not read`
        : `${each}, and one for each ten thousand of the ${times} times that something was encrypted under it from ${used.since.slice(0, 10)} to ${used.until.slice(0, 10)}, by the log of its place`,
  }
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

function latest(one: string | null, other: string | null): string | null {
  return (one ?? '') > (other ?? '') ? one : other
}
