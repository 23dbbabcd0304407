/** The shapes of steps, as far as the model of the room and the engine know them. The schemas of `steps/` are stricter. */

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

export interface KeyVerifyStep extends StepBase {
  readonly kind: 'key.verify'
  readonly key: string
}

export interface KeyActivateStep extends StepBase {
  readonly kind: 'key.activate'
  readonly key: string
}

export interface SignOffStep extends StepBase {
  readonly kind: 'sign-off'
}

interface OtherStep extends StepBase {
  readonly kind: 'clock' | 'confirm' | 'machine' | 'record'
}

export type Step =
  QuorumStep | ReadAloudStep | KeyCreateStep | KeyVerifyStep | KeyActivateStep | SignOffStep | OtherStep
