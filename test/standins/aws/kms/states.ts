/** Which operation a key's state allows. Source: "Key states of AWS KMS keys" of the KMS Developer Guide. */
import {AwsError} from '../call.ts'
import type {Key} from './key.ts'

/** What uses the material: refused for every state but Enabled (and Updating). */
export const cryptographic: ReadonlySet<string> = new Set([
  'Sign',
  'Verify',
  'Encrypt',
  'Decrypt',
  'ReEncrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateMac',
  'VerifyMac',
  'DeriveSharedSecret',
])
const asCryptographic = new Set([
  ...cryptographic,
  'GetPublicKey',
  'CreateGrant',
  'RotateKeyOnDemand',
  'EnableKeyRotation',
  'DisableKeyRotation',
  'UpdatePrimaryRegion',
])

/** Refused while a key waits for its deletion. */
const notWhilePending = new Set([
  'EnableKey',
  'DisableKey',
  'ScheduleKeyDeletion',
  'TagResource',
  'UntagResource',
  'UpdateKeyDescription',
  'CreateAlias',
  'UpdateAlias',
  'GetParametersForImport',
  'ImportKeyMaterial',
  'DeleteImportedKeyMaterial',
  'ReplicateKey',
])
const notWhileImportPending = new Set(['EnableKey', 'DisableKey'])

/** @throws AwsError `DisabledException`, `KMSInvalidStateException` */
export function stateAllows(operation: string, {arn, state}: Key): void {
  const invalid = (why: string): AwsError => new AwsError('KMSInvalidStateException', `${arn} is ${why}.`)
  const pending = state === 'PendingDeletion' || state === 'PendingReplicaDeletion'
  if (pending && (asCryptographic.has(operation) || notWhilePending.has(operation)))
    throw invalid('pending deletion')
  if (state === 'PendingImport' && (asCryptographic.has(operation) || notWhileImportPending.has(operation)))
    throw invalid('pending import')
  if (state === 'Unavailable' && asCryptographic.has(operation)) throw invalid('unavailable')
  if (state === 'Disabled' && asCryptographic.has(operation))
    throw new AwsError('DisabledException', `${arn} is disabled.`)
}
