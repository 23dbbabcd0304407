/** The step kinds that this keyrite knows. */
import type {StepKind} from '../kinds.ts'
import {attest, type AttestStep} from './attest.ts'
import {bag, type BagStep} from './bag.ts'
import {certificateRequest} from './certificate-request.ts'
import {certificateSelfSign} from './certificate-self-sign.ts'
import {certificateVerify, type CertificateVerifyStep} from './certificate-verify.ts'
import type {CertificateRequestStep, CertificateSelfSignStep} from './certificate.ts'
import {clock, type ClockStep} from './clock.ts'
import {confirm, type ConfirmStep} from './confirm.ts'
import {keyActivate, type KeyActivateStep} from './key-activate.ts'
import {keyCreate, type KeyCreateStep} from './key-create.ts'
import {keyDestroy, type KeyDestroyStep} from './key-destroy.ts'
import {keyImport, type KeyImportStep} from './key-import.ts'
import {keyRotate, type KeyRotateStep} from './key-rotate.ts'
import {keyVerify, type KeyVerifyStep} from './key-verify.ts'
import {machine, type MachineStep} from './machine.ts'
import {pause, type PauseStep} from './pause.ts'
import {photo, type PhotoStep} from './photo.ts'
import {quorum, type QuorumStep} from './quorum.ts'
import {readAloud, type ReadAloudStep} from './read-aloud.ts'
import {record, type RecordStep} from './record.ts'
import {shareCheck, type ShareCheckStep} from './share-check.ts'
import {sharesCombine} from './shares-combine.ts'
import {sharesReceive, type SharesReceiveStep} from './shares-receive.ts'
import {sharesSplit} from './shares-split.ts'
import type {SharesCombineStep, SharesSplitStep} from './shares.ts'
import {signOff, type SignOffStep} from './sign-off.ts'

/** A step of any kind, with parameters in place. */
export type Step =
  | AttestStep
  | BagStep
  | CertificateRequestStep
  | CertificateSelfSignStep
  | CertificateVerifyStep
  | ClockStep
  | ConfirmStep
  | KeyActivateStep
  | KeyCreateStep
  | KeyDestroyStep
  | KeyImportStep
  | KeyRotateStep
  | KeyVerifyStep
  | MachineStep
  | PauseStep
  | PhotoStep
  | QuorumStep
  | ReadAloudStep
  | RecordStep
  | ShareCheckStep
  | SharesCombineStep
  | SharesReceiveStep
  | SharesSplitStep
  | SignOffStep

const all = [
  confirm,
  record,
  readAloud,
  photo,
  clock,
  machine,
  bag,
  quorum,
  keyCreate,
  keyImport,
  keyVerify,
  attest,
  keyActivate,
  keyRotate,
  keyDestroy,
  pause,
  certificateSelfSign,
  certificateRequest,
  certificateVerify,
  sharesSplit,
  sharesReceive,
  sharesCombine,
  shareCheck,
  signOff,
]

/** By name, in the order of the documents. */
export const stepKinds: ReadonlyMap<string, StepKind> = new Map(all.map((kind) => [kind.kind, kind]))

/** Kinds that the language names and this keyrite does not have yet. */
export const laterKinds: readonly string[] = ['backup.start', 'backup.verify']

/** The kind of a step that was parsed. */
export function kindOf(step: Step): StepKind {
  const kind = stepKinds.get(step.kind)
  if (kind === undefined) throw new TypeError(`no step kind "${step.kind}"`)
  return kind
}

export {planReadBy} from './read-aloud.ts'
export {certificateWishOf} from './certificate.ts'
export {wishOf} from './key-create.ts'
export type {
  CertificateRequestStep,
  CertificateSelfSignStep,
  CertificateVerifyStep,
  AttestStep,
  BagStep,
  ClockStep,
  ConfirmStep,
  KeyActivateStep,
  KeyCreateStep,
  KeyDestroyStep,
  KeyImportStep,
  KeyRotateStep,
  KeyVerifyStep,
  MachineStep,
  PauseStep,
  PhotoStep,
  QuorumStep,
  ReadAloudStep,
  RecordStep,
  ShareCheckStep,
  SharesCombineStep,
  SharesReceiveStep,
  SharesSplitStep,
  SignOffStep,
}
