/** Which keys an open incident is about: what the policy alone would do with them stops until it is closed. */
import {Versions} from '../base/versions.ts'
import type {Entry, Fold, View} from '../ledger/index.ts'

/** By key: the seq of `incident.opened`. */
export type Emergencies = Versions<string, number>

export const emergenciesFold: Fold<Emergencies> = {
  name: 'emergencies',
  types: ['incident.opened', 'incident.closed'],
  initial: () => new Versions(),
  check: () => [], // by the fold of incidents
  apply(view: View, {type, seq, data}: Entry): Emergencies {
    const state = view.of(emergenciesFold)
    const key = typeof data['key'] === 'string' ? data['key'] : ''
    return type === 'incident.opened' ? state.with(key, seq) : state.without(key)
  },
}

/** The id of the open incident about a key; null where none is. */
export function emergencyOf(view: Pick<View, 'of'>, key: string): string | null {
  const seq = view.of(emergenciesFold).get(key)
  return seq === undefined ? null : `i${seq}`
}
