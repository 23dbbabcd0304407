/**
 * Suspensions. By its holder, or confirmed by the roster quorum, one lasts until the quorum restores the person; by
 * somebody else it lapses by itself, and who brought it about cannot bring it about again.
 */
import type {Custody, Suspension} from './custody.ts'
import type {Person} from './roster.ts'

/** How long a suspension by another than the holder stands unless the roster quorum confirms it: PT72H. */
export const suspensionMs = 72 * 60 * 60 * 1000

/** When a suspension ends that begins then. */
export function untilOf(by: Suspension['by'], since: Date): string | null {
  return by === 'holder' ? null : new Date(since.getTime() + suspensionMs).toISOString()
}

/** The state with a suspension that has ended; one that was never confirmed is held against those who signed it. */
export function ended(custody: Custody, person: Person): Custody {
  const suspension = custody.suspensions.get(person.id)
  const suspensions = new Map(custody.suspensions)
  suspensions.delete(person.id)
  const unconfirmed = suspension?.until === undefined || suspension.until === null ? [] : suspension.people
  const before = custody.contested.get(person.id) ?? []
  return {
    ...custody,
    roster: new Map([...custody.roster, [person.id, {...person, state: 'active'}]]),
    suspensions,
    contested:
      unconfirmed.length === 0
        ? custody.contested
        : new Map([...custody.contested, [person.id, new Set([...before, ...unconfirmed])]]),
  }
}

/** What time alone changes: suspensions that nobody confirmed lapse. */
export function lapsed(custody: Custody, time: string): Custody {
  let after = custody
  for (const [id, {until}] of custody.suspensions) {
    const person = custody.roster.get(id)
    if (until !== null && time >= until && person !== undefined) after = ended(after, person)
  }
  return after
}
