/** When a key is to be rotated, and why it is not on time: from the ledger alone. */
import {durationText, parseDuration} from '../../base/duration.ts'
import type {Schedule} from '../../policy/index.ts'
import type {Key, Version} from '../state.ts'
import {after} from './dates.ts'
import {materialOf, nativeWay, type Cannot} from './native.ts'
import type {Rotation} from './state.ts'

/** The worst first. */
export const rotationReasons = [
  'overdue',
  'incident',
  'paused',
  'due',
  'rotating',
  'cannot',
  'never',
  'on-time',
  'not-active',
] as const
export type RotationReason = (typeof rotationReasons)[number]

export interface RotationStatus {
  readonly name: string
  readonly class: string
  /** When the next rotation, or the next phase of the one that runs, is due; null where nothing is. */
  readonly due: string | null
  /** How late it is, as a duration, once the threshold of the policy has passed; else null. */
  readonly overdueBy: string | null
  readonly reason: RotationReason
  /** The same in a sentence. */
  readonly why: string
  readonly mode: Schedule['mode']
  readonly every: string
  /** When the first of its active versions will have been active for as long as any may be. */
  readonly limit: string | null
  /** When its newest version became active, if it is not its first: null where it was never rotated. */
  readonly rotated: string | null
  /** Why no further version can be made; null where it can. */
  readonly cannot: Cannot | null
  readonly running: {readonly entry: number; readonly next: string | null} | null
  /** What deals with it; null where nothing is to be done. */
  readonly next: string | null
}

export interface Circumstances {
  readonly schedule: Schedule
  /** The kind of the key's profile. */
  readonly kind: string
  /** The rotation of it that runs, if one. */
  readonly rotation: Rotation | undefined
  readonly now: Date
  /** The open incident about the key, by which nothing is rotated by the policy alone; null where none is. */
  readonly incident: string | null
}

export function rotationStatus(key: Key, around: Circumstances): RotationStatus {
  const {schedule, kind, rotation, now, incident} = around
  const primary = key.versions.find(({version}) => version === key.primary)
  const newest = newestActive(key)
  const way = nativeWay(kind, materialOf(key))
  const limit = limitOf(key, schedule)
  const common = {
    name: key.name,
    class: key.spec.class,
    mode: schedule.mode,
    every: schedule.every,
    limit,
    rotated: newest !== undefined && newest.version > 1 ? newest.activatedAt : null,
    cannot: way.cannot,
    running: rotation === undefined ? null : {entry: rotation.seq, next: rotation.next?.phase ?? null},
  }
  if (rotation === undefined && (primary?.state !== 'active' || newest === undefined))
    return {
      ...common,
      due: null,
      overdueBy: null,
      reason: 'not-active',
      why: `its primary version is ${primary?.state ?? 'gone'}`,
      next: null,
    }
  const due = rotation === undefined ? dueOf(key, schedule) : (rotation.next?.due ?? null)
  const late = lateness(due, limit, schedule, now)
  const automatic = rotation === undefined ? schedule.mode === 'automatic' : rotation.automatic
  if (incident !== null && automatic) {
    const stopped = `incident ${incident} about it is open: the policy alone rotates nothing before that is closed`
    return {
      ...common,
      due,
      overdueBy: late === null ? null : durationText(late),
      reason: late === null ? 'incident' : 'overdue',
      why: late === null ? stopped : `it was due ${due ?? ''}; ${stopped}`,
      next: `keyrite incident show ${incident}`,
    }
  }
  const judged = judge(key.name, around, {due, late, way, never: common.rotated === null})
  return {...common, due, overdueBy: late === null ? null : durationText(late), ...judged}
}

interface Judged {
  readonly due: string | null
  readonly late: number | null
  readonly way: ReturnType<typeof nativeWay>
  readonly never: boolean
}

