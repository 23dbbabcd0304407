/** Which steps a quorum has approved, and when. */
import {
  brings,
  type CertificateStep,
  type KeyActivateStep,
  type KeyCreateStep,
  type KeyDestroyStep,
  type KeyImportStep,
  type KeyRotateStep,
  type QuorumStep,
  type ReadAloudStep,
  type SharesCombineStep,
  type SharesSplitStep,
  type Step,
} from '../step.ts'
import type {Room} from './room.ts'

export class Approvals {
  readonly #room: Room
  readonly #approved = new Set<string>()

  constructor(room: Room) {
    this.#room = room
  }

  readPlan(step: ReadAloudStep, quorum: string): void {
    if (this.#room.isDone(quorum))
      this.#room.report(
        step,
        ['what'],
        'read-too-late',
        `the plan of "${quorum}" is read after it was approved: move this step before it`,
      )
  }

  /** @param canBeActivated - whether a key can be activated as it stands now. */
  approve(step: QuorumStep, canBeActivated: (key: string) => boolean): void {
    const {report, steps} = this.#room
    const keys = new Set<string>()
    for (const [at, id] of step.for.entries()) {
      const field = ['for', at]
      const wanted = steps.find((one) => one.id === id)
      if (wanted === undefined) continue // said by the references
      if (!isApproved(wanted)) {
        report(
          step,
          field,
          'quorum-for-what',
          `step "${id}" (${wanted.kind}) needs no quorum: name key.create, key.import, key.activate, key.rotate, key.destroy, certificate.self-sign, certificate.request, shares.split and shares.combine steps`,
        )
        continue
      }
      keys.add(aboutOf(wanted))
      if (this.#room.isDone(id))
        report(
          step,
          field,
          'quorum-too-late',
          `step "${id}" stands before its quorum: move the quorum before it`,
        )
      if (this.#approved.has(id))
        report(step, field, 'approved-twice', `step "${id}" has a quorum already: take it out of one of them`)
      this.#approved.add(id)
    }
    if (keys.size > 1)
      report(
        step,
        ['for'],
        'quorum-for-several',
        `one quorum approves one key, not ${[...keys].join(', ')}: make a quorum step for each`,
      )
    this.#demandAlone(step)
    this.#demandCreation(step, canBeActivated)
  }

  /** Says so where no quorum approves a step. */
  demand(step: ApprovedStep): void {
    if (this.#approved.has(step.id)) return
    const later = this.#room.steps.some((one) => one.kind === 'quorum' && one.for.includes(step.id))
    if (!later)
      this.#room.report(
        step,
        ['id'],
        'needs-quorum',
        `nobody approves step "${step.id}": name it in "for" of a quorum step before it`,
      )
  }

  /** Signing a certificate has a plan of its own, and so have a rotation, the end of a key, a split, and a recovery. */
  #demandAlone(step: QuorumStep): void {
    const own = this.#room.steps.find(
      (one) => step.for.includes(one.id) && isApproved(one) && !brings(one) && one.kind !== 'key.activate',
    )
    if (own !== undefined && step.for.length > 1)
      this.#room.report(
        step,
        ['for'],
        'quorum-for-several',
        `a ${own.kind.startsWith('certificate.') ? 'certificate' : `${own.kind} step`} has a plan of its own: make a quorum step for it alone`,
      )
  }

  /** A plan to activate a key is made of the key as it stands, unless it is the one that also makes it. */
  #demandCreation(step: QuorumStep, canBeActivated: (key: string) => boolean): void {
    const wanted = this.#room.steps.filter((one) => step.for.includes(one.id))
    if (wanted.some((one) => brings(one))) return
    const early = wanted.find((one) => one.kind === 'key.activate' && !canBeActivated(one.key))
    if (early !== undefined)
      this.#room.report(
        step,
        ['for'],
        'quorum-without-creation',
        'it approves to activate a key that is not made and verified yet: name the key.create or key.import step of that key too, or move this step after its key.verify',
      )
  }
}

type ApprovedStep =
  | KeyCreateStep
  | KeyImportStep
  | KeyActivateStep
  | KeyRotateStep
  | KeyDestroyStep
  | CertificateStep
  | SharesSplitStep
  | SharesCombineStep

/** Kinds of steps that are done only as people approved them. */
export const approvedKinds: readonly string[] = [
  'key.create',
  'key.import',
  'key.activate',
  'key.rotate',
  'key.destroy',
  'certificate.self-sign',
  'certificate.request',
  'shares.split',
  'shares.combine',
] satisfies readonly ApprovedStep['kind'][]

const isApproved = (step: Step): step is ApprovedStep => approvedKinds.includes(step.kind)

/** What the plan is about: a key, or a set of shares. */
function aboutOf(step: ApprovedStep): string {
  return step.kind === 'shares.split' || step.kind === 'shares.combine' ? `set ${step.set}` : step.key
}
