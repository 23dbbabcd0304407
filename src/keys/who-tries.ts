/**
 * Who tries what keys do. Whoever may administer a key and not use it gets a permission error, which proves nothing; whoever
 * may do both breaks least privilege. So a profile may name a prover: another profile of the same place, whose identity may
 * use and not administer. Without one the profile tries itself.
 *
 * Use: announce it first (`undertake` commits the intent), then, in `act` or `confirm`, `whoTries(context, key.profile, id)`
 * with the intent's id, and let its `provider.use` do what must work and what must not. What only an administrator may ask
 * (describe, export, protection) stays with `context.provider(key.profile)`. What came of it: `judgedRefusal`.
 */
import type {ErrorCode} from '../base/errors.ts'
import {KeyriteError} from '../base/errors.ts'
import type {View} from '../ledger/index.ts'
import {demandSamePlace, profilesFold, type Profile} from '../profiles/index.ts'
import type {IntentId, Provider} from '../providers/ports.ts'
import type {ActContext} from '../requests/index.ts'
import {profileNotFound} from './not-found.ts'

export interface Tryer {
  /** The profile whose identity tries. */
  readonly profile: string
  readonly isProver: boolean
  /** Its calls say that they are probes of this intent, where the provider has a place for that (the user agent). */
  readonly provider: Provider
}

/** The name of the profile that tries the keys of another, or of itself. */
export function tryerOf(view: Pick<View, 'of'>, profile: string): string {
  return placeOf(view, profile).prover ?? profile
}

/** As a plan says it, among what it rests on. */
export function tryerInWords(view: Pick<View, 'of'>, profile: string): string {
  const tryer = tryerOf(view, profile)
  return tryer === profile
    ? `what its keys do is tried by profile "${profile}" itself`
    : `what its keys do is tried by profile "${tryer}"`
}

/**
 * Opens whoever tries, and asks it who it is.
 * @throws KeyriteError `PROFILE_MOVED` if the prover answers with another place by now, and what opening it throws.
 */
export async function whoTries(
  {ledger, provider}: Pick<ActContext, 'ledger' | 'provider'>,
  profile: string,
  intent: IntentId,
): Promise<Tryer> {
  const name = tryerOf(ledger.view, profile)
  const open = await provider(name)
  if (name !== profile) await demandSamePlace(placeOf(ledger.view, name), open)
  return {profile: name, isProver: name !== profile, provider: open.probing?.(intent) ?? open}
}

/**
 * What a refusal proves. `rightly`: the provider refuses because of the state that the key is in. `not-proven`: the network
 * failed, or the identity that tried may not use the key at all; both say nothing of the key.
 * @param right - the codes that the state must give
 */
export function judgedRefusal(
  {code}: Pick<KeyriteError, 'code'>,
  right: readonly ErrorCode[] = ['KEY_STATE'],
): 'rightly' | 'not-proven' {
  return right.includes(code) ? 'rightly' : 'not-proven'
}

/** What is lacking where whoever tries is not permitted to use the key. */
export function lacksProver(
  key: string,
  {profile, isProver}: Pick<Tryer, 'profile' | 'isProver'>,
  cause: KeyriteError,
): KeyriteError {
  return new KeyriteError(
    'NOT_PROVEN',
    `cannot prove key "${key}": profile "${profile}" may not use it, which says nothing of the key: ${cause.message}`,
    {
      cause,
      hints: isProver
        ? [`keyrite doctor --profile ${profile}`, 'let its identity use the key']
        : [
            `keyrite profile set ${profile} --prover OTHER: a profile of the same place whose identity may use keys`,
            `keyrite doctor --profile ${profile}`,
          ],
    },
  )
}

function placeOf(view: Pick<View, 'of'>, name: string): Profile {
  const {profiles} = view.of(profilesFold)
  const profile = profiles.get(name)
  if (profile === undefined) throw profileNotFound(name, [...profiles.keys()])
  return profile
}
