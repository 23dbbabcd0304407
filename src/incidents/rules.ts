/** What holds of incidents, whoever asks: the fold, a plan, or a screen. Pure. */
import {parseDuration} from '../base/duration.ts'
import type {View} from '../ledger/index.ts'
import {requests, type Request} from '../requests/index.ts'
import {incidents, isOpen, type ContainmentAct, type Incident} from './state.ts'

/** How long containing may take until it is to be over (R1). */
export const limit = 'PT60M'
/** How long what one person did may wait for others. */
export const ratifyWithin = 'PT24H'
/** How many refusals in a row prove that a key is dead. */
export const enough = 10

export function requestOf(view: Pick<View, 'of'>, approved: number | null): Request | undefined {
  const {all, byMet} = view.of(requests)
  return all.get(byMet.get(approved ?? -1) ?? -1)
}

/** The acts by which something was contained: each that was begun. */
export function containments({acts}: Pick<Incident, 'acts'>): readonly ContainmentAct[] {
  return acts.filter(({act}) => act === 'suspend' || act === 'disable')
}

/** Versions from which rights were taken away, as far as they were not given back; what a crash left open counts. */
export function stripped({acts}: Pick<Incident, 'acts'>): readonly ContainmentAct[] {
  return acts.filter(
    ({act, version, seq, outcome}) =>
      act === 'strip' &&
      (outcome?.code ?? null) === null &&
      !acts.some(
        (later) =>
          later.act === 'return' &&
          later.version === version &&
          later.seq > seq &&
          later.outcome?.ok === true,
      ),
  )
}

/** What others ratify: what contained it, and what put a standby in its place. A replacement had its own quorum. */
export function toRatify(
  view: Pick<View, 'of'>,
  incident: Pick<Incident, 'acts'>,
): readonly ContainmentAct[] {
  const own = [...containments(incident), ...incident.acts.filter(({act}) => act === 'strip')]
  const promoted = incident.acts.filter(
    ({act, approved}) => act === 'promote' && requestOf(view, approved)?.operation === 'incident.contain',
  )
  return [...own, ...promoted].sort((a, b) => a.seq - b.seq)
}

/** Whether a version took the place of what is contained, or is about to, and nobody began to contain that, too. */
export function tookItsPlace({acts}: Pick<Incident, 'acts'>, number: number): boolean {
  const own = acts.filter(({version}) => version === number)
  const placed = own.findLast(({act, outcome}) => act === 'promote' && (outcome?.code ?? null) === null)
  return placed !== undefined && !containments({acts: own}).some(({seq}) => seq > placed.seq)
}

/** Whether anything stands contained: begun, and not taken back. */
export function isContained(incident: Pick<Incident, 'acts'>): boolean {
  return containments(incident).some(
    ({version, seq, outcome}) =>
      (outcome?.code ?? null) === null &&
      !incident.acts.some(
        (later) =>
          later.version === version &&
          later.seq > seq &&
          (later.act === 'resume' || later.act === 'restore') &&
          later.outcome?.ok === true,
      ),
  )
}

/** By when others must have ratified what was contained; null where nothing was, or they have. */
export function ratifyDue(incident: Incident): string | null {
  const first = [...containments(incident), ...stripped(incident)].find(({seq}) => seq > incident.ratifiedTo)
  if (first === undefined || incident.ratified !== null) return null
  return new Date(Date.parse(first.begun) + parseDuration(ratifyWithin)).toISOString()
}

/** Of all incidents, those that others should have ratified by now, the longest first. */
export function overdueIncidents(view: Pick<View, 'of'>, now: Date): readonly Incident[] {
  const time = now.toISOString()
  return [...view.of(incidents).all.values()]
    .filter((one) => isOpen(one) && !one.drill && isContained(one) && time > (ratifyDue(one) ?? '9'))
    .sort((a, b) => ((ratifyDue(a) ?? '') < (ratifyDue(b) ?? '') ? -1 : 1))
}

/**
 * One person alone contains no second key while what they contained alone waits to be ratified. A drill is no first, and no second.
 * @param people - who approved it
 * @returns the incident that waits; undefined if nothing speaks against it.
 */
export function waitsFor(
  view: Pick<View, 'of'>,
  people: readonly string[],
  own: number,
): Incident | undefined {
  const [alone, ...others] = people
  const {all} = view.of(incidents)
  if (alone === undefined || others.length > 0 || all.get(own)?.drill === true) return undefined
  return [...all.values()].find(
    (one) =>
      !one.drill &&
      one.seq !== own &&
      one.ratified === null &&
      isContained(one) &&
      one.containedBy.length === 1 &&
      one.containedBy[0] === alone,
  )
}

/** The different people whose yes a quorum counted. */
export function peopleOf(request: Request | undefined): readonly string[] {
  const yes = (request?.answers ?? []).filter(({decision}) => decision === 'approve')
  return [...new Set(yes.map(({person}) => person))].sort()
}
