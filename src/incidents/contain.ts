/** Containing: every version is disabled where it lies. Nothing is made, nothing destroyed; all of it can be taken back. */
import {KeyriteError} from '../base/errors.ts'
import type {View} from '../ledger/index.ts'
import {
  availabilityOf,
  changeState,
  giveUpChange,
  keysFold,
  profileOf,
  tryerInWords,
  type Key,
} from '../keys/index.ts'
import {enforcedBy} from '../providers/of-kind.ts'
import {stripKinds} from '../providers/rights.ts'
import {planFor, type Operation, type Plan} from '../requests/index.ts'
import {actOnVersion} from './disable.ts'
import {
  demandPromotable,
  promotable,
  promote,
  promotes,
  promotionBegins,
  promotionFault,
  promotionInWords,
  promotionPhases,
  promotionTo,
  promotionWrites,
} from './promote.ts'
import {changeOf, drillMarked, drillOf, onEachVersion, phasesOf, stepOf, type VersionStep} from './phases.ts'
import {tookItsPlace, waitsFor} from './rules.ts'
import {incidents, isOpen, type Incident} from './state.ts'
import {stripVersion} from './strip.ts'

const each = onEachVersion({suspended: 'suspend', active: 'activate'})

export const incidentContain: Operation = {
  name: 'incident.contain',
  ...each,
  writes: {...each.writes, ...promotionWrites},
  begins: [...each.begins, ...promotionBegins],
  inWords: (plan) => containInWords(plan),
  stillTrue(view, plan, name) {
    demandContainable(view, plan, name)
  },
  async act(context, plan, name) {
    const {key, incident, promote: to} = changeOf(plan)
    if (promotes(name) && to !== undefined) return promote(context, key, to, name)
    const {act, version} = stepOf(name)
    if (act === 'strip') return stripVersion(context, incident, version)
    await giveUpChange(context, key, {version, moves: act !== 'disable'})
    if (act === 'disable') await actOnVersion(context, {incident, version, act, to: 'disabled'})
    else await changeState(context, {key, version, event: 'suspend', enforced: null, insists: true})
  },
}

/**
 * What containing does to each version of a key that can be used for anything.
 * @param again - also to the one that took its place.
 */
export function containSteps(
  {versions}: Pick<Key, 'versions'>,
  incident: Pick<Incident, 'acts'>,
  again = false,
): readonly VersionStep[] {
  return versions.flatMap(({version, state, enforced, standby}): VersionStep[] => {
    // Another key, which waits to take its place, or took it: it is none of what is in foreign hands, unless somebody says so.
    if ((standby !== null && state === 'pre-active') || (!again && tookItsPlace(incident, version))) return []
    if (state === 'active') return [{act: 'suspend', version}]
    const done = incident.acts.some(
      (one) => one.version === version && one.act === 'disable' && one.outcome?.ok,
    )
    if (done || (state !== 'pre-active' && state !== 'deactivated')) return []
    return enforced === 'disabled' ? [] : [{act: 'disable', version}]
  })
}

/**
 * A standby that waits is put in its place by the same plan, once nothing is left to contain: nobody signs twice at night.
 * @param again - also what took its place.
 * @throws KeyriteError `KEY_STATE` if there is nothing left to contain, `POLICY_REFUSES`.
 */
export function planContain(view: Pick<View, 'of' | 'blob'>, incident: Incident, again = false): Plan {
  const key = view.of(keysFold).keys.get(incident.key)
  const steps = key === undefined ? [] : containSteps(key, incident, again)
  if (key === undefined || steps.length === 0)
    throw new KeyriteError('KEY_STATE', `cannot contain key "${incident.key}": no version of it is in use`, {
      hints: [`keyrite key show ${incident.key}`, `keyrite incident show ${incident.id}`],
    })
  const now = again ? {...incident, ratified: null, replaced: null} : incident
  return planOf(view, key, incident, steps, promotable(view, key, now))
}

/**
 * Only to put the standby in its place: where it was contained before.
 * @throws KeyriteError `KEY_STATE` if none waits, it is not contained yet, or others have ratified; `POLICY_REFUSES`.
 */
export function planPromote(view: Pick<View, 'of' | 'blob'>, incident: Incident): Plan {
  const key = view.of(keysFold).keys.get(incident.key)
  const standby = key === undefined ? undefined : promotable(view, key, incident)
  const fault =
    standby === undefined
      ? incident.replaced === null
        ? 'no standby waits that one person may promote'
        : `version ${incident.replaced.version} took its place ${incident.replaced.at}`
      : promotionFault(view, incident.key, standby, incident)
  if (key !== undefined && fault === undefined) return planOf(view, key, incident, [], standby)
  throw new KeyriteError(
    'KEY_STATE',
    `cannot promote a standby of key "${incident.key}": ${fault ?? 'there is no such key'}`,
    {
      hints:
        standby === undefined
          ? [`keyrite incident replace ${incident.id}`, `keyrite incident show ${incident.id}`]
          : [`keyrite incident resume ${incident.id}`],
    },
  )
}

