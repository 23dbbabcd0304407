/** Plans of one act at one place, on what is there already. */
import type {JsonObject} from '../base/jcs.ts'
import type {View} from '../ledger/index.ts'
import {policyFold, ruleFor} from '../policy/index.ts'
import {factsOf, type Profile} from '../profiles/index.ts'
import {phase} from '../requests/index.ts'
import type {Planned} from './plans.ts'
import type {Key} from './state.ts'

type Matter = Parameters<typeof ruleFor>[1]

/** @param name - what its only phase is called. @throws KeyriteError `POLICY_REFUSES`. */
export function onePhase(
  view: Pick<View, 'of'>,
  profile: Profile,
  {operation, name}: {readonly operation: Matter['operation']; readonly name: string},
  change: JsonObject & {readonly class: Key['spec']['class']},
  rests: readonly string[],
): Planned {
  const matter = {operation, class: change.class, kind: profile.kind}
  return {
    plan: {
      type: 'keyrite.plan/1',
      operation,
      change,
      phases: [phase(name)],
      profile: factsOf(profile),
      rests: [...rests, `profile "${profile.name}" answers with the identity above`],
      rule: ruleFor(view.of(policyFold).policy, matter).id,
    },
    names: {},
  }
}
