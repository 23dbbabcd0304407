/** The whole record of an incident, from the ledger alone: what every paper about it is made of. */
import {custodyFold, personRef} from '../../custody/index.ts'
import {duties, dutyDocument, worstFirst, type DutyDocument} from '../../duties/index.ts'
import type {Ledger} from '../../ledger/index.ts'
import {plainDuration} from '../../base/duration.ts'
import {incidentDocument, type IncidentDocument} from '../document.ts'
import {drillMarked} from '../phases.ts'
import type {Incident} from '../state.ts'
import {breachClocks, type BreachClock} from './breach.ts'
import {entriesOf} from './entries.ts'
import {evidenceOf, type Evidence} from './evidence.ts'
import {timesOf, type TimeTaken} from './times.ts'
import {sentenceOf} from './words.ts'

export interface Moment {
  readonly entry: number
  readonly at: string
  /** `T+04:12`; after an hour `1 day 4 h`. */
  readonly clock: string
  readonly what: string
  readonly by: ReturnType<typeof personRef> | null
}

export interface IncidentRecord {
  readonly incident: IncidentDocument
  readonly timeline: readonly Moment[]
  readonly times: readonly TimeTaken[]
  readonly duties: readonly DutyDocument[]
  readonly breach: readonly BreachClock[]
  readonly evidence: readonly Evidence[]
  /** What the ledger had reached when this was made. */
  readonly asOf: {readonly at: string; readonly size: number; readonly root: string}
}

export function incidentRecord(ledger: Ledger, incident: Incident): IncidentRecord {
  const {roster} = ledger.of(custodyFold)
  const entries = entriesOf(ledger, incident)
  const notes = new Map(incident.notes.map(({seq, words}) => [seq, words ?? 'withheld']))
  const now = ledger.time.toISOString()
  const {root, size} = ledger.checkpoint
  return {
    incident: incidentDocument(ledger, incident),
    timeline: entries.map((entry) => ({
      entry: entry.seq,
      at: entry.time,
      clock: since(incident.startedAt, entry.time),
      what: drillMarked(
        incident.drill,
        notes.has(entry.seq) ? `Note: ${notes.get(entry.seq) ?? ''}` : sentenceOf(entry),
      ),
      by: entry.actor.person === null ? null : personRef(roster, entry.actor.person),
    })),
    times: timesOf(ledger, incident),
    duties: worstFirst(
      [...ledger.of(duties).values()].filter(({source}) => source === incident.seq),
      ledger.time,
    ).map((one) => dutyDocument(ledger, one)),
    breach: breachClocks(incident, now),
    evidence: evidenceOf(ledger, incident, entries),
    asOf: {at: now, size, root},
  }
}

function since(startedAt: string, at: string): string {
  const seconds = Math.max(0, Math.floor((Date.parse(at) - Date.parse(startedAt)) / 1_000))
  const two = (number: number): string => String(number).padStart(2, '0')
  return seconds < 3_600
    ? `T+${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`
    : plainDuration(seconds * 1_000)
}
