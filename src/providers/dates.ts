/** From when on, and until when, something new may be protected with a version: kept by the service itself, where it keeps such dates. */

export interface Dates {
  /** Null: from when it was made. */
  readonly from: Date | null
  /** Null: for ever. */
  readonly until: Date | null
}

export const noDates: Dates = {from: null, until: null}

/** To the second: services keep no finer one. */
export function sameDates(a: Dates, b: Dates): boolean {
  const second = (date: Date | null): number | null =>
    date === null ? null : Math.floor(date.getTime() / 1000)
  return second(a.from) === second(b.from) && second(a.until) === second(b.until)
}

/** Whether it is within them. @param slack - how far a clock may be wrong, in ms. */
export function isWithin({from, until}: Dates, now: Date, slack = 0): boolean {
  return (
    (from === null || now.getTime() - slack >= from.getTime()) &&
    (until === null || now.getTime() + slack < until.getTime())
  )
}

/** `from … on, and no more from … on`. */
export function datesInWords({from, until}: Dates): string {
  const [begin, end] = [from?.toISOString(), until?.toISOString()]
  if (begin === undefined) return end === undefined ? 'without any dates' : `until ${end}`
  return end === undefined ? `from ${begin} on` : `from ${begin} until ${end}`
}
