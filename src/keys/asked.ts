/**
 * What a plan says of the key that it is about decides who is asked, and by which keys they may sign: so it is held against
 * the key that stands, when people are asked, and again when what they approved begins. docs/ledger-format.md, section 5.
 */
import {KeyriteError} from '../base/errors.ts'
import type {JsonObject} from '../base/jcs.ts'
import type {View} from '../ledger/index.ts'
import {profilesFold} from '../profiles/index.ts'
import type {Plan} from '../requests/index.ts'
import {keysFold} from './fold.ts'

/** Operations whose rule goes by no class. */
const ofNoClass: readonly string[] = ['share.split', 'backup.load']

/** Operations that bring a key to a place that need not be the one in which it lives. */
const toAnother: readonly string[] = ['backup.load', 'backup.put-back']

/** @returns what speaks against it; undefined where nothing does, or the key is not there yet. */
export function askedFault(view: Pick<View, 'of'>, {operation, change, profile}: Plan): string | undefined {
  const name = keyIn(change)
  const key = name === undefined ? undefined : view.of(keysFold).keys.get(name)
  if (key === undefined) return undefined
  const of = ofNoClass.includes(operation) ? undefined : key.spec.class
  if (change['class'] !== of)
    return `key "${key.name}" is of class ${key.spec.class}, and this asks as for class ${typeof change['class'] === 'string' ? change['class'] : 'none'}`
  if (!toAnother.includes(operation))
    return profile?.name === key.profile
      ? undefined
      : `key "${key.name}" lives in profile "${key.profile}", and this asks as for ${profile === null ? 'no place' : `profile "${profile.name}"`}`
  const environment = view.of(profilesFold).profiles.get(key.profile)?.environment
  return profile?.environment === environment
    ? undefined
    : `key "${key.name}" is a key of ${environment ?? 'no environment'}, and this brings it to ${profile?.environment ?? 'no place'}`
}

/** @param fault - what speaks against a plan, if anything does. @throws KeyriteError `PROFILE_ENVIRONMENT`. */
export function demandNoFault(fault: string | undefined, what: string): void {
  if (fault === undefined) return
  throw new KeyriteError('PROFILE_ENVIRONMENT', `cannot ${what}: ${fault}`, {
    hints: ['another --profile', 'keyrite profile list'],
  })
}

function keyIn({key, what}: JsonObject): string | undefined {
  const name = typeof what === 'object' && what !== null && 'key' in what ? what['key'] : key
  return typeof name === 'string' ? name : undefined
}
