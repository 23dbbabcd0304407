/** Findings on what rules reach: nothing, what another rule takes, or twice. */
import {nearest} from '../../base/nearest.ts'
import {classes, kindNames, operations, type OperationName, type Policy, type Rule} from '../document.ts'
import {ruleOf, type Matter} from '../rules/which.ts'
import {finding, onRule, type PolicyFinding} from './finding.ts'

/** Operations that belong to no profile and no class of key: a rule that names either never fits them. */
const bare: readonly OperationName[] = operations.filter((one) => /^(?:custodian|policy|ledger)\./.test(one))
/** Operations that the program lets a rule allow without anybody. */
const unattended: readonly OperationName[] = ['profile.add', 'profile.remove']

export function* coverage(policy: Policy): Generator<PolicyFinding> {
  yield* uncovered(policy)
  yield* twice(policy)
  yield* strangeKinds(policy)
  yield* shadowed(policy)
  yield* needsNobody(policy)
}

function* uncovered(policy: Policy): Generator<PolicyFinding> {
  for (const operation of operations) {
    const kind = bare.includes(operation) ? null : 'pkcs11'
    if (ruleOf(policy, {operation, class: null, kind}) === undefined)
      yield finding(
        'uncovered',
        `no rule speaks of "${operation}" for every class and kind: it would be refused`,
        ['rules'],
      )
  }
}

function* twice(policy: Policy): Generator<PolicyFinding> {
  const ids = policy.rules.map(({id}) => id)
  for (const [at, id] of ids.entries())
    if (ids.indexOf(id) !== at) yield finding('rule-twice', `rule "${id}" stands twice`, ['rules', at, 'id'])
}

function* strangeKinds(policy: Policy): Generator<PolicyFinding> {
  const known: readonly string[] = kindNames
  for (const [at, rule] of policy.rules.entries()) {
    for (const [place, kind] of (rule.kinds ?? []).entries()) {
      if (known.includes(kind)) continue
      const [near] = nearest(kind, known)
      yield finding(
        'kind',
        `rule "${rule.id}" names kind "${kind}", which is not known${near === undefined ? `: expected one of ${known.join(', ')}` : `: did you mean "${near}"?`}`,
        ['rules', at, 'kinds', place],
      )
    }
  }
}

/** Every case that a rule could be chosen by. */
function* casesOf(rule: Rule, operation: OperationName): Generator<Matter> {
  const names = rule.classes ?? (bare.includes(operation) ? [null] : [...classes, null])
  const kinds = rule.kinds ?? (bare.includes(operation) ? [null] : [...kindNames, null])
  for (const name of names) for (const kind of kinds) yield {operation, class: name, kind}
}

function* shadowed(policy: Policy): Generator<PolicyFinding> {
  for (const rule of policy.rules) {
    for (const [at, operation] of rule.operations.entries()) {
      if (bare.includes(operation) && (rule.classes !== null || rule.kinds !== null)) {
        yield onRule(
          policy,
          rule,
          'never-fits',
          `rule "${rule.id}" never applies to "${operation}": that has neither a class of key nor a kind of profile`,
        )
        continue
      }
      if (rule.operations.indexOf(operation) !== at) {
        yield onRule(
          policy,
          rule,
          'operation-twice',
          `rule "${rule.id}" names "${operation}" twice`,
          'operations',
        )
        continue
      }
      const takers = new Set<Rule>()
      for (const matter of casesOf(rule, operation)) {
        const taker = ruleOf(policy, matter)
        if (taker !== undefined) takers.add(taker)
      }
      if (!takers.has(rule))
        yield onRule(
          policy,
          rule,
          'shadowed',
          `rule "${rule.id}" never applies to "${operation}": an earlier rule takes it (${[...takers].map(({id}) => `"${id}"`).join(', ')})`,
        )
    }
  }
}

function* needsNobody(policy: Policy): Generator<PolicyFinding> {
  for (const rule of policy.rules.filter(({people}) => people === 0)) {
    const never = rule.operations.filter((one) => !unattended.includes(one))
    if (never.length > 0)
      yield onRule(
        policy,
        rule,
        'needs-nobody',
        `rule "${rule.id}" needs nobody for ${never.join(', ')}: that is never done without people, so it would be refused`,
        'people',
      )
    const remote = rule.kinds === null || rule.kinds.some((kind) => kind !== 'local')
    if (never.length < rule.operations.length && remote)
      yield onRule(
        policy,
        rule,
        'profile-alone',
        `rule "${rule.id}" lets profiles other than local ones come and go without anybody (C6)`,
        'people',
      )
  }
}
