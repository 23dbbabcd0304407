/** The plan to destroy a version, and the one to take that back: pure. */
import {KeyriteError} from '../base/errors.ts'
import type {View} from '../ledger/index.ts'
import {destructionOf, policyFold} from '../policy/index.ts'
import type {Profile} from '../profiles/index.ts'
import {enforcedBy} from '../providers/of-kind.ts'
import {providerKind} from '../providers/registry.ts'
import {planFor} from '../requests/index.ts'
import {dataKeysUnder, envelopes, type DataKey} from './envelope/state.ts'
import {livingUnder} from './hierarchy/parents.ts'
import {demandNotKept, keptBy, keptInWords} from './kept.ts'
import {advance, availabilityOf, nextState} from './lifecycle.ts'
import {after} from './operations/dates.ts'
import type {Destruction} from './operations/destroy.ts'
import {since} from './operations/move.ts'
import {versionNamed} from './plan-move.ts'
import {profileOf, type Planned} from './plans.ts'
import type {Key, Version} from './state.ts'
import {tryerInWords} from './who-tries.ts'

type Known = Pick<View, 'of'>

export interface Ending {
  readonly key: string
  /** The primary one where it is null. */
  readonly version: number | null
  /** Whole days; what its place waits, or the policy asks at least, where it is null. */
  readonly waitDays: number | null
  /** The one wait that its place has for it, in days; absent or null where it waits as it is told, or nobody could ask it. */
  readonly placeDays?: number | null
  readonly graceDays: number | null
  readonly order: 'gdpr-erasure' | null
  readonly due: Date | null
  /** Only up to the wait: the end takes another approval. */
  readonly scheduleOnly: boolean
  /** The provider's own wait is cut short when the wait is over. */
  readonly purge?: boolean
}

/**
 * @param now - RFC 3339: by it holds are judged, and whether a deadline can be kept
 * @throws KeyriteError `KEY_HELD`, `KEY_STATE`, `POLICY_REFUSES` for a wait that is too short, `UNSUPPORTED` for one that the provider cannot keep.
 */
export function planDestroy(view: Known, wish: Ending, now: string): Planned {
  const {key, version} = versionNamed(view, wish.key, wish.version)
  const profile = profileOf(view, key.profile)
  demandNothingUnder(view, key, version)
  const lying = dataKeysUnder(view.of(envelopes), key.name).filter((one) => one.version === version.version)
  if (wish.order === null) demandNoDataKeys(key, version, lying)
  const phases = phasesFrom(key, version, wish.scheduleOnly)
  const reasons = keptBy(view, key, version, now)
  if (wish.order === null) demandNotKept(key.name, reasons)
  if (wish.purge === true) demandPurges(wish.key, profile)
  const days = daysOf(view, wish, profile)
  demandDue(wish, version, now, days)
  const operation = reasons.length === 0 ? 'key.destroy' : 'key.destroy-held'
  const change: Destruction = {
    class: key.spec.class,
    key: key.name,
    version: version.version,
    enforced: enforcedBy(profile.kind, 'disabled') === true,
    grace_days: days.grace,
    wait_days: days.wait,
    provider_waits: wish.purge !== true && providerKind(profile.kind).window !== undefined,
    ...(wish.purge === true ? {purge: true} : {}),
    order: wish.order,
    due: wish.due?.toISOString() ?? null,
    kept: reasons.map(keptInWords),
  }
  const plan = planFor(view, {
    operation,
    class: key.spec.class,
    change,
    phases,
    profile,
    rests: [
      `key "${key.name}" version ${version.version} is ${version.state}`,
      ...(reasons.length === 0 ? ['nothing has it kept: no hold, no rule of retention'] : []),
      ...(version.copies.length === 0
        ? []
        : [
            `it lay in ${version.copies.join(', ')} too, where copies have states of their own: its service destroys it when they are gone`,
          ]),
      ...(lying.length === 0
        ? []
        : [`WHAT ${lying.length} DATA KEYS PROTECT IS LOST WITH IT: they lie under this version`]),
      ...(version.imported
        ? [
            'IT CAME FROM OUTSIDE: copies of it from before are not reached by this, and whoever has one has the key',
          ]
        : []),
      tryerInWords(view, key.profile),
    ],
  })
  return {plan, names: {}}
}

/**
 * Without the last version of a key everything that is wrapped under it is lost, so the keys under it go first.
 * @throws KeyriteError `KEY_STATE` naming them.
 */
function demandNothingUnder(view: Known, key: Key, version: Version): void {
  const others = key.versions.filter(
    (one) => one.version !== version.version && !['destruction-scheduled', 'destroyed'].includes(one.state),
  )
  const under = others.length > 0 ? [] : livingUnder(view, key.name)
  if (under.length === 0) return
  const more = under.length > 5 ? `, and ${under.length - 5} more` : ''
  throw new KeyriteError(
    'KEY_STATE',
    `cannot destroy the last version of key "${key.name}": keys under it are still there, ${under.slice(0, 5).join(', ')}${more}`,
    {hints: [`keyrite key destroy ${under[0] ?? ''} …, first`, `keyrite key graph ${key.name}`]},
  )
}

/** @throws KeyriteError `KEY_STATE` naming them: what they protect would be lost. */
function demandNoDataKeys({name}: Key, {version}: Version, lying: readonly DataKey[]): void {
  if (lying.length === 0) return
  const some = lying.slice(0, 5).map((one) => one.name)
  throw new KeyriteError(
    'KEY_STATE',
    `cannot destroy version ${version} of key "${name}": ${lying.length} data keys lie under it, ${some.join(', ')}${lying.length > 5 ? ' …' : ''}`,
    {hints: [`keyrite key rewrap ${name}`, `keyrite key rewrap ${name} --dry-run`]},
  )
}

