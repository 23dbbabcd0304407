/** Findings on rules that these people, or any, could not meet. */
import {fingerprintsOf} from './fingerprints.ts'
import type {Roster} from '../../custody/index.ts'
import type {Policy} from '../document.ts'
import {lockedOut} from '../keeps.ts'
import {meetable} from '../rules/needs.ts'
import {ruleOf} from '../rules/which.ts'
import {eligible} from '../rules/who.ts'
import {finding, onRule, type PolicyFinding} from './finding.ts'

export function* people(policy: Policy, roster: Roster | null): Generator<PolicyFinding> {
  const locks = lockedOut(policy, roster)
  for (const {rule, message} of locks)
    yield {...onRule(policy, rule, 'locked-out', message, 'people'), blocking: true}
  for (const rule of policy.rules) {
    if (rule.people === 0) continue
    const wrong = (name: string, message: string, member: 'roles' | 'from' | 'people'): PolicyFinding =>
      onRule(policy, rule, name, `rule "${rule.id}" ${message}`, member)
    if (rule.roles.length > rule.people)
      yield wrong(
        'roles-over-people',
        `asks for ${rule.roles.length} roles of ${rule.people} people, and each role takes another person`,
        'roles',
      )
    if (rule.from.length === 0 && rule.roles.length === 0) yield wrong('nobody', 'asks nobody', 'from')
    if (roster === null || locks.some((lock) => lock.rule === rule)) continue
    const may = eligible(rule, roster)
    if (may.length < rule.people)
      yield wrong(
        'too-few-people',
        `needs ${rule.people} people; the roster has ${may.length} who may answer`,
        'people',
      )
    else if (!meetable(rule, may))
      yield wrong(
        'roles-unmet',
        `needs ${rule.roles.join(' and ')}, each another person; the roster has nobody for some of them`,
        'roles',
      )
  }
  if (roster !== null) yield* strangers(policy, roster)
  if (roster !== null) yield* vetoes(policy, roster)
}

function* strangers(policy: Policy, roster: Roster): Generator<PolicyFinding> {
  const known = fingerprintsOf(roster)
  for (const [at, key] of policy.stated_keys.entries())
    if (!known.has(key))
      yield finding('stated-key', `${key} counts in production, and is the key of nobody in the roster`, [
        'stated_keys',
        at,
      ])
}

/** Where one person's no, or one lost key, would stop every change of policy or people. */
function* vetoes(policy: Policy, roster: Roster): Generator<PolicyFinding> {
  for (const operation of ['policy.adopt', 'custodian.change'] as const) {
    const rule = ruleOf(policy, {operation, class: null, kind: null})
    if (rule === undefined || rule.people === 0) continue
    const may = eligible(rule, roster)
    if (!meetable(rule, may)) continue
    const needed = may.filter(
      (person) =>
        !meetable(
          rule,
          may.filter((one) => one !== person),
        ),
    )
    if (needed.length > 0)
      yield onRule(
        policy,
        rule,
        'veto',
        `${operation}: without any one of ${needed.length === may.length ? 'all who may answer' : needed.map(({name, id}) => name ?? id).join(', ')} it cannot be met: a single no, or one lost key, stops it${operation === 'custodian.change' ? ', and they can never be removed' : ''}`,
        'people',
      )
  }
}
