/** Who approves: the people of each quorum can meet the rule that it is under, with every role that the rule wants among them. */
import {custodyFold, missingInWords, type Person} from '../../custody/index.ts'
import {keysFold} from '../../keys/index.ts'
import type {View} from '../../ledger/index.ts'
import {
  askedInWords,
  eligible,
  keyCounts,
  meetable,
  needsOf,
  policyFold,
  type KeyClassName,
  type OperationName,
} from '../../policy/index.ts'
import {profilesFold} from '../../profiles/index.ts'
import {homeOf, setsCalled} from '../../shares/index.ts'
import type {Step} from '../template.ts'
import {applying} from './policy.ts'
import {creations, type Remark, type Script} from './script.ts'

/** Who has which role, once that is known. */
export type Cast = ReadonlyMap<string, readonly Person[]>

interface Matter {
  readonly operation: OperationName
  readonly class: KeyClassName | null
  readonly profile: string
}

/** @param cast - null as long as nobody is named: then the whole roster is looked at. */
export function* approvers(
  script: Script,
  view: Pick<View, 'of'> | null,
  cast: Cast | null,
): Generator<Remark> {
  if (view === null) return
  const {policy} = view.of(policyFold)
  const {roster} = view.of(custodyFold)
  for (const {step, path} of script.steps) {
    if (step.kind !== 'quorum') continue
    const matter = matterOf(script, view, step.for)
    if (matter === null) continue
    const profile = view.of(profilesFold).profiles.get(matter.profile)
    const rule = applying(policy, matter.operation, matter.class, profile?.kind ?? null)
    if (rule === null || rule.people === 0) continue
    const there = cast === null ? eligible(rule, roster) : among(eligible(rule, roster), cast, step.by)
    // In production only keys in hardware count, and those that the policy names.
    const environment = profile?.environment ?? null
    const able =
      environment === 'production'
        ? there.filter(({keys}) => keys.some((key) => keyCounts(policy, environment, key)))
        : there
    // That the roster has too few of them is said by a rule of its own.
    if (meetable(rule, able) || (cast === null && there.length < rule.people)) continue
    const missing = missingInWords(
      needsOf(rule),
      able.map(({id, roles}) => ({person: id, key: id, roles})),
    )
    const counts = able.length < there.length ? ' with keys that count in production' : ''
    yield {
      rule: 'quorum-roles',
      path: [...path, 'by'],
      message:
        cast === null
          ? `rule "${rule.id}" of the policy asks ${askedInWords(rule)}, and the roster lacks ${missing}${counts}: enroll them`
          : `the people in role "${step.by}" could not meet rule "${rule.id}" of the policy: name ${missing}${counts}`,
    }
  }
}

/** Those in this role who are asked: whoever types is not, as the plan is theirs. */
function among(may: readonly Person[], cast: Cast, role: string): readonly Person[] {
  const [author] = cast.get('operator') ?? [...cast.values()][0] ?? []
  const named = new Set((cast.get(role) ?? []).map(({id}) => id))
  return may.filter(({id}) => named.has(id) && id !== author?.id)
}

/** What a quorum is about; null where that cannot be known yet, or is said by other rules. */
function matterOf(script: Script, view: Pick<View, 'of'>, covered: readonly string[]): Matter | null {
  const made = creations(script)
  const steps = script.steps.flatMap(({step}) => (covered.includes(step.id) ? [step] : []))
  const create = made.find((one) => covered.includes(one.create.id))
  if (create !== undefined)
    return script.knows([...create.placed.path, 'profile'])
      ? {operation: create.create.kind, class: create.create.class, profile: create.create.profile}
      : null
  for (const step of steps) {
    if (step.kind === 'shares.split')
      return {
        operation: 'share.split',
        class: null,
        profile: step.key === undefined ? '' : (view.of(keysFold).keys.get(step.key)?.profile ?? ''),
      }
    if (step.kind === 'shares.combine')
      return {
        operation: 'share.combine',
        class: step.class ?? null,
        profile: step.profile ?? homeOfSet(view, step.set),
      }
    const operation = operationOf(step)
    if (operation === null || !('key' in step) || step.key === undefined) continue
    const key = view.of(keysFold).keys.get(step.key)
    const toCome = made.find((one) => one.create.key === step.key)?.create
    const of = key?.spec.class ?? toCome?.class
    if (of !== undefined) return {operation, class: of, profile: key?.profile ?? toCome?.profile ?? ''}
  }
  return null
}

/** The profile of the key that a set holds; none of a secret that was brought, nor of a set that is not there yet. */
function homeOfSet(view: Pick<View, 'of'>, typed: string): string {
  const [set] = setsCalled(view, typed)
  return set === undefined ? '' : (homeOf(view, set)?.name ?? '')
}

function operationOf({kind}: Step): OperationName | null {
  if (kind === 'key.activate' || kind === 'key.rotate' || kind === 'key.destroy') return kind
  return kind === 'certificate.self-sign' || kind === 'certificate.request' ? 'certificate.sign' : null
}
