/** What was split as a key stays one of its place's: who recovers it is asked as for that place. docs/ledger-format.md, section 5. */
import {keysFold} from '../keys/index.ts'
import type {View} from '../ledger/index.ts'
import {profilesFold, type Profile} from '../profiles/index.ts'
import type {Plan} from '../requests/index.ts'
import {sharesFold} from './fold.ts'
import type {ShareSet} from './state.ts'

type Known = Pick<View, 'of'>

/** The profile in which the key lives that was split; null of a secret that was brought. */
export function homeOf(view: Known, {what}: Pick<ShareSet, 'what'>): Profile | null {
  const key = what.kind === 'key' ? view.of(keysFold).keys.get(what.key) : undefined
  return key === undefined ? null : (view.of(profilesFold).profiles.get(key.profile) ?? null)
}

/** @returns what speaks against the plan of a recovery; undefined where nothing does. */
export function recoveryFault(view: Known, {operation, change, profile}: Plan): string | undefined {
  if (operation !== 'share.combine') return undefined
  const set = typeof change['set'] === 'string' ? view.of(sharesFold).sets.get(change['set']) : undefined
  const home = set === undefined ? null : homeOf(view, set)
  if (set === undefined || home === null) return undefined
  const same =
    change['to'] === 'key' ? profile?.environment === home.environment : profile?.name === home.name
  return same
    ? undefined
    : `set "${set.name}" holds a key of profile "${home.name}" (${home.environment}), and this asks as for ${profile === null ? 'no place' : `profile "${profile.name}" (${profile.environment})`}`
}
