/** Keys that another profile of the same place holds: one key ring, or one token, may have several. */
import {jcs} from '../base/jcs.ts'
import type {View} from '../ledger/index.ts'
import {profilesFold} from '../profiles/index.ts'
import {keysFold} from './fold.ts'
import type {Key} from './state.ts'

/** Those of this ledger, by what their place calls them. */
export function keysBeside(view: Pick<View, 'of'>, profile: string): ReadonlyMap<string, Key> {
  const {profiles} = view.of(profilesFold)
  const placeOf = (name: string): string => jcs(profiles.get(name)?.identity ?? {})
  const here = placeOf(profile)
  const beside = [...view.of(keysFold).keys.values()].filter(
    (key) => key.profile !== profile && profiles.has(key.profile) && placeOf(key.profile) === here,
  )
  return new Map(beside.flatMap((key) => key.versions.map(({ref}) => [ref.key, key] as const)))
}