function judge(
  name: string,
  {rotation, now, schedule}: Circumstances,
  {due, late, way, never}: Judged,
): Pick<RotationStatus, 'reason' | 'why' | 'next'> {
  const at = due ?? ''
  // Late by its age alone, whatever the day that it is due.
  const old = late !== null && now.getTime() - Date.parse(at) <= parseDuration(schedule.overdue)
  const aged = `a version has been active for more than ${schedule.limit}`
  const run = `keyrite rotation run ${name}`
  if (rotation !== undefined) {
    const phase = rotation.next?.phase ?? ''
    if (late !== null)
      return {
        reason: 'overdue',
        why: `${old ? `${aged}; phase ${phase} of its rotation may begin ${at}` : `phase ${phase} of its rotation was due ${at}`}${rotation.paused === null ? '' : ', and it is paused'}`,
        next:
          rotation.paused === null
            ? old
              ? null
              : run
            : `keyrite rotation pause ${name} --resume --reason R`,
      }
    if (rotation.paused !== null)
      return {
        reason: 'paused',
        why: `its rotation is paused before phase ${phase}`,
        next: `keyrite rotation pause ${name} --resume --reason R`,
      }
    return {
      reason: 'rotating',
      why: `phase ${phase} of its rotation is due ${at}`,
      next: at <= now.toISOString() ? run : null,
    }
  }
  const isDue = at <= now.toISOString()
  if (way.cannot !== null && (isDue || late !== null))
    return {
      reason: late === null ? 'cannot' : 'overdue',
      why: `it cannot be rotated where it lies: ${way.words}; it was due ${at}`,
      next: 'keyrite key create NAME, and let its users move to it',
    }
  if (late !== null)
    return {
      reason: 'overdue',
      why: old ? aged : `it was due ${at}, ${schedule.every} after it became active`,
      next: old && at > now.toISOString() ? `keyrite key show ${name}` : run,
    }
  if (isDue) return {reason: 'due', why: `it is due since ${at}`, next: run}
  if (way.cannot !== null)
    return {reason: 'cannot', why: `it cannot be rotated where it lies: ${way.words}`, next: null}
  return never
    ? {reason: 'never', why: `it was never rotated; due ${at}`, next: null}
    : {reason: 'on-time', why: `due ${at}`, next: null}
}

/** The newest version that is active. */
export function newestActive({versions}: Pick<Key, 'versions'>): Version | undefined {
  return versions
    .filter(({state}) => state === 'active')
    .reduce<Version | undefined>(
      (last, one) => (last === undefined || one.version > last.version ? one : last),
      undefined,
    )
}

/** When a key is to be rotated next: so long after its newest active version became active, and before it expires. Null where none is active. */
export function dueOf(key: Key, {every}: Pick<Schedule, 'every'>): string | null {
  const newest = newestActive(key)
  if (newest === undefined) return null
  const due = after(newest.activatedAt ?? newest.createdAt, every)
  const {expires} = key.spec
  return expires !== null && expires < due ? expires : due
}

function limitOf({versions}: Key, {limit}: Schedule): string | null {
  const first = versions
    .filter(({state}) => state === 'active')
    .map(({activatedAt, createdAt}) => activatedAt ?? createdAt)
    .sort()[0]
  return first === undefined ? null : after(first, limit)
}

/** In whole seconds of ms, once the threshold has passed or a version is older than any may be. */
function lateness(due: string | null, limit: string | null, {overdue}: Schedule, now: Date): number | null {
  const since = (time: string): number => Math.floor((now.getTime() - Date.parse(time)) / 1000) * 1000
  const byDue = due !== null && since(due) > parseDuration(overdue) ? since(due) : null
  const byLimit = limit !== null && since(limit) > 0 ? since(limit) : null
  return byDue === null && byLimit === null ? null : Math.max(byDue ?? 0, byLimit ?? 0)
}

/** Worst first; of two alike, what is due first. */
export function worstRotationFirst(all: readonly RotationStatus[]): readonly RotationStatus[] {
  return [...all].sort(
    (a, b) =>
      rotationReasons.indexOf(a.reason) - rotationReasons.indexOf(b.reason) ||
      (a.due ?? '9').localeCompare(b.due ?? '9') ||
      (a.name < b.name ? -1 : 1),
  )
}