/** What is still to be done. @throws KeyriteError `KEY_STATE`. */
function phasesFrom({name}: Key, version: Version, scheduleOnly: boolean): readonly string[] {
  const end = scheduleOnly ? [] : ['destroy']
  if (version.state === 'destruction-scheduled' && !scheduleOnly) return end
  if (nextState(version, 'deactivate') !== undefined) return ['deactivate', 'schedule-destruction', ...end]
  advance(name, version, 'schedule-destruction', since(version))
  return ['schedule-destruction', ...end]
}

/** @throws KeyriteError `UNSUPPORTED`. */
function demandPurges(key: string, {name, kind}: Profile): void {
  if (providerKind(kind).purges === true) return
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot purge key "${key}": profile "${name}" is of kind ${kind}, which cuts no wait short`,
    {hints: ['the same command without --purge']},
  )
}

/** @throws KeyriteError `POLICY_REFUSES`, `UNSUPPORTED`. */
function daysOf(
  view: Known,
  wish: Ending,
  {kind, environment}: Profile,
): {readonly grace: number; readonly wait: number} {
  const rules = destructionOf(view.of(policyFold).policy)
  const {window: own} = providerKind(kind)
  // What is purged waits as long as people say, and no longer than the provider would by itself.
  const window = wish.purge === true && own !== undefined ? {...own, least: 0} : own
  // What an order has to be gone is not read for a month more; keys to test with wait as they are told.
  const least = {
    grace: environment === 'test' || wish.order !== null ? 0 : rules.graceDays,
    wait: environment === 'test' ? 0 : rules.waitDays,
  }
  const fixed = wish.purge === true ? null : (wish.placeDays ?? null)
  const wait = wish.waitDays ?? fixed ?? Math.max(rules.waitDays, window?.least ?? 0)
  const grace = wish.graceDays ?? (wish.order === null ? rules.graceDays : 0)
  if (fixed !== null) demandFixed(wish.key, fixed, wait, least.wait)
  for (const [flag, days, asked] of [
    ['--wait', wait, least.wait],
    ['--grace', grace, least.grace],
  ] as const)
    if (days < asked)
      throw new KeyriteError(
        'POLICY_REFUSES',
        `cannot destroy key "${wish.key}" with ${flag} P${days}D: the policy asks ${asked} days at least`,
        {hints: [`${flag} P${asked}D`, 'keyrite policy show']},
      )
  if (window !== undefined && (wait < window.least || wait > window.most))
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot wait ${wait} days: a provider of kind ${kind} waits ${window.least} to ${window.most}`,
      {hints: [`--wait P${window.most}D, and a longer --grace`]},
    )
  return {grace, wait}
}

/**
 * A place with one wait for a key is told no other.
 * @throws KeyriteError `POLICY_REFUSES` where that is shorter than the policy allows, `UNSUPPORTED` for another one.
 */
function demandFixed(key: string, fixed: number, wait: number, least: number): void {
  const waits = `its place waits ${daysText(fixed)} for it, which nobody can change`
  if (fixed < least)
    throw new KeyriteError(
      'POLICY_REFUSES',
      `cannot destroy key "${key}": ${waits}, and the policy asks a wait of ${daysText(least)} at least`,
      {
        hints: [
          `keyrite key suspend ${key} --reason R, which has it out of use at once, for as long as you like`,
          `keyrite policy adopt FILE, with P${fixed}D as wait under destruction; then this command again; then the policy as it was`,
        ],
      },
    )
  if (wait !== fixed)
    throw new KeyriteError('UNSUPPORTED', `cannot destroy key "${key}" with --wait P${wait}D: ${waits}`, {
      hints: ['the same command without --wait', 'a longer --grace, where it shall end later'],
    })
}

const daysText = (days: number): string => (days === 1 ? '1 day' : `${days} days`)

/** @throws KeyriteError `POLICY_REFUSES` if it would be destroyed after it is due. */
function demandDue(
  {key, due}: Ending,
  {state, changedAt, destroyAt}: Version,
  now: string,
  {grace, wait}: {readonly grace: number; readonly wait: number},
): void {
  if (due === null) return
  const used = state === 'active' || state === 'suspended'
  const from = used ? after(now, grace) : state === 'deactivated' ? after(changedAt, grace) : now
  const end = destroyAt ?? after(from > now ? from : now, wait)
  if (end <= due.toISOString()) return
  throw new KeyriteError(
    'POLICY_REFUSES',
    `cannot destroy key "${key}" by ${due.toISOString()}: with ${grace} days of grace and a wait of ${wait} it ends ${end}`,
    {hints: ['--wait P7D --grace P0D, as far as the policy allows', 'keyrite policy show']},
  )
}

/** @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE`, `POLICY_REFUSES`. */
export function planCancel(view: Known, name: string, number: number | null = null): Planned {
  const {key, version} = versionNamed(view, name, number)
  const to = advance(name, version, 'cancel-destroy', since(version))
  const profile = profileOf(view, key.profile)
  const operation = 'key.cancel-destroy'
  const plan = planFor(view, {
    operation,
    class: key.spec.class,
    change: {
      class: key.spec.class,
      enforced: enforcedBy(profile.kind, availabilityOf[to]),
      from: version.state,
      key: name,
      to,
      version: version.version,
    },
    phases: ['cancel-destroy'],
    profile,
    rests: [`key "${name}" version ${version.version} is ${version.state}, and not destroyed yet`],
  })
  return {plan, names: {}}
}
