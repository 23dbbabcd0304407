/** The shapes of steps, as far as the model of the room and the engine know them. The schemas of `steps/` are stricter. */

import type {Checkpoint} from './checklist.ts'
import type {MaterialState} from './materials.ts'

/** What every step has, whatever its kind. */
export interface StepBase {
  readonly id: string
  readonly kind: string
  /** What is done, as it is printed and read. `${name}` stands for a parameter. */
  readonly text: string
  /** The role that does it. */
  readonly by: string
  /** Planned minutes. */
  readonly minutes: number
  /** Points of the checklist that it settles. */
  readonly checks?: readonly Checkpoint[] | undefined
  /** By material: the state that it must be in before, and that which it is in afterwards. */
  readonly needs?: Readonly<Record<string, MaterialState>> | undefined
  readonly leaves?: Readonly<Record<string, MaterialState>> | undefined
}

export interface QuorumStep extends StepBase {
  readonly kind: 'quorum'
  /** The ids of the steps that it approves. */
  readonly for: readonly string[]
}

export interface ReadAloudStep extends StepBase {
  readonly kind: 'read-aloud'
  /** `template`, `ledger`, `text`, or `plan of STEP`. */
  readonly what: string
}

export interface KeyCreateStep extends StepBase {
  readonly kind: 'key.create'
  readonly key: string
  readonly profile: string
}

export interface KeyImportStep extends StepBase {
  readonly kind: 'key.import'
  readonly key: string
  readonly profile: string
}

/** Whether a step brings a key into the ledger under a name of its own. */
export function brings<One extends {readonly kind: string}>(
  step: One,
): step is Extract<One, {readonly kind: 'key.create' | 'key.import'}> {
  return step.kind === 'key.create' || step.kind === 'key.import'
}

export interface KeyVerifyStep extends StepBase {
  readonly kind: 'key.verify'
  readonly key: string
}

export interface KeyActivateStep extends StepBase {
  readonly kind: 'key.activate'
  readonly key: string
}

export interface KeyRotateStep extends StepBase {
  readonly kind: 'key.rotate'
  readonly key: string
}

export interface KeyDestroyStep extends StepBase {
  readonly kind: 'key.destroy'
  readonly key: string
  /** The primary one where it is left out. */
  readonly version?: number | undefined
}

export interface SignOffStep extends StepBase {
  readonly kind: 'sign-off'
}

export interface BagStep extends StepBase {
  readonly kind: 'bag'
  readonly action: 'seal' | 'check' | 'open' | 'destroy'
  readonly bag: string
  /** Ids of materials. */
  readonly contents?: readonly string[] | undefined
  /** The role that reads the number aloud. */
  readonly reads?: string | undefined
}

export interface AttestStep extends StepBase {
  readonly kind: 'attest'
  readonly profile?: string | undefined
  readonly key?: string | undefined
  readonly material?: string | undefined
}

export interface CertificateStep extends StepBase {
  readonly kind: 'certificate.self-sign' | 'certificate.request'
  readonly key: string
}

export interface CertificateVerifyStep extends StepBase {
  readonly kind: 'certificate.verify'
  /** The id of the step that made it. */
  readonly of: string
}

export interface SharesSplitStep extends StepBase {
  readonly kind: 'shares.split'
  /** What the set is called. */
  readonly set: string
  readonly threshold: number
  readonly holders: readonly string[]
  readonly key?: string | undefined
}

export interface SharesReceiveStep extends StepBase {
  readonly kind: 'shares.receive'
  /** The id of the step that gave the shares out. */
  readonly of: string
}

export interface SharesCombineStep extends StepBase {
  readonly kind: 'shares.combine'
  readonly set: string
  readonly ticket: string
  /** What it becomes in a provider; without it, it is given out. */
  readonly key?: string | undefined
  readonly profile?: string | undefined
}

export interface ShareCheckStep extends StepBase {
  readonly kind: 'share.check'
  readonly set: string
}

interface OtherStep extends StepBase {
  readonly kind: 'clock' | 'confirm' | 'machine' | 'pause' | 'photo' | 'record'
}

export type Step =
  | QuorumStep
  | ReadAloudStep
  | KeyCreateStep
  | KeyImportStep
  | KeyVerifyStep
  | KeyActivateStep
  | KeyRotateStep
  | KeyDestroyStep
  | SignOffStep
  | BagStep
  | AttestStep
  | CertificateStep
  | CertificateVerifyStep
  | SharesSplitStep
  | SharesReceiveStep
  | SharesCombineStep
  | ShareCheckStep
  | OtherStep
