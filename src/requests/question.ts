/** The question that a plan puts to people, as policy and roster make it. The ledger and whoever signs from afar judge it alike. */
import {z} from 'zod'
import {parseDuration} from '../base/duration.ts'
import {jcs, type JsonObject} from '../base/jcs.ts'
import {lately} from '../base/lately.ts'
import type {Roster} from '../custody/index.ts'
import type {Entry} from '../ledger/index.ts'
import {authorStandsAside, mayAnswer, needsOf, ruleFor, type Policy} from '../policy/index.ts'
import {concernOf, matterOfPlan, type Grounds, type Operations} from './operation.ts'
import type {Plan} from './plan.ts'

const blobRef = z.strictObject({blob: z.string(), size: z.int(), type: z.literal('application/json')})
export const hidden = z.strictObject({$: z.string()})

/** The data of `quorum.opened`. */
const schema = z.strictObject({
  operation: z.string(),
  plan: blobRef,
  policy: blobRef,
  roster: blobRef,
  who: z.array(z.string()),
  needs: z.strictObject({people: z.int().min(1), roles: z.array(z.string())}),
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  expires: z.iso.datetime({precision: 3}),
  names: z.record(z.string(), hidden),
  reason: hidden.nullable(),
  ticket: hidden.nullable(),
})
export const openedSchema = lately(schema)
export type Opened = z.infer<typeof schema>

export interface Questioned {
  readonly plan: Plan
  readonly policy: Policy
  readonly roster: Roster
  readonly operations: Operations
  readonly custody: Grounds['custody']
}

export interface Fault {
  readonly rule: 'quorum' | 'separation-of-duties'
  readonly message: string
}

/** What is wrong with a question; undefined if it is the one that policy and roster make of the plan. @throws TypeError if the plan is not of its operation's form, KeyriteError `POLICY_REFUSES` if no rule speaks of it. */
export function questionFault(
  {time, actor}: Pick<Entry, 'time' | 'actor'>,
  {operation, who, needs, expires}: Opened,
  {plan, policy, roster, operations, custody}: Questioned,
): Fault | undefined {
  const wrong = (message: string): Fault => ({rule: 'quorum', message})
  if (plan.operation !== operation || !operations.has(operation)) return wrong('operation and plan differ')
  operations.get(operation)?.formed?.(plan)
  const fault = operations.get(operation)?.fault?.(plan, {policy, roster, time, custody})
  if (fault !== undefined) return wrong(`the plan does not fit: ${fault}`)
  const rule = ruleFor(policy, matterOfPlan(plan))
  if (plan.rule !== rule.id) return wrong(`rule "${rule.id}" applies, not "${plan.rule}"`)
  if (jcs(needs) !== jcs(needsOf(rule) as unknown as JsonObject))
    return wrong('what is needed is not what the rule says')
  const may = mayAnswer(rule, roster, concernOf(plan)).map((person) => person.id)
  if (who.join() !== [...new Set(who)].sort().join() || who.some((id) => !may.includes(id)))
    return wrong('who may answer is not what the rule says')
  if (
    authorStandsAside(plan.profile?.environment ?? null, plan.operation) &&
    actor.person !== null &&
    who.includes(actor.person)
  )
    return {rule: 'separation-of-duties', message: 'in production its author does not approve it'}
  if (expires <= time) return wrong('it expires before it begins')
  return Date.parse(expires) - Date.parse(time) > parseDuration(policy.times.request)
    ? wrong(`it waits longer than the ${policy.times.request} of the policy`)
    : undefined
}
