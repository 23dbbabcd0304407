/** Rules that come from the policy: quorums (C5), separation of duties (C6), witnesses (C1), what production keys are made of. */
import {KeyriteError} from '../../base/errors.ts'
import {custodyFold} from '../../custody/index.ts'
import {keysFold} from '../../keys/index.ts'
import type {View} from '../../ledger/index.ts'
import {
  defaultPolicy,
  eligible,
  policyFold,
  ruleFor,
  type OperationName,
  type Policy,
  type Rule,
  wantsHardware,
} from '../../policy/index.ts'
import {profilesFold, type Profile} from '../../profiles/index.ts'
import {providerKind} from '../../providers/registry.ts'
import {unknownWord} from '../issues.ts'
import {brings} from '../step.ts'
import type {Step, Template} from '../template.ts'
import {areApart, fewest} from './roles.ts'
import {creations, type Creation, type Placed, type Remark, type Script} from './script.ts'

type Known = Pick<View, 'of'> | null

/** Without a ledger the default policy is the measure. */
export function* policy(script: Script, view: Known): Generator<Remark> {
  const adopted = view === null ? defaultPolicy : view.of(policyFold).policy
  const made = creations(script)
  const [first] = made
  if (first !== undefined) yield* witnesses(script.template, adopted, first.placed)
  for (const {placed, create, quorum} of made) {
    const profile =
      view === null || !script.knows([...placed.path, 'profile'])
        ? undefined
        : view.of(profilesFold).profiles.get(create.profile)
    if (view !== null) yield* known(script, placed, create, view)
    if (profile !== undefined) yield* minimumAlgorithm(script, placed, create, adopted, profile)
    if (profile !== undefined) yield* minimumProtection(placed, create, adopted, profile)
    const rule = applying(adopted, create.kind, create.class, profile?.kind ?? null)
    if (rule === null)
      yield {
        rule: 'policy-silent',
        path: placed.path,
        message: `no rule of policy "${adopted.name}" speaks of ${create.kind === 'key.import' ? 'bringing' : 'making'} a key of class "${create.class}": adopt a policy that does`,
      }
    else if (quorum !== null) yield* people(script, rule, quorum.placed, quorum.step.by, view)
    if (quorum !== null && (rule === null || rule.people > 1))
      yield* separation(script, create.key, quorum.step.by)
  }
  if (view !== null) yield* changesOf(script, adopted, view)
  yield* escrows(script, adopted, view)
}

/** Quorums that change a key which was there before, or was made by another one's approval. */
function* changesOf(script: Script, adopted: Policy, view: NonNullable<Known>): Generator<Remark> {
  const named = (id: string): Step | undefined => script.steps.find((one) => one.step.id === id)?.step
  for (const {step, path, number} of script.steps) {
    if (step.kind !== 'quorum') continue
    const covered = step.for.map(named)
    const change = covered.find((one) => one !== undefined && changes(one))
    if (change === undefined || !changes(change) || covered.some((one) => one !== undefined && brings(one)))
      continue
    const key = view.of(keysFold).keys.get(change.key)
    const made = creations(script).find(({create}) => create.key === change.key)?.create
    const kind = view.of(profilesFold).profiles.get(key?.profile ?? made?.profile ?? '')?.kind ?? null
    const of = key?.spec.class ?? made?.class
    if (of === undefined) continue
    const rule = applying(adopted, change.kind, of, kind)
    if (rule !== null) yield* people(script, rule, {step, path, number}, step.by, view)
    if (rule === null || rule.people > 1) yield* separation(script, change.key, step.by)
  }
}

function changes(step: Step): step is Extract<Step, {kind: 'key.activate' | 'key.rotate' | 'key.destroy'}> {
  return step.kind === 'key.activate' || step.kind === 'key.rotate' || step.kind === 'key.destroy'
}

/** Quorums that approve a split or a recovery. */
function* escrows(script: Script, adopted: Policy, view: Known): Generator<Remark> {
  for (const {step, path, number} of script.steps) {
    if (step.kind !== 'quorum') continue
    for (const {step: one} of script.steps) {
      if ((one.kind !== 'shares.split' && one.kind !== 'shares.combine') || !step.for.includes(one.id))
        continue
      const operation = one.kind === 'shares.split' ? 'share.split' : 'share.combine'
      const rule = applying(
        adopted,
        operation,
        one.kind === 'shares.combine' ? (one.class ?? null) : null,
        null,
      )
      if (rule === null)
        yield {
          rule: 'policy-silent',
          path,
          message: `no rule of policy "${adopted.name}" speaks of ${operation}: adopt a policy that does`,
        }
      else yield* people(script, rule, {step, path, number}, step.by, view)
    }
  }
}

