/** A provider's own schedule of rotation, held against the policy's, and set: what makes versions there by itself. */
import {parseDuration} from '../../base/duration.ts'
import {KeyriteError} from '../../base/errors.ts'
import {jcs} from '../../base/jcs.ts'
import type {View} from '../../ledger/index.ts'
import {policyFold, scheduleOf, type Schedule} from '../../policy/index.ts'
import type {Provider} from '../../providers/ports.ts'
import {
  noTerms,
  scheduleDifferences,
  type Difference,
  type KeySchedule,
  type RotationSchedule,
  type ScheduleTerms,
} from '../../providers/schedule.ts'
import {planFor} from '../../requests/index.ts'
import {keyNamed} from '../known.ts'
import {profileOf, type Planned} from '../plans.ts'
import type {Key} from '../state.ts'

const dayMs = 86_400_000

export interface ScheduleStanding {
  /** What people approved for this key, where the policy leaves that to them; else what it says for the key's class, in the provider's terms. */
  readonly wanted: ScheduleTerms
  /** The entry by which people approved it; null where it is the policy's. */
  readonly approved: number | null
  readonly found: RotationSchedule
  /** Empty where they agree. */
  readonly differences: readonly Difference[]
}

/** @throws KeyriteError `UNSUPPORTED` where the place rotates nothing by itself, or never this key. */
export async function scheduleStanding(
  view: Pick<View, 'of'>,
  key: Key,
  provider: Provider,
): Promise<ScheduleStanding> {
  const own = ownTerms(view, key)
  const wanted = own?.terms ?? wantedOf(view, key)
  const found = await ownSchedule(provider, key).read(keyIdOf(key))
  return {wanted, approved: own?.seq ?? null, found, differences: scheduleDifferences(wanted, found)}
}

/** What was approved for the key beyond the policy's interval, while it rotates as often as the policy asks. */
function ownTerms(view: Pick<View, 'of'>, key: Key): Key['schedule'] {
  const {schedule} = key
  if (
    schedule === undefined ||
    jcs({...noTerms, everyDays: schedule.terms.everyDays}) === jcs({...schedule.terms})
  )
    return undefined
  const days = daysBetween(schedule.terms)
  return days !== null && days <= (wantedOf(view, key).everyDays ?? 0) ? schedule : undefined
}

/** Every how many days terms have a further version made; null where they make none. */
export function daysBetween({everyDays, beforeExpiryDays, expireAfterDays}: ScheduleTerms): number | null {
  if (everyDays !== null) return everyDays
  return beforeExpiryDays === null || expireAfterDays === null ? null : expireAfterDays - beforeExpiryDays
}

/** The policy's schedule for the key's class, as far as a place can keep one: whole days between two versions. */
export function wantedOf(view: Pick<View, 'of'>, {spec}: Key): ScheduleTerms {
  const {every}: Schedule = scheduleOf(view.of(policyFold).policy, spec.class)
  return {...noTerms, everyDays: Math.floor(parseDuration(every) / dayMs)}
}

/** @throws KeyriteError `UNSUPPORTED`. */
export function ownSchedule({schedule, kind}: Provider, {name}: Key): KeySchedule {
  if (schedule !== undefined) return schedule
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot read a schedule of key "${name}": a place of kind ${kind} rotates nothing by itself`,
    {hints: ['keyrite rotation run --due, once a day, rotates it by the policy']},
  )
}

/** Where the primary version lies. */
export function keyIdOf({versions, primary}: Key): string {
  return versions.find(({version}) => version === primary)?.ref.key ?? ''
}

/** @param terms - what it shall be; `noTerms` for none. @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE`, `POLICY_REFUSES`. */
export function planSchedule(view: Pick<View, 'of'>, name: string, terms: ScheduleTerms): Planned {
  const key = keyNamed(view, name)
  demandInUse(key)
  const profile = profileOf(view, key.profile)
  const plan = planFor(view, {
    operation: 'key.schedule',
    class: key.spec.class,
    change: {key: name, class: key.spec.class, version: key.primary, terms: {...terms}},
    phases: ['set'],
    profile,
    rests: [`version ${key.primary} of key "${name}" is primary and active`],
  })
  return {plan, names: {}}
}

/** @throws KeyriteError `KEY_STATE`. */
export function demandInUse(key: Key): void {
  const state = key.versions.find(({version}) => version === key.primary)?.state
  if (state === 'active') return
  throw new KeyriteError(
    'KEY_STATE',
    `cannot set a schedule of key "${key.name}": its primary version is ${state ?? 'gone'}`,
    {hints: [`keyrite key show ${key.name}`]},
  )
}
