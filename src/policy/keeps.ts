/** What a policy must leave possible whatever else it says: that it, and the people, can be changed again. */
import type {Roster} from '../custody/index.ts'
import type {OperationName, Policy, Rule} from './document.ts'
import {askedInWords, meetable} from './rules/needs.ts'
import {ruleOf} from './rules/which.ts'
import {eligible} from './rules/who.ts'

const needed: readonly (readonly [OperationName, string])[] = [
  ['policy.adopt', 'no policy could ever be adopted again'],
  ['custodian.change', 'nobody could ever be enrolled or removed again'],
]

export interface Lock {
  readonly operation: OperationName
  readonly rule: Rule | undefined
  readonly message: string
}

/** Why a policy would lock everybody out; empty where it does not. @param roster - null to judge the document alone. */
export function lockedOut(policy: Policy, roster: Roster | null): readonly Lock[] {
  return needed.flatMap(([operation, otherwise]) => {
    const rule = ruleOf(policy, {operation, class: null, kind: null})
    const fault = faultOf(rule, roster)
    return fault === undefined ? [] : [{operation, rule, message: `${operation}: ${fault}: ${otherwise}`}]
  })
}

function faultOf(rule: Rule | undefined, roster: Roster | null): string | undefined {
  if (rule === undefined) return 'no rule speaks of it'
  if (rule.people === 0) return `rule "${rule.id}" needs nobody, and nobody cannot sign`
  if (roster === null) return undefined
  const may = eligible(rule, roster)
  if (meetable(rule, may)) return undefined
  return `rule "${rule.id}" needs ${askedInWords(rule)}, and the ${may.length} there are cannot meet that`
}
