/** Findings on what a policy asks less than C5, C6 and C1 do: its measure is the default policy. */
import {parseDuration} from '../../base/duration.ts'
import {ruleDifferences} from '../changes.ts'
import {defaultPolicy} from '../default.ts'
import {destructionOf} from '../destruction.ts'
import type {Policy, Rule} from '../document.ts'
import {askedInWords} from '../rules/needs.ts'
import {ruleOf} from '../rules/which.ts'
import {rolesAsked} from '../rules/who.ts'
import {finding, onRule, type PolicyFinding} from './finding.ts'

/** What one person may do alone by design: contain an incident, suspend a key, hold one from being destroyed. Both are taken back, or confirmed, by others. */
const alone: readonly string[] = ['incident.contain', 'custodian.suspend', 'key.hold']
const longestRequestMs = 30 * 86_400_000

export function* strength(policy: Policy): Generator<PolicyFinding> {
  yield* onePerson(policy)
  yield* belowDefault(policy)
  yield* lockers(policy)
  yield* minimums(policy)
  yield* endings(policy)
}

function* onePerson(policy: Policy): Generator<PolicyFinding> {
  for (const rule of policy.rules.filter(({people}) => people === 1)) {
    const grave = rule.operations.filter((one) => !alone.includes(one))
    if (grave.length > 0)
      yield onRule(
        policy,
        rule,
        'one-person',
        `rule "${rule.id}" lets one person alone do ${grave.join(', ')} (C6)`,
        'people',
      )
  }
}

/** Fewer people than the default policy asks, or without a role that it asks. Which roles an organisation asks beside is its own. */
function* belowDefault(policy: Policy): Generator<PolicyFinding> {
  for (const {operations, where, before, after} of ruleDifferences(defaultPolicy, policy)) {
    if (before === undefined || after === undefined || !isBelow(before, after)) continue
    yield onRule(
      policy,
      after,
      'below-default',
      `${operations.join(', ')}${where}: ${askedInWords(after)}, where C5 and C6 ask ${askedInWords(before)}`,
    )
  }
}

function isBelow(before: Rule, after: Rule): boolean {
  return after.people < before.people || before.roles.some((role) => !after.roles.includes(role))
}

/** A suspension takes effect at once: whoever may order one alone could lock the others out. */
function* lockers(policy: Policy): Generator<PolicyFinding> {
  const rule = ruleOf(policy, {operation: 'custodian.suspend', class: null, kind: null})
  if (rule?.people !== 1) return
  const others = rolesAsked(rule).filter((role) => role !== 'security-lead')
  if (others.length > 0)
    yield onRule(
      policy,
      rule,
      'lock-out',
      `rule "${rule.id}" lets any one ${others.join(', or ')} suspend others: a lone person could lock them out`,
      'from',
    )
}

/** Keys that end sooner, or are kept shorter, than K7 asks. */
function* endings(policy: Policy): Generator<PolicyFinding> {
  if (policy.destruction === undefined) return
  const [asked, said] = [destructionOf(defaultPolicy), destructionOf(policy)]
  for (const member of ['grace', 'wait'] as const)
    if (said[`${member}Days`] < asked[`${member}Days`])
      yield finding(
        `short-${member}`,
        `a key ${member === 'grace' ? 'is read' : 'can be kept from its end'} for ${said[`${member}Days`]} days, where K7 asks ${asked[`${member}Days`]}`,
        ['destruction', member],
      )
  for (const rule of asked.retention) {
    const own = said.retention.find(({id}) => id === rule.id)
    if (own === undefined || own.days < rule.days)
      yield finding(
        'retention',
        `keys are kept ${own === undefined ? 'by no rule' : `${own.days} days`} for "${rule.id}", where K7 asks ${rule.days} days`,
        ['destruction', 'retention'],
      )
  }
}

function* minimums(policy: Policy): Generator<PolicyFinding> {
  const {witnesses, algorithms} = policy.minimums
  if (witnesses < defaultPolicy.minimums.witnesses)
    yield finding(
      'witnesses',
      `${witnesses} witnesses at a ceremony that makes a key, where C1 asks ${defaultPolicy.minimums.witnesses}`,
      ['minimums', 'witnesses'],
    )
  for (const [at, algorithm] of algorithms.entries())
    if (!defaultPolicy.minimums.algorithms.includes(algorithm))
      yield finding('weak-algorithm', `${algorithm} is allowed in production: it is too weak for new keys`, [
        'minimums',
        'algorithms',
        at,
      ])
  if (parseDuration(policy.times.request) > longestRequestMs)
    yield finding(
      'long-request',
      `requests wait ${policy.times.request}: signatures over what people have forgotten still count`,
      ['times', 'request'],
    )
}
