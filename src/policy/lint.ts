/** Findings on a policy that is well-formed but would not work, or would weaken what C5 and C6 ask. */
import {KeyriteError} from '../base/errors.ts'
import type {Roster} from '../custody/index.ts'
import {classes, operations, type KeyClassName, type Policy, type Rule} from './document.ts'
import {eligible, ruleFor} from './rules.ts'

export interface PolicyFinding {
  readonly rule: string
  readonly message: string
}

/** @param roster - the people there are; null to judge the document alone. */
export function lintPolicy(policy: Policy, roster: Roster | null): readonly PolicyFinding[] {
  return [...uncovered(policy), ...shadowed(policy), ...tooFewPeople(policy, roster), ...weak(policy)]
}

function* uncovered(policy: Policy): Generator<PolicyFinding> {
  for (const operation of operations) {
    const spoken = policy.rules.some(
      (rule) =>
        rule.operations.includes(operation) &&
        rule.classes === null &&
        (rule.kinds === null || rule.kinds.includes('local')),
    )
    if (!spoken)
      yield {
        rule: 'uncovered',
        message: `no rule speaks of "${operation}" for every class: it would be refused`,
      }
  }
}

function* shadowed(policy: Policy): Generator<PolicyFinding> {
  const ids = policy.rules.map((rule) => rule.id)
  for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at)))
    yield {rule: 'rule-twice', message: `rule "${id}" stands twice`}
  for (const [at, rule] of policy.rules.entries()) {
    const before = policy.rules.slice(0, at)
    const dead = rule.operations.filter((operation) =>
      before.some((one) => one.operations.includes(operation) && one.classes === null && one.kinds === null),
    )
    for (const operation of dead)
      yield {
        rule: 'shadowed',
        message: `rule "${rule.id}" never applies to "${operation}": an earlier rule takes it`,
      }
  }
}

function* tooFewPeople(policy: Policy, roster: Roster | null): Generator<PolicyFinding> {
  for (const rule of policy.rules) {
    if (rule.people > 0 && rule.roles.length > rule.people)
      yield {
        rule: 'roles-over-people',
        message: `rule "${rule.id}" asks for ${rule.roles.length} roles of ${rule.people} people`,
      }
    if (rule.people > 0 && rule.from.length === 0 && rule.roles.length === 0)
      yield {rule: 'nobody', message: `rule "${rule.id}" asks nobody`}
    const there = roster === null ? rule.people : eligible(rule, roster).length
    if (there < rule.people)
      yield {
        rule: 'too-few-people',
        message: `rule "${rule.id}" needs ${rule.people} people; the roster has ${there} who may answer`,
      }
  }
}

function* weak(policy: Policy): Generator<PolicyFinding> {
  for (const name of classes) {
    const rule = creation(policy, name)
    if (rule !== undefined && rule.people < 2)
      yield {rule: 'one-person', message: `one person alone makes keys of class "${name}" (C6)`}
  }
  const kek = creation(policy, 'kek')
  for (const role of ['ciso', 'security-lead'] as const) {
    if (kek?.roles.includes(role) === false)
      yield {rule: 'kek-roles', message: `a key encryption key is made without the ${role} (C6)`}
  }
}

/** The rule by which keys of a class are made; undefined where none speaks of it, which is a finding of its own. */
function creation(policy: Policy, name: KeyClassName): Rule | undefined {
  const matter = {operation: 'key.create', class: name, kind: 'local'} as const
  try {
    return ruleFor(policy, matter)
  } catch (error) {
    if (error instanceof KeyriteError && error.code === 'POLICY_REFUSES') return undefined
    throw error
  }
}
