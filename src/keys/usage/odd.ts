/** What of a key's use is worth a look first. Each is a hint, and proves nothing. */
import type {CallerUsage, Counted} from './count.ts'

export const oddKinds = ['refused', 'new-caller', 'volume', 'off-hours'] as const

export interface Odd {
  readonly kind: (typeof oddKinds)[number]
  readonly caller: string
  /** One sentence. */
  readonly detail: string
}

const dayMs = 86_400_000
/** A caller is new in the last quarter of the time that is looked at, a week at most. */
const newest = (spanMs: number): number => Math.min(spanMs / 4, 7 * dayMs)
/** Whoever works at night too, as programs do, is not odd at night. */
const seldom = 0.1
/** A day with so many times as much as that caller's middle day, and so many at least. */
const times = 5
const least = 20

/** In the order of `oddKinds`, then the largest first. */
export function oddities({callers, rows}: Counted, since: Date, until: Date): readonly Odd[] {
  const found = callers.flatMap((one): Odd[] => {
    const days = perDay(one, rows)
    return [
      ...(one.refused > 0 ? [odd('refused', one, `was refused ${one.refused} times of ${one.count}`)] : []),
      ...(one.first.getTime() >= until.getTime() - newest(until.getTime() - since.getTime())
        ? [odd('new-caller', one, `was not there before ${one.first.toISOString()}`)]
        : []),
      ...busiest(days).map(([day, count, middle]) =>
        odd('volume', one, `${count} on ${day}, where ${middle} a day are usual`),
      ),
      ...(one.offHours > 0 && one.offHours < seldom * one.count
        ? [odd('off-hours', one, `${one.offHours} of ${one.count} outside of working hours`)]
        : []),
    ]
  })
  return found.sort((one, other) => oddKinds.indexOf(one.kind) - oddKinds.indexOf(other.kind))
}

function odd(kind: Odd['kind'], {caller}: CallerUsage, detail: string): Odd {
  return {kind, caller, detail}
}

function perDay({caller}: CallerUsage, rows: Counted['rows']): ReadonlyMap<string, number> {
  const days = new Map<string, number>()
  for (const row of rows) if (row.caller === caller) days.set(row.day, (days.get(row.day) ?? 0) + row.count)
  return days
}

function busiest(
  days: ReadonlyMap<string, number>,
): (readonly [day: string, count: number, middle: number])[] {
  const sorted = [...days.values()].sort((one, other) => one - other)
  if (sorted.length < 3) return []
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
  return [...days].flatMap(([day, count]) =>
    count >= least && count >= times * middle ? [[day, count, middle] as const] : [],
  )
}
