/** What an audit log says, counted by who did what on which day: so much stays in memory however long the log is. */
import type {UsageEvent, UsageOperation} from '../../providers/usage.ts'

export interface UsageRow {
  readonly caller: string
  readonly operation: UsageOperation
  /** `2026-11-28`, in UTC. */
  readonly day: string
  readonly count: number
  readonly refused: number
  /** Those outside of the hours in which people work. */
  readonly offHours: number
}

export interface CallerUsage {
  readonly caller: string
  readonly first: Date
  readonly last: Date
  readonly count: number
  readonly refused: number
  readonly offHours: number
  /** Those that keyrite's own mark is on. */
  readonly probes: number
  readonly operations: readonly UsageOperation[]
  /** The addresses, twenty at most. */
  readonly from: readonly string[]
}

export interface Counted {
  readonly rows: readonly UsageRow[]
  readonly callers: readonly CallerUsage[]
  readonly events: number
  /** Whether there were more rows than are kept; every event is counted among its caller's all the same. */
  readonly cut: boolean
}

/** When people work, in UTC hours; Saturdays and Sundays are outside. */
export interface Hours {
  readonly from: number
  readonly to: number
}

const mostRows = 20_000
const mostCallers = 2_000
const mostAddresses = 20

type Mutable<T> = {-readonly [K in keyof T]: T[K]}
interface Collected extends Omit<Mutable<CallerUsage>, 'operations' | 'from'> {
  readonly operations: Set<UsageOperation>
  readonly from: Set<string>
}

/** @param seen - told of each event, for whoever shows how far it is. */
export async function countUsage(
  events: AsyncIterable<UsageEvent>,
  hours: Hours,
  seen: (count: number) => void = () => undefined,
): Promise<Counted> {
  const rows = new Map<string, Mutable<UsageRow>>()
  const callers = new Map<string, Collected>()
  let count = 0
  let cut = false
  for await (const event of events) {
    seen(++count)
    const off = isOffHours(event.at, hours) ? 1 : 0
    const refused = event.refused ? 1 : 0
    // So that a log made to fill the memory does not.
    const caller = callers.has(event.caller) || callers.size < mostCallers ? event.caller : 'everybody else'
    collect(callers, caller, event, {off, refused})
    const day = event.at.toISOString().slice(0, 10)
    const called = JSON.stringify([caller, event.operation, day])
    const row = rows.get(called)
    if (row !== undefined) {
      row.count++
      row.refused += refused
      row.offHours += off
    } else if (rows.size < mostRows)
      rows.set(called, {caller, operation: event.operation, day, count: 1, refused, offHours: off})
    else cut = true
  }
  return {
    rows: [...rows.values()],
    callers: [...callers.values()].map((one) => ({
      ...one,
      operations: [...one.operations].sort(),
      from: [...one.from].sort(),
    })),
    events: count,
    cut,
  }
}

function collect(
  callers: Map<string, Collected>,
  caller: string,
  {at, operation, from, probe}: UsageEvent,
  {off, refused}: {readonly off: number; readonly refused: number},
): void {
  const one = callers.get(caller) ?? {
    ...{caller, first: at, last: at, count: 0, refused: 0, offHours: 0, probes: 0},
    ...{operations: new Set<UsageOperation>(), from: new Set<string>()},
  }
  callers.set(caller, one)
  one.count++
  one.refused += refused
  one.offHours += off
  one.probes += probe ? 1 : 0
  if (at < one.first) one.first = at
  if (at > one.last) one.last = at
  one.operations.add(operation)
  if (from !== null && one.from.size < mostAddresses) one.from.add(from)
}

export function isOffHours(at: Date, {from, to}: Hours): boolean {
  const day = at.getUTCDay()
  const hour = at.getUTCHours()
  const within = from <= to ? hour >= from && hour < to : hour >= from || hour < to
  return day === 0 || day === 6 || !within
}
