/** How long each part of an incident took, against what it may take. */
import {durationText, parseDuration} from '../../base/duration.ts'
import {duties} from '../../duties/index.ts'
import type {Ledger} from '../../ledger/index.ts'
import {breachWithin, postmortemWithin} from '../owed.ts'
import {containments, isContained, limit, ratifyWithin} from '../rules.ts'
import type {Incident} from '../state.ts'

export interface TimeTaken {
  readonly what: string
  /** ISO 8601. */
  readonly limit: string
  readonly due: string
  /** When it was; null where it is not over. */
  readonly at: string | null
  /** Until then, or until now. */
  readonly took: string
  readonly kept: 'yes' | 'no' | 'open'
}

/** Contained, proved, ratified, the breach assessed, the post-mortem written: in the order in which they are due. */
export function timesOf(ledger: Pick<Ledger, 'of' | 'time'>, incident: Incident): readonly TimeTaken[] {
  const {startedAt} = incident
  const acts = containments(incident)
  const [first] = acts
  const outcomes = acts.flatMap(({outcome}) => (outcome?.ok === true ? [outcome.at] : []))
  const contained =
    outcomes.length === acts.length && isContained(incident) ? (outcomes.sort().at(-1) ?? null) : null
  const proved = incident.proofs.find(({proof}) => proof === 'proven')?.at ?? null
  const taken = (what: string, from: string, within: string, at: string | null): TimeTaken => {
    const due = new Date(Date.parse(from) + parseDuration(within)).toISOString()
    const until = at ?? ledger.time.toISOString()
    const ms = Math.max(0, Date.parse(until) - Date.parse(from))
    const took = durationText(Math.floor(ms / 1_000) * 1_000)
    return {what, limit: within, due, at, took, kept: until > due ? 'no' : at === null ? 'open' : 'yes'}
  }
  const owed = (name: string): readonly TimeTaken[] =>
    [...ledger.of(duties).values()]
      .filter((duty) => duty.source === incident.seq && duty.name.endsWith(name))
      .map(({done}) =>
        name === 'post-mortem'
          ? taken('Post-mortem drafted', startedAt, postmortemWithin, done?.at ?? null)
          : taken('Breach assessed', startedAt, breachWithin, done?.at ?? null),
      )
  return [
    taken('Contained', startedAt, limit, contained),
    taken('Proved dead', startedAt, limit, proved),
    ...(incident.replaced === null
      ? []
      : [taken('Another key in its place', startedAt, limit, incident.replaced.at)]),
    ...(first === undefined
      ? []
      : [taken('Ratified by others', first.begun, ratifyWithin, incident.ratified?.at ?? null)]),
    ...owed('post-mortem'),
    ...owed('breach-assessed'),
  ]
}
