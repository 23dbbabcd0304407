/** The plan of a quorum, made of the template's own steps: it needs no clock, so its digest can be printed before the day. */
import {KeyriteError} from '../base/errors.ts'
import {planCertificate, type KeyToCome} from '../certificates/index.ts'
import {custodyFold} from '../custody/index.ts'
import {planCreate, planDestroy, planImport, planMove, planRotate, type Planned} from '../keys/index.ts'
import type {View} from '../ledger/index.ts'
import {planDigest, requests, type Request} from '../requests/index.ts'
import {findSet, planCombine, planSplit} from '../shares/index.ts'
import {ceremonyOf, type RunContext} from './run-context.ts'
import type {Filled} from './filled.ts'
import type {StepBase} from './step.ts'
import {
  certificateWishOf,
  type CertificateRequestStep,
  type CertificateSelfSignStep,
} from './steps/certificate.ts'
import {endingOf, type KeyDestroyStep} from './steps/key-destroy.ts'
import type {KeyRotateStep} from './steps/key-rotate.ts'
import {wishOf, type KeyCreateStep} from './steps/key-create.ts'
import type {KeyImportStep} from './steps/key-import.ts'
import {recoveredAs, splitWishOf, type SharesCombineStep, type SharesSplitStep} from './steps/shares.ts'

/** Every step of a ceremony, in order. */
export function allSteps(filled: Filled): readonly StepBase[] {
  return filled.acts.flatMap((act) => act.steps)
}

/** A step by which a key comes into the ledger under a name of its own. */
export type BringingStep = KeyCreateStep | KeyImportStep

export function brings(step: StepBase): step is BringingStep {
  return step.kind === 'key.create' || step.kind === 'key.import'
}

/** What a plan is made of. A rehearsal names no material beforehand: what is brought in it is made up. */
export type Planning = Pick<View, 'of'> & {readonly facts?: Pick<View['facts'], 'rehearsal'>}

/** @throws KeyriteError `TEMPLATE_INVALID` if there is no such quorum step, and what `planCreate` and `planMove` throw. */
export function planOfQuorum(view: Planning, filled: Filled, id: string): Planned {
  const steps = allSteps(filled)
  const quorum = steps.find((step) => step.kind === 'quorum' && step.id === id)
  const approves =
    quorum !== undefined && 'for' in quorum && Array.isArray(quorum.for)
      ? (quorum.for as readonly unknown[])
      : []
  const covered = steps.filter((step) => approves.includes(step.id))
  const certify = covered.find(
    (step): step is CertificateRequestStep | CertificateSelfSignStep =>
      step.kind === 'certificate.self-sign' || step.kind === 'certificate.request',
  )
  if (certify !== undefined)
    return planCertificate(view, certificateWishOf(certify, keyToCome(steps, certify.key)))
  const escrow = planOfShares(view, covered)
  if (escrow !== null) return escrow
  const change = planOfChange(view, covered)
  if (change !== null) return change
  const made = covered.find(brings)
  if (made === undefined) {
    const [activate] = covered.flatMap((step) =>
      step.kind === 'key.activate' && 'key' in step ? [step.key] : [],
    )
    if (typeof activate === 'string') return planMove(view, activate, 'activate')
    throw new KeyriteError('TEMPLATE_INVALID', `step "${id}" is no quorum for a key`, {
      hints: ['keyrite ceremony lint FILE'],
    })
  }
  const wish = wishOf(
    made,
    covered.some((step) => step.kind === 'key.activate'),
  )
  if (made.kind === 'key.create') return planCreate(view, wish)
  // No step lets material end by itself, so no clock is asked.
  return planImport(view, wish, view.facts?.rehearsal === true ? null : made.sha256, new Date(0))
}

/** A rotation, or the end of a key, from the day that the step names. @returns null where no step is one. */
function planOfChange(view: Pick<View, 'of'>, covered: readonly StepBase[]): Planned | null {
  const rotate = covered.find((step): step is KeyRotateStep => step.kind === 'key.rotate')
  if (rotate !== undefined) return planRotate(view, rotate.key, new Date(rotate.on))
  const destroy = covered.find((step): step is KeyDestroyStep => step.kind === 'key.destroy')
  return destroy === undefined
    ? null
    : planDestroy(view, endingOf(destroy), new Date(destroy.on).toISOString())
}

/** @returns null where no step is on shares. */
function planOfShares(view: Pick<View, 'of'>, covered: readonly StepBase[]): Planned | null {
  const split = covered.find((step): step is SharesSplitStep => step.kind === 'shares.split')
  if (split !== undefined) return planSplit(view, splitWishOf(view.of(custodyFold).roster, split))
  const combine = covered.find((step): step is SharesCombineStep => step.kind === 'shares.combine')
  return combine === undefined ? null : planCombine(view, findSet(view, combine.set), recoveredAs(combine))
}

/** What the ceremony makes under this name; null where it makes nothing so. */
function keyToCome(steps: readonly StepBase[], name: string): KeyToCome | null {
  const create = steps.filter(brings).find((step) => step.key === name)
  if (create === undefined) return null
  const {expires} = wishOf(create, false)
  return {...create, expires: expires?.toISOString() ?? null}
}

/** The request of a quorum step in this ceremony, if it was opened: the newest over this plan. */
export function requestOfQuorum(
  {app, id}: Pick<RunContext, 'app' | 'id'>,
  sha256: string,
): Request | undefined {
  return [...app.ledger.of(requests).all.values()]
    .filter((one) => one.ceremony === id && one.planSha256 === sha256 && !one.withdrawn)
    .at(-1)
}

/** Digest, hex, of the plan that a quorum step asks for; taken from the record once that step is done, for then the key may exist. */
export function planDigestOf(context: RunContext, step: string): string {
  const recorded = ceremonyOf(context).done.find((one) => one.step === step)?.result['plan_sha256']
  if (typeof recorded === 'string') return recorded
  return planDigest(planOfQuorum(context.app.ledger.view, context.filled, step).plan)
}
