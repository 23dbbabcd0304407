/** What a change of state makes of a version. */
import {shared} from '../base/shared.ts'
import type {Entry} from '../ledger/index.ts'
import type {KeyState} from './lifecycle.ts'
import type {ProbeResult, Version} from './state.ts'

/** A `ProbeResult`, as JSON. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is no JSON to the compiler
type Line = {probe: string; ok: boolean; evidence: ProbeResult['evidence']; detail: string}

interface Changed extends Pick<Version, 'enforced'> {
  readonly from: KeyState
  readonly to: KeyState
  readonly results: Line[]
  readonly destroy_at?: string | undefined
}

/** What a version is after `key.state.changed`. @param containedBy - the incident in which it was done, if in one. */
export function moved(
  {seq, time, approved}: Entry,
  {from, to, enforced, results: lines, destroy_at: destroyAt}: Changed,
  before: Version | undefined,
  containedBy: number | null,
): Partial<Version> {
  const effect = {at: time, seq, results: shared(lines)}
  // That what is destroyed was compromised is a fact about it: nothing is changed by that.
  if (from === 'destroyed') return {compromisedAt: time, effect}
  const scheduled = to === 'destruction-scheduled'
  return {
    state: to,
    enforced,
    effect,
    changedAt: time,
    // Once it is used it stands by no more.
    standby: to === 'active' ? null : (before?.standby ?? null),
    activatedAt: before?.activatedAt ?? (to === 'active' ? time : null),
    usedUntil: to === 'active' ? null : from === 'active' ? time : (before?.usedUntil ?? null),
    changedBy: seq,
    cameFrom: scheduled ? from : null,
    destroyAt: destroyAt ?? null,
    containedBy: to === 'suspended' ? containedBy : null,
    scheduledBy: scheduled ? approved : null,
    ...(to === 'compromised' && from !== 'destruction-scheduled' ? {compromisedAt: time} : {}),
  }
}
