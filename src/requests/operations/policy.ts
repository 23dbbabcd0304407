/** Adopting another policy: approved under the one that stands. */
import {sha256Hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {isObject, jcsBytes, type JsonObject} from '../../base/jcs.ts'
import {custodyFold} from '../../custody/index.ts'
import {isBlobRef, jsonBlob, problem, type View} from '../../ledger/index.ts'
import {
  lintPolicy,
  lockedOut,
  policyChanges,
  policyFold,
  readPolicy,
  type Policy,
} from '../../policy/index.ts'
import type {Operation} from '../operation.ts'
import type {Plan} from '../plan.ts'
import {planFor} from '../plan-for.ts'

export const policyAdopt: Operation = {
  name: 'policy.adopt',
  writes: {'policy.adopted': 'adopt'},
  begins: ['policy.adopted'],
  formed: proposed,
  inWords: (plan, {policy: old, roster}) => {
    const next = proposed(plan)
    const changes = policyChanges(old, next)
    return [
      `Adopt policy "${next.name}" in place of policy "${old.name}".`,
      `SHA-256 of the new policy ${text(plan, 'sha256')}, of the old ${text(plan, 'replaces')}.`,
      ...(changes.length === 0
        ? ['It asks for the same as the one that stands: only how it is written changes.']
        : changes.map((line) => `Change: ${line}`)),
      ...lintPolicy(next, roster).map(({message, rule}) => `Finding: ${message} (${rule}).`),
      'Requests that are not met by then are void, and are asked anew.',
    ]
  },
  stillTrue: demandAdoptable,
  judge: (view, plan, entry) => {
    const wrong = (message: string) => [problem('plan', entry, message)]
    const {policy} = entry.data
    if (!isBlobRef(policy) || policy.blob !== plan.change['sha256'])
      return wrong('the policy is not the one of the plan')
    const fault = faultOf(view, plan)
    return fault === undefined ? [] : wrong(fault.message)
  },
  matterOf: () => null,
  act: async ({ledger, actor, ceremony, approved}, plan) => {
    await ledger.append([
      {
        type: 'policy.adopted',
        data: {policy: jsonBlob(proposed(plan))},
        actor,
        ceremony,
        approved,
      },
    ])
  },
}

/**
 * The plan to adopt a policy in place of the one that stands.
 * @throws KeyriteError `POLICY_REFUSES` if under it nobody could change policy or people any more, `EXISTS` if it stands already.
 */
export function planAdopt(view: Pick<View, 'of'>, policy: Policy): Plan {
  const standing = view.of(policyFold)
  const document = policy as unknown as JsonObject
  const sha256 = sha256Hex(jcsBytes(document))
  if (sha256 === standing.sha256)
    throw new KeyriteError('EXISTS', `cannot adopt policy "${policy.name}": it is the one that stands`, {
      hints: ['keyrite policy show'],
    })
  const plan = planFor(view, {
    operation: 'policy.adopt',
    class: null,
    change: {document, replaces: standing.sha256, sha256},
    phases: ['adopt'],
    profile: null,
    rests: [
      `the policy that stands is "${standing.policy.name}", SHA-256 ${standing.sha256}`,
      'the people there are can change policy and roster under the new one too',
    ],
  })
  demandAdoptable(view, plan)
  return plan
}

/** @throws KeyriteError `PLAN_MOVED` if another policy stands by now, `POLICY_REFUSES`. */
function demandAdoptable(view: Pick<View, 'of'>, plan: Plan): void {
  const fault = faultOf(view, plan)
  if (fault === undefined) return
  throw new KeyriteError(fault.code, `cannot adopt policy "${proposed(plan).name}": ${fault.message}`, {
    hints:
      fault.code === 'PLAN_MOVED'
        ? ['keyrite policy show', 'keyrite policy adopt FILE, for a new request']
        : ['keyrite policy lint FILE', 'keyrite custodian list'],
  })
}

interface Fault {
  readonly code: 'PLAN_MOVED' | 'POLICY_REFUSES'
  readonly message: string
}

function faultOf(view: Pick<View, 'of'>, plan: Plan): Fault | undefined {
  const next = proposed(plan)
  if (plan.change['replaces'] !== view.of(policyFold).sha256)
    return {code: 'PLAN_MOVED', message: 'the policy that it was to replace does not stand'}
  const [locked] = lockedOut(next, view.of(custodyFold).roster)
  return locked === undefined ? undefined : {code: 'POLICY_REFUSES', message: locked.message}
}

/** The policy of a plan. @throws TypeError if its digest is another than the plan says, or it is none. */
function proposed({change}: Plan): Policy {
  const {document, sha256} = change
  if (!isObject(document) || sha256Hex(jcsBytes(document)) !== sha256)
    throw new TypeError('the policy of the plan is not the one that its digest names')
  if (Object.keys(change).sort().join() !== 'document,replaces,sha256')
    throw new TypeError('the plan is not one to adopt a policy')
  return readPolicy(document)
}

function text({change}: Plan, member: string): string {
  const value = change[member]
  return typeof value === 'string' ? value : ''
}
