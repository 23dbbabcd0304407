/** What a place of a kind does, known before it is opened; of a kind that this keyrite does not know, nothing. */
import type {Availability} from './ports.ts'
import type {Opening} from './kind.ts'
import {isKind, providerKind} from './registry.ts'

/** What people read of how a key gets there from outside; null where its kind has nothing to say. */
export function broughtInWords(name: string): string | null {
  return isKind(name) ? (providerKind(name).brought ?? null) : null
}

/** Whether a place of this kind keeps dates of its versions itself. */
export function keepsDates(name: string): boolean {
  return isKind(name) && providerKind(name).keepsDates === true
}

/** What the secret of a place is called where somebody must give it; null where there is none, or its settings say where it is. */
export function secretToAsk(name: string, settings: Opening['settings']): string | null {
  const kind = providerKind(name)
  return kind.hasSecret?.(settings) === true ? null : kind.secret
}

/** Whether a place of this kind holds a version to this; null where only some do. */
export function enforcedBy(name: string, availability: Availability): boolean | null {
  const {enforces, mayEnforce = []} = providerKind(name)
  return enforces.includes(availability) || (mayEnforce.includes(availability) ? null : false)
}
