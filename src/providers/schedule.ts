/** When a service makes further versions of a key by itself: read, compared and set in the service's own terms. */
import {KeyriteError} from '../base/errors.ts'

/** In days; null: not so. */
export interface ScheduleTerms {
  /** A further version so long after the one before it. */
  readonly everyDays: number | null
  /** A further version so long before the newest one expires. */
  readonly beforeExpiryDays: number | null
  /** What it makes expires so long after it is made. */
  readonly expireAfterDays: number | null
  /** Somebody is told so long before the newest version expires. */
  readonly notifyBeforeExpiryDays: number | null
}

export type Term = keyof ScheduleTerms

export const termWords: Readonly<Record<Term, string>> = {
  everyDays: 'a further version every so many days',
  beforeExpiryDays: 'a further version before the newest expires',
  expireAfterDays: 'an end for what it makes',
  notifyBeforeExpiryDays: 'a notice before the newest expires',
}

/** Nothing is made by itself. */
export const noTerms: ScheduleTerms = {
  everyDays: null,
  beforeExpiryDays: null,
  expireAfterDays: null,
  notifyBeforeExpiryDays: null,
}

export interface RotationSchedule extends ScheduleTerms {
  /** When it acts next; null where it will not, or does not say. */
  readonly next: Date | null
  /** What else there is to know of it, in sentences. */
  readonly notes: readonly string[]
}

/** All may be repeated with the same effect. What is made by a schedule the ledger learns of when it is compared with the place. */
export interface KeySchedule {
  /** The terms that the service knows: any other is UNSUPPORTED. */
  readonly knows: readonly Term[]
  /** @throws KeyriteError `UNSUPPORTED` for a key that never rotates by itself. */
  read(key: string): Promise<RotationSchedule>
  /** Changes nothing. @throws KeyriteError `UNSUPPORTED` naming what the service would take. */
  permit(key: string, terms: ScheduleTerms): Promise<void>
  /** @returns what the service says afterwards. @throws KeyriteError as `permit`, before anything is changed. */
  set(key: string, terms: ScheduleTerms): Promise<RotationSchedule>
}

export interface Difference {
  readonly term: Term
  readonly wanted: number | null
  readonly found: number | null
}

/** What is there, held against what should be: empty where they agree. */
export function scheduleDifferences(wanted: ScheduleTerms, found: ScheduleTerms): readonly Difference[] {
  return (Object.keys(termWords) as Term[])
    .filter((term) => wanted[term] !== found[term])
    .map((term) => ({term, wanted: wanted[term], found: found[term]}))
}

/** @throws KeyriteError `UNSUPPORTED` for a term that the service does not know, or days that are none. */
export function demandKnown(
  what: string,
  service: string,
  knows: readonly Term[],
  terms: ScheduleTerms,
): void {
  for (const term of Object.keys(termWords) as Term[]) {
    const days = terms[term]
    if (days === null) continue
    if (!knows.includes(term))
      throw new KeyriteError(
        'UNSUPPORTED',
        `cannot ${what}: ${service} knows no such thing as ${termWords[term]}, but ${knows.map((one) => termWords[one]).join(', ')}`,
      )
    if (!Number.isInteger(days) || days < 1)
      throw new KeyriteError('UNSUPPORTED', `cannot ${what}: expected whole days, got ${days}`)
  }
}
