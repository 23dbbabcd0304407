/** Which rule applies: the first whose operations, classes and kinds fit. */
import {KeyriteError} from '../../base/errors.ts'
import type {KeyClassName, OperationName, Policy, Rule} from '../document.ts'

/** What a rule is chosen by. */
export interface Matter {
  readonly operation: OperationName
  readonly class: KeyClassName | null
  /** The profile's kind; null where no profile is concerned. */
  readonly kind: string | null
}

/** The rule that applies; undefined where none speaks of it. */
export function ruleOf(policy: Policy, matter: Matter): Rule | undefined {
  const fits = (list: readonly string[] | null, one: string | null): boolean =>
    list === null || (one !== null && list.includes(one))
  return policy.rules.find(
    (rule) =>
      rule.operations.includes(matter.operation) &&
      fits(rule.classes, matter.class) &&
      fits(rule.kinds, matter.kind),
  )
}

/** @throws KeyriteError `POLICY_REFUSES` if no rule speaks of it: what policy does not allow is refused. */
export function ruleFor(policy: Policy, matter: Matter): Rule {
  const rule = ruleOf(policy, matter)
  if (rule === undefined) {
    throw new KeyriteError(
      'POLICY_REFUSES',
      `cannot ${matter.operation}: no rule of policy "${policy.name}" speaks of it`,
      {hints: ['keyrite policy show']},
    )
  }
  return rule
}
