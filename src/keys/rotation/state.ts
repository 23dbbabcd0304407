/** What is known of rotations: the one that runs on a key, how far it is, and what comes next. */
import type {RotationPhase} from '../../policy/index.ts'
import {Versions} from '../../base/versions.ts'

/** A program that ran after a phase. */
export interface HookRun {
  readonly seq: number
  readonly at: string
  readonly phase: RotationPhase
  readonly hook: string
  readonly sha256: string
  readonly ok: boolean
}

export interface Rotation {
  /** Of `rotation.opened`. */
  readonly seq: number
  readonly key: string
  readonly profile: string
  /** The version that was primary when it began, and the one that shall be. */
  readonly from: number
  readonly to: number
  /** Whether the policy alone approves it. */
  readonly automatic: boolean
  /** The seq of `quorum.met`, or of the policy. */
  readonly approved: number
  readonly openedAt: string
  readonly verification: string
  readonly grace: string
  /** When each phase was done. */
  readonly at: Readonly<Partial<Record<RotationPhase, string>>>
  /** The phase that comes next and when; null once it is over. */
  readonly next: {readonly phase: RotationPhase; readonly due: string} | null
  readonly paused: {readonly seq: number; readonly at: string; readonly reason: string | null} | null
  /** Given up: nothing but a rollback follows. */
  readonly stopped: {readonly seq: number; readonly at: string; readonly reason: string | null} | null
  readonly hooks: readonly HookRun[]
}

export interface Rotations {
  /** The last rotation of each key. */
  readonly last: Versions<string, Rotation>
}

/** Where other folders find the rotations in a view. */
export const rotations = {
  name: 'rotations',
  initial: (): Rotations => ({last: new Versions()}),
}

/** Whether something of it is still to come. */
export function isRunning(rotation: Rotation | undefined): rotation is Rotation {
  return rotation !== undefined && rotation.next !== null
}
