/** Whether a state that people approved, and that was recorded without being proven, is asked of its place once more: nobody signs again for the same. */
import type {View} from '../ledger/index.ts'
import {profilesFold} from '../profiles/index.ts'
import {enforcedBy} from '../providers/of-kind.ts'
import {proofOf} from './effect.ts'
import {availabilityOf, type KeyState} from './lifecycle.ts'
import type {Key, Version} from './state.ts'

/** States that take use away, and what leads to them. What gives use is asked for with people's approval alone. */
const takes = {
  suspended: ['suspend', 'key suspend NAME'],
  deactivated: ['deactivate', 'key deactivate NAME'],
  compromised: ['compromise', 'key compromise NAME --reason R'],
} as const satisfies Partial<Record<KeyState, readonly [event: string, command: string]>>
type Taken = keyof typeof takes

/** That a `key.tried` may say anew whether its place holds the version to it. */
export function isAskable(state: KeyState): state is Taken {
  return state in takes
}

/** The event by which its state is asked for again; undefined where that is proven, or its place is known to keep nothing of it. */
export function eventAgain(
  view: Pick<View, 'of'>,
  {profile}: Pick<Key, 'profile'>,
  {state, effect}: Pick<Version, 'state' | 'effect'>,
): (typeof takes)[Taken][0] | undefined {
  if (!isAskable(state) || effect === null) return undefined
  const proof = proofOf(effect.results)
  const kind = view.of(profilesFold).profiles.get(profile)?.kind
  const keepsNothing = kind === undefined || enforcedBy(kind, availabilityOf[state]) === false
  return proof === 'proven' || (proof === 'recorded' && keepsNothing) ? undefined : takes[state][0]
}

/** What is typed for that; undefined as `eventAgain`. */
export function commandAgain(view: Pick<View, 'of'>, key: Key, version: Version): string | undefined {
  if (!isAskable(version.state) || eventAgain(view, key, version) === undefined) return undefined
  const which = version.version === key.primary ? '' : ` --version ${version.version}`
  return `keyrite ${takes[version.state][1].replace('NAME', key.name)}${which}`
}
