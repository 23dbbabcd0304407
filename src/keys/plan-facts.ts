/** Plans about what is known of a key, and about holds: nothing is done at a provider. */
import {KeyriteError} from '../base/errors.ts'
import type {JsonObject} from '../base/jcs.ts'
import {custodyFold} from '../custody/index.ts'
import type {View} from '../ledger/index.ts'
import type {OperationName} from '../policy/index.ts'
import {type Plan, planFor} from '../requests/index.ts'
import {keepsDates} from '../providers/of-kind.ts'
import {demandDates, type DatesText} from './dates.ts'
import {demandHold, demandKey} from './operations/hold.ts'
import {demandSettable} from './operations/set.ts'
import {demandParent} from './hierarchy/parents.ts'
import {versionNamed} from './plan-move.ts'
import {party, profileOf, type Planned} from './plans.ts'
import {label, type Classification, type KeyChanges} from './spec.ts'
import {isLiving, type Hold, type Key} from './state.ts'

type Known = Pick<View, 'of'>

/** Undefined: as it is. */
export interface SetWish {
  readonly owner: string | undefined
  readonly consumers: readonly string[] | undefined
  readonly classification: Classification | undefined
  readonly expires: Date | null | undefined
  readonly notBefore?: Date | undefined
  readonly parent: string | null | undefined
  readonly labels: readonly string[] | undefined
}

/** @throws KeyriteError `KEY_NOT_FOUND`, `USAGE`, `KEY_STATE`, `POLICY_REFUSES`. */
export function planSet(view: Known, name: string, wish: SetWish): Planned {
  const {key} = versionNamed(view, name, null)
  const {roster} = view.of(custodyFold)
  const owner = wish.owner === undefined ? undefined : party(roster, 'owner', wish.owner)
  const consumers = wish.consumers?.map((one, at) => party(roster, `consumer-${at + 1}`, one))
  const labels = wish.labels === undefined ? undefined : [...new Set(wish.labels)].sort()
  const bad = labels?.find((one) => !label.safeParse(one).success)
  if (bad !== undefined)
    throw new KeyriteError('USAGE', `cannot label a key "${bad}": expected a-z, 0-9 and -`)
  const changes: KeyChanges = {
    ...(owner === undefined ? {} : {owner: owner.id}),
    ...(consumers === undefined ? {} : {consumers: consumers.map(({id}) => id)}),
    ...(wish.classification === undefined ? {} : {classification: wish.classification}),
    ...(wish.expires === undefined ? {} : {expires: wish.expires?.toISOString() ?? null}),
    ...(wish.notBefore === undefined ? {} : {not_before: wish.notBefore.toISOString()}),
    ...(wish.parent === undefined ? {} : {parent: wish.parent}),
    ...(labels === undefined ? {} : {labels}),
  }
  if (Object.keys(changes).length === 0)
    throw new KeyriteError('USAGE', `cannot set anything of key "${name}": nothing was given`, {
      hints: [
        '--owner O',
        '--classification C',
        '--consumer NAME',
        '--expires DATE',
        '--not-before DATE',
        '--parent KEY',
        '--label L',
      ],
    })
  if (typeof wish.parent === 'string') demandParent(view, wish.parent)
  demandSettable(view, name, changes)
  const named = [...(owner === undefined ? [] : [owner]), ...(consumers ?? [])]
  const told = datesTold(view, key, changes)
  return {
    plan: planOf(view, key, 'key.set', told === null ? ['set'] : ['dates', 'set'], {changes, ...told}, [
      `there is key "${name}"`,
    ]),
    names: Object.fromEntries(named.flatMap(({id, name: said}) => (said === null ? [] : [[id, said]]))),
  }
}

/**
 * What a service that keeps dates is told; null where it is told nothing.
 * @throws KeyriteError `UNSUPPORTED` where a date would be taken away, or nobody would keep it; `USAGE` where the last comes first.
 */
function datesTold(
  view: Known,
  key: Key,
  changes: KeyChanges,
): {readonly version: number; readonly dates: DatesText} | null {
  const {kind} = profileOf(view, key.profile)
  const {expires = key.spec.expires, not_before: from = key.spec.not_before ?? null} = changes
  if (changes.not_before !== undefined || changes.expires !== undefined)
    demandDates(key.name, kind, {expires, not_before: from})
  const moved = changes.expires !== undefined || changes.not_before !== undefined
  if (!moved || !keepsDates(kind) || !key.versions.some(isLiving)) return null
  if (expires === null && key.spec.expires !== null)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot take the expiry away from key "${key.name}": its service is not known to forget one`,
      {hints: ['--expires DATE, as late as is wanted']},
    )
  return {version: key.primary, dates: {from, until: expires}}
}

/** @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE`, `USAGE` for a day that is over, `POLICY_REFUSES`. */
export function planHold(
  view: Known,
  name: string,
  {kind, until}: {readonly kind: Hold['kind']; readonly until: Date},
  now: Date,
): Planned {
  demandKey(view, name)
  const {key} = versionNamed(view, name, null)
  if (until <= now)
    throw new KeyriteError('USAGE', `cannot hold key "${name}" until ${until.toISOString()}: that is over`, {
      hints: ['--until DATE, in the future'],
    })
  const change = {kind, until: until.toISOString()}
  return {
    plan: planOf(view, key, 'key.hold', ['hold'], change, [`key "${name}" is not destroyed`]),
    names: {},
  }
}

/** @param hold - the entry that placed it; the only one where it is null. @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE`, `USAGE`. */
export function planRelease(view: Known, name: string, hold: number | null): Planned {
  const {key} = versionNamed(view, name, null)
  const [first, ...more] = key.holds
  if (hold === null && more.length > 0)
    throw new KeyriteError(
      'USAGE',
      `cannot tell which hold of key "${name}" is meant: there are ${key.holds.length}`,
      {
        hints: key.holds.map(({seq}) => `--hold ${seq}`),
      },
    )
  const seq = hold ?? first?.seq ?? -1
  if (key.holds.length === 0)
    throw new KeyriteError('KEY_STATE', `cannot release key "${name}": nothing holds it`, {
      hints: [`keyrite key show ${name}`],
    })
  demandHold(view, name, seq)
  return {
    plan: planOf(view, key, 'key.release-hold', ['release'], {hold: seq}, [
      `hold ${seq} is on key "${name}"`,
    ]),
    names: {},
  }
}

function planOf(
  view: Known,
  key: Key,
  operation: OperationName,
  phases: readonly string[],
  change: JsonObject,
  rests: readonly string[],
): Plan {
  const profile = profileOf(view, key.profile)
  return planFor(view, {
    operation,
    class: key.spec.class,
    change: {...change, class: key.spec.class, key: key.name},
    phases,
    profile,
    rests,
  })
}
