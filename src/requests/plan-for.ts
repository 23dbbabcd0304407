/** A plan, with the rule that the policy has for it as it stands. */
import type {View} from '../ledger/index.ts'
import {policyFold, ruleFor} from '../policy/index.ts'
import {factsOf, type ProfileFacts} from '../profiles/index.ts'
import {phase, type Phase, type Plan} from './plan.ts'

type Matter = Parameters<typeof ruleFor>[1]

/** What is planned, of which class of keys, and where; null where it is about no key, or at no place. */
export interface Wish extends Pick<Plan, 'operation' | 'change' | 'rests'> {
  readonly class: Matter['class']
  readonly profile: ProfileFacts | null
  /** A name is a phase that may happen at any time. */
  readonly phases: readonly (string | Phase)[]
}

/** @throws KeyriteError `POLICY_REFUSES` if no rule speaks of it. */
export function planFor(view: Pick<View, 'of'>, wish: Wish): Plan {
  const {operation, change, phases, profile, rests} = wish
  const {policy} = view.of(policyFold)
  return {
    type: 'keyrite.plan/1',
    operation,
    change,
    phases: phases.map((one) => (typeof one === 'string' ? phase(one) : one)),
    profile: profile === null ? null : factsOf(profile),
    rests,
    rule: ruleFor(policy, {operation, class: wish.class, kind: profile?.kind ?? null}).id,
  }
}
