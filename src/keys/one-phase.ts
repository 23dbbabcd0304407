/** Plans of one act at one place, on what is there already. */
import type {JsonObject} from '../base/jcs.ts'
import type {View} from '../ledger/index.ts'
import type {Profile} from '../profiles/index.ts'
import {planFor, type Plan} from '../requests/index.ts'
import type {Planned} from './plans.ts'
import type {Key} from './state.ts'

/**
 * @param name - what its only phase is called.
 * @param change - without a class where it is about no key.
 * @throws KeyriteError `POLICY_REFUSES`.
 */
export function onePhase(
  view: Pick<View, 'of'>,
  profile: Profile,
  {operation, name}: {readonly operation: Plan['operation']; readonly name: string},
  change: JsonObject & {readonly class?: Key['spec']['class']},
  rests: readonly string[],
): Planned {
  return {
    plan: planFor(view, {
      operation,
      class: change.class ?? null,
      change,
      phases: [name],
      profile,
      rests: [...rests, `profile "${profile.name}" answers with the identity above`],
    }),
    names: {},
  }
}
