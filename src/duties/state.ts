/** What is known of duties: what somebody owes by when, wherever it came from (C4). */
import {durationText} from '../base/duration.ts'

export interface Duty {
  /** `d` and the seq of `duty.opened`, as people type it. */
  readonly id: string
  readonly seq: number
  /** The short name that its origin gives it, such as `backup-verified`. */
  readonly name: string
  /** In words: private; null where it is withheld. */
  readonly what: string | null
  /** Who owes it: ids of people. */
  readonly owners: readonly string[]
  /** RFC 3339. */
  readonly due: string
  readonly opened: string
  /** The ceremony that it comes from; null where it comes from something else. */
  readonly ceremony: string | null
  /** The key whose rotation it comes from. */
  readonly key: string | null
  /** The entry of another act that it comes from. */
  readonly source: number | null
  readonly done: Ending | null
  /** The newest waiver; it counts until its own `until`. */
  readonly waived: (Ending & {readonly until: string}) | null
}

/** How a duty was met or waived, by whom and when. */
export interface Ending {
  readonly seq: number
  readonly at: string
  readonly by: string | null
  /** Evidence or reason: private. */
  readonly words: string | null
}

/** By seq. */
export type Duties = ReadonlyMap<number, Duty>

/** Where other folders find the duties in a view. */
export const duties = {name: 'duties', initial: (): Duties => new Map()}

export type DutyStatus = 'open' | 'overdue' | 'waived' | 'done'

/** A waiver ends at its date: then the duty is owed again. */
export function statusOfDuty({done, waived, due}: Duty, now: Date): DutyStatus {
  const time = now.toISOString()
  if (done !== null) return 'done'
  if (waived !== null && time <= waived.until) return 'waived'
  return time > due ? 'overdue' : 'open'
}

/** By how much it is overdue, as an ISO 8601 duration of whole seconds; null where it is not. */
export function overdueBy(duty: Duty, now: Date): string | null {
  if (statusOfDuty(duty, now) !== 'overdue') return null
  return durationText(Math.floor((now.getTime() - Date.parse(duty.due)) / 1000) * 1000)
}

const order: readonly DutyStatus[] = ['overdue', 'open', 'waived', 'done']

/** Worst first: overdue ones, then what is due next. */
export function worstFirst(all: Iterable<Duty>, now: Date): readonly Duty[] {
  return [...all].sort(
    (a, b) =>
      order.indexOf(statusOfDuty(a, now)) - order.indexOf(statusOfDuty(b, now)) ||
      (a.due < b.due ? -1 : a.due > b.due ? 1 : a.seq - b.seq),
  )
}
