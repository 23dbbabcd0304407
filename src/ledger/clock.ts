/**
 * The ledger's clock. Order is seq, and time never goes back, but for one entry: `clock.anomaly`, by which a person sets the
 * base anew. A clock that differs by more than two minutes, from the last entry backwards or from a provider's either way,
 * is not believed until then. docs/ledger-format.md, section 1.
 */
import {KeyriteError} from '../base/errors.ts'
import {Private, type Draft} from './draft.ts'
import {isPrivate, isTime, type Entry} from './entry.ts'
import {problem, type Problem} from './fold.ts'

export const clockAnomaly = 'clock.anomaly'
const slackMs = 120_000

/** What is known of the time. */
export interface Times {
  readonly wall: Date
  /** Of the last entry; null before the first. */
  readonly last: string | null
  /** The newest that a provider answered with in this run; null where none says it. */
  readonly external: Date | null
  /** How far this clock was ahead of a provider's when a person last confirmed it. */
  readonly skewMs: number
}

/** What is wrong with a clock: nothing, if it is believed. */
export function clockFault({
  wall,
  last,
  external,
  skewMs,
}: Times): {readonly code: 'CLOCK_BEHIND' | 'CLOCK_AHEAD'; readonly fact: string} | null {
  const now = wall.toISOString()
  if (last !== null && Date.parse(last) - wall.getTime() > slackMs)
    return {code: 'CLOCK_BEHIND', fact: `this clock says ${now}, the last entry was made ${last}`}
  if (external === null) return null
  const ahead = wall.getTime() - external.getTime() - skewMs
  if (Math.abs(ahead) <= slackMs) return null
  return {
    code: ahead < 0 ? 'CLOCK_BEHIND' : 'CLOCK_AHEAD',
    fact: `this clock says ${now}, the provider ${external.toISOString()}`,
  }
}

/** @throws KeyriteError `CLOCK_BEHIND`, `CLOCK_AHEAD`. */
export function demandClock(times: Times): void {
  const fault = clockFault(times)
  if (fault === null) return
  throw new KeyriteError(fault.code, `cannot record: ${fault.fact}`, {
    hints: [
      'set the clock of this machine, then run the same again',
      'keyrite ledger clock --accept --reason R, if this clock is right',
    ],
  })
}

/** What sets a clock: a ledger, as far as it is needed here. */
interface Clocked {
  readonly times: Times
  append(drafts: () => readonly Draft[]): Promise<readonly Entry[]>
}

/**
 * Sets the ledger's clock anew, backwards too: a person says that this machine's is right.
 * @throws KeyriteError as `Ledger.append`, but for the clock.
 */
export async function acceptClock(
  ledger: Clocked,
  {person, reason}: {readonly person: string; readonly reason: string},
): Promise<void> {
  await ledger.append(() => {
    const {wall, last, external} = ledger.times
    return [
      {
        type: clockAnomaly,
        actor: {person, evidence: 'stated'},
        data: {
          wall: wall.toISOString(),
          previous: last,
          external: external?.toISOString() ?? null,
          reason: new Private(reason),
        },
      },
    ]
  })
}

/** What a draft is dated: now, unless it is the one that sets the clock. */
export function timeOf({type, data}: Draft, now: Date): string {
  const {wall} = data
  return type === clockAnomaly && typeof wall === 'string' ? wall : now.toISOString()
}

/** What is wrong with the time of an entry. @param last - the entry before it, or the last one before it that is known. */
export function timeProblems(entry: Entry, last: Entry | undefined): Problem[] {
  const wrong = (message: string): Problem[] => [problem('time', entry, message)]
  if (entry.type !== clockAnomaly)
    return last !== undefined && entry.time < last.time
      ? wrong(`dated ${entry.time}, before the entry before it`)
      : []
  const {wall, previous, external, reason} = entry.data
  if (Object.keys(entry.data).join() !== 'external,previous,reason,wall' || !isPrivate(reason))
    return wrong('data is not of its form')
  if (external !== null && (typeof external !== 'string' || !isTime(external)))
    return wrong('data is not of its form')
  if (wall !== entry.time) return wrong('the clock that was confirmed is not its own time')
  if (typeof previous !== 'string' || !isTime(previous)) return wrong('data is not of its form')
  const next = last?.seq === entry.seq - 1
  if (last !== undefined && (next ? previous !== last.time : previous < last.time))
    return wrong(`it says that the entry before it is dated ${previous}`)
  if (entry.actor.person === null || entry.approved !== null || entry.ceremony !== null)
    return wrong('a clock is confirmed by a person, alone')
  return []
}

/** How far the clock was ahead of a provider's when it was confirmed, after this entry. */
export function skewAfter(skewMs: number, {type, data}: Entry): number {
  const {wall, external} = data
  if (type !== clockAnomaly || typeof wall !== 'string') return skewMs
  return typeof external === 'string' ? Date.parse(wall) - Date.parse(external) : 0
}

/** The time that the ledger had reached when this entry set its clock back; null for every other entry. */
export function setBackFrom({type, time, data}: Entry): string | null {
  const {previous} = data
  return type === clockAnomaly && typeof previous === 'string' && time < previous ? previous : null
}

/** The time as it is recorded: never before the last entry. */
export function notBefore(now: Date, last: Pick<Entry, 'time'> | undefined): Date {
  return last === undefined || now.toISOString() >= last.time ? now : new Date(last.time)
}