function planOf(
  view: Pick<View, 'of' | 'blob'>,
  key: Key,
  incident: Incident,
  steps: readonly VersionStep[],
  standby: number | undefined,
): Plan {
  const to = standby === undefined ? undefined : promotionTo(view, key, incident, standby)
  const profile = profileOf(view, key.profile)
  const strips = stripKinds.has(profile.kind) ? steps.map(({version}) => ({act: 'strip', version})) : []
  return planFor(view, {
    operation: 'incident.contain',
    class: key.spec.class,
    change: {
      class: key.spec.class,
      incident: incident.seq,
      key: key.name,
      versions: [...steps, ...strips].map(({act, version}) => ({act, version})),
      ...drillOf(incident),
      ...(to === undefined ? {} : {promote: to}),
    },
    phases: [
      ...phasesOf(steps),
      // Only where disabling it fails, or is not enough.
      ...phasesOf(strips).map((one) => ({...one, needed: false as const})),
      // It does not stand in the way of containing: it is done afterwards, by its name.
      ...(to === undefined ? [] : promotionPhases(to)).map((one) =>
        steps.length === 0 ? one : {...one, needed: false as const},
      ),
    ],
    profile,
    rests: [
      `incident ${incident.id} about key "${key.name}" is open`,
      ...copiesInWords(key, steps),
      ...(to === undefined ? [] : [`version ${to.version} of it, a standby, was approved beforehand`]),
      tryerInWords(view, key.profile),
    ],
  })
}

/** Where copies lie that are disabled and tried with it. */
function copiesInWords({versions}: Pick<Key, 'versions'>, steps: readonly VersionStep[]): readonly string[] {
  const mine = versions.filter(({version}) => steps.some((one) => one.version === version))
  const regions = [...new Set(mine.flatMap(({copies}) => copies))].sort()
  return regions.length === 0
    ? []
    : [`its copies in ${regions.join(', ')} are disabled too, and each is tried where it lies`]
}

function containInWords(plan: Plan): readonly string[] {
  const {key, incident, versions: all, drill, promote: to} = changeOf(plan)
  const versions = all.filter(({act}) => act !== 'strip')
  const kind = plan.profile?.kind ?? ''
  const which = versions.map(({version}) => version).join(', ')
  const standby =
    to === undefined
      ? []
      : [
          `${versions.length === 0 ? `Key "${key}" (incident i${incident}) is contained, so that the standby takes its place` : 'Once it is contained the standby takes its place'}: ${promotionInWords(key, to)}. A quorum approved that beforehand; others ratify what was done.`,
        ]
  if (versions.length === 0) return standby
  return [
    drillMarked(
      drill,
      `Contain key "${key}" in profile "${plan.profile?.name ?? ''}" (incident i${incident}): version ${which} can be used for nothing from then on, neither to make anything nor to read what was made.`,
    ),
    'Nothing is destroyed and nothing is made. Whoever contains it cannot give it back: that takes the full quorum (keyrite unrevoke).',
    enforcedBy(kind, availabilityOf.suspended) === true
      ? `Enforced by the provider itself (${kind}).`
      : `Whether a provider of kind ${kind} enforces it is tried afterwards.`,
    ...(all.length > versions.length
      ? [
          'Where it cannot be disabled, or goes on being usable, rights of others to use it that the service keeps with it are taken away. They are saved before that; whoever gives it back gives them back.',
        ]
      : []),
    ...standby,
  ]
}

/** @throws KeyriteError `PLAN_MOVED`, `NOT_PERMITTED`. */
function demandContainable(view: View, plan: Plan, name: string): void {
  const {key, incident: seq} = changeOf(plan)
  const incident = view.of(incidents).all.get(seq)
  if (incident === undefined || !isOpen(incident))
    throw new KeyriteError('PLAN_MOVED', `cannot contain key "${key}": incident i${seq} is closed`, {
      hints: ['keyrite incident list', `keyrite revoke ${key} --reason R`],
    })
  const {promote: to} = changeOf(plan)
  if (promotes(name) && to !== undefined) {
    demandPromotable(view, key, to, name)
    const fault = promotionFault(view, key, to.version, incident)
    if (fault === undefined) return
    throw new KeyriteError('KEY_STATE', `cannot promote the standby of key "${key}": ${fault}`, {
      hints: [`keyrite incident resume i${seq}`],
    })
  }
  const {act, version} = stepOf(name)
  const state = view
    .of(keysFold)
    .keys.get(key)
    ?.versions.find((one) => one.version === version)?.state
  if (act === 'strip' && state !== undefined && state !== 'destroyed') return
  if (act === 'suspend' ? state !== 'active' : state !== 'pre-active' && state !== 'deactivated')
    throw new KeyriteError(
      'PLAN_MOVED',
      `cannot ${act} version ${version} of key "${key}": it is ${state ?? 'gone'} by now`,
      {hints: [`keyrite incident resume i${seq}`]},
    )
}

/** Nobody alone contains a second key before others have looked at the first. @throws KeyriteError `NOT_PERMITTED`. */
export function demandNotWaiting(
  view: Pick<View, 'of'>,
  people: readonly string[],
  incident: Pick<Incident, 'seq' | 'key'>,
): void {
  const waiting = waitsFor(view, [...new Set(people)], incident.seq)
  if (waiting === undefined) return
  throw new KeyriteError(
    'NOT_PERMITTED',
    `cannot contain key "${incident.key}" so: who signed it contained key "${waiting.key}" alone (${waiting.id}), and nobody has ratified that yet`,
    {
      hints: [
        `keyrite incident ratify ${waiting.id}`,
        `keyrite revoke ${incident.key}, signed by another person`,
      ],
    },
  )
}