function* witnesses({roles}: Template, {name, minimums}: Policy, {path}: Placed): Generator<Remark> {
  const role = roles.get('witness')
  if (minimums.witnesses === 0) return
  if (role === undefined)
    yield {
      rule: 'witnesses',
      path: [...path, 'kind'],
      message: `a key is made without witnesses, policy "${name}" wants ${minimums.witnesses} (C1): add a role "witness" with minimum ${minimums.witnesses}`,
    }
  else if (fewest(role) < minimums.witnesses)
    yield {
      rule: 'witnesses',
      path: ['roles', 'witness'],
      at: 'key',
      message: `${fewest(role)} witnesses, policy "${name}" wants ${minimums.witnesses} (C1): raise the number`,
    }
}

function* known(
  script: Script,
  {path}: Placed,
  create: Creation,
  view: NonNullable<Known>,
): Generator<Remark> {
  const {profiles} = view.of(profilesFold)
  if (script.knows([...path, 'profile']) && !profiles.has(create.profile))
    yield {
      rule: 'unknown-profile',
      path: [...path, 'profile'],
      message: `${unknownWord('profile', create.profile, [...profiles.keys()])}; see keyrite profile list`,
    }
  if (script.knows([...path, 'key']) && view.of(keysFold).keys.has(create.key))
    yield {
      rule: 'key-name-taken',
      path: [...path, 'key'],
      message: `there is a key "${create.key}" already: choose another name`,
    }
}

function* minimumAlgorithm(
  script: Script,
  {path}: Placed,
  create: Creation,
  {name, minimums}: Policy,
  profile: Profile,
): Generator<Remark> {
  if (
    profile.environment !== 'production' ||
    !script.knows([...path, 'algorithm']) ||
    minimums.algorithms.includes(create.algorithm)
  )
    return
  yield {
    rule: 'minimum-algorithm',
    path: [...path, 'algorithm'],
    message: `policy "${name}" does not allow ${create.algorithm} in production: use one of ${minimums.algorithms.join(', ')}`,
  }
}

function* minimumProtection(
  {path}: Placed,
  create: Creation,
  adopted: Policy,
  {name, kind, environment}: Profile,
): Generator<Remark> {
  if (providerKind(kind).hardware !== 'never' || !wantsHardware(adopted, {...create, environment})) return
  yield {
    rule: 'minimum-protection',
    path: [...path, 'profile'],
    message: `policy "${adopted.name}" wants keys of class "${create.class}" in hardware, and profile "${name}" (${kind}) is software: choose another profile`,
  }
}

/** The rule that applies; null where none speaks of it. */
export function applying(
  adopted: Policy,
  operation: OperationName,
  of: Creation['class'] | null,
  kind: string | null,
): Rule | null {
  try {
    return ruleFor(adopted, {operation, class: of, kind})
  } catch (error) {
    if (error instanceof KeyriteError) return null
    throw error
  }
}

function* people({template}: Script, rule: Rule, {path}: Placed, by: string, view: Known): Generator<Remark> {
  const may = [...new Set([...rule.from, ...rule.roles])]
  const role = template.roles.get(by)
  if (role === undefined || rule.people === 0) return
  if (!may.some((one) => one === by)) {
    yield {
      rule: 'quorum-role',
      path: [...path, 'by'],
      message: `role "${by}" may not answer under rule "${rule.id}" of the policy: it asks ${may.join(', ')}`,
    }
    return
  }
  if (fewest(role) < rule.people)
    yield {
      rule: 'quorum-people',
      path: ['roles', by],
      at: 'key',
      message: `rule "${rule.id}" of the policy needs ${rule.people} people, role "${by}" may have only ${fewest(role)}: raise the number`,
    }
  const there = view === null ? rule.people : eligible(rule, view.of(custodyFold).roster).length
  if (there < rule.people)
    yield {
      rule: 'too-few-approvers',
      path: [...path, 'by'],
      message: `rule "${rule.id}" of the policy needs ${rule.people} people, and the roster has ${there} who may answer: enroll more people`,
    }
}

/** Nobody both approves a key and makes it, or puts it to use (C6). */
function* separation({template, steps}: Script, key: string, approving: string): Generator<Remark> {
  for (const {step, path} of steps) {
    if ((!brings(step) && !changes(step)) || step.key !== key) continue
    if (
      !template.roles.has(step.by) ||
      !template.roles.has(approving) ||
      areApart(template, step.by, approving)
    )
      continue
    yield {
      rule: 'separation-of-duties',
      path: [...path, 'by'],
      message:
        step.by === approving
          ? `role "${step.by}" approves this step and does it (C6): let another role do it`
          : `one person could approve this step as ${approving} and do it as ${step.by} (C6): let role "${step.by}" exclude "${approving}"`,
    }
  }
}
