/** What a policy must leave possible whatever else it says: that it, and the people, can be changed again. */
import {canBeMet, type Roster} from '../custody/index.ts'
import {eligible, needsOf} from './rules.ts'
import type {OperationName, Policy, Rule} from './document.ts'

const needed: readonly (readonly [OperationName, string])[] = [
  ['policy.adopt', 'no policy could ever be adopted again'],
  ['custodian.change', 'nobody could ever be enrolled or removed again'],
]

/** Why a policy would lock everybody out, in words; empty where it does not. @param roster - null to judge the document alone. */
export function lockedOut(policy: Policy, roster: Roster | null): readonly string[] {
  return needed.flatMap(([operation, otherwise]) => {
    const fault = faultOf(ruleOf(policy, operation), roster)
    return fault === undefined ? [] : [`${operation}: ${fault}: ${otherwise}`]
  })
}

function ruleOf(policy: Policy, operation: OperationName): Rule | undefined {
  return policy.rules.find(
    (one) => one.operations.includes(operation) && one.classes === null && one.kinds === null,
  )
}

function faultOf(rule: Rule | undefined, roster: Roster | null): string | undefined {
  if (rule === undefined) return 'no rule speaks of it'
  if (rule.people === 0) return `rule "${rule.id}" needs nobody, and nobody cannot sign`
  if (roster === null) return undefined
  const may = eligible(rule, roster).map(({id, roles}) => ({person: id, key: id, roles}))
  if (canBeMet(needsOf(rule), [], may)) return undefined
  const among = rule.roles.length === 0 ? '' : `, among them ${rule.roles.join(' and ')}, each another person`
  return `rule "${rule.id}" needs ${rule.people} people${among}, and the ${may.length} there are cannot meet it`
}
