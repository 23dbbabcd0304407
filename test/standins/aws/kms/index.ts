/** KMS: what the emulator behind has goes there; what it lacks, or has otherwise than the documentation says, is here. */
import {AwsError, notModelled, optionalText, type Call, type Json} from '../call.ts'
import type {Upstream} from '../upstream.ts'
import type {World} from '../world.ts'
import {getPublicKey, sign, verify} from './asymmetric.ts'
import {createKey} from './create.ts'
import {whatIsDue} from './due.ts'
import {deleteImportedKeyMaterial, getParametersForImport, importKeyMaterial} from './imports.ts'
import {findKey, type Handler, type Key} from './key.ts'
import {cancelKeyDeletion, replicateKey, scheduleKeyDeletion, updatePrimaryRegion} from './life.ts'
import {describeKey, listAliases, listKeys} from './list.ts'
import {mayAsk, mayUse, staysOpen} from './policy.ts'
import {
  disableKeyRotation,
  enableKeyRotation,
  getKeyRotationStatus,
  listKeyRotations,
  rotateKeyOnDemand,
} from './rotation.ts'
import {cryptographic, stateAllows} from './states.ts'
import {
  connectCustomKeyStore,
  createCustomKeyStore,
  deleteCustomKeyStore,
  describeCustomKeyStores,
  disconnectCustomKeyStore,
  updateCustomKeyStore,
} from './stores.ts'
import {decrypt, encrypt, generateDataKey, generateDataKeyPair, reEncrypt} from './symmetric.ts'
import {getKeyLastUsage, used} from './usage.ts'

const putKeyPolicy: Handler = async ({world, call, up}) => {
  staysOpen(world, call, optionalText(call.input, 'Policy') ?? '')
  return up('PutKeyPolicy', call.input)
}

const handlers: Readonly<Record<string, Handler>> = {
  CreateKey: createKey,
  DescribeKey: describeKey,
  ListKeys: listKeys,
  ListAliases: listAliases,
  GetPublicKey: getPublicKey,
  Sign: sign,
  Verify: verify,
  Encrypt: encrypt,
  Decrypt: decrypt,
  ReEncrypt: reEncrypt,
  GenerateDataKey: generateDataKey,
  GenerateDataKeyWithoutPlaintext: generateDataKey,
  GenerateDataKeyPair: generateDataKeyPair,
  GenerateDataKeyPairWithoutPlaintext: generateDataKeyPair,
  RotateKeyOnDemand: rotateKeyOnDemand,
  ListKeyRotations: listKeyRotations,
  EnableKeyRotation: enableKeyRotation,
  DisableKeyRotation: disableKeyRotation,
  GetKeyRotationStatus: getKeyRotationStatus,
  ScheduleKeyDeletion: scheduleKeyDeletion,
  CancelKeyDeletion: cancelKeyDeletion,
  ReplicateKey: replicateKey,
  UpdatePrimaryRegion: updatePrimaryRegion,
  GetParametersForImport: getParametersForImport,
  ImportKeyMaterial: importKeyMaterial,
  DeleteImportedKeyMaterial: deleteImportedKeyMaterial,
  PutKeyPolicy: putKeyPolicy,
  GetKeyLastUsage: getKeyLastUsage,
  CreateCustomKeyStore: createCustomKeyStore,
  DescribeCustomKeyStores: describeCustomKeyStores,
  ConnectCustomKeyStore: connectCustomKeyStore,
  DisconnectCustomKeyStore: disconnectCustomKeyStore,
  UpdateCustomKeyStore: updateCustomKeyStore,
  DeleteCustomKeyStore: deleteCustomKeyStore,
}

/** Judged by handlers of their own, as they concern two keys, or one that the ciphertext names. */
const judgeThemselves = new Set(['ReEncrypt'])
/** A ML-DSA key stands behind an elliptic curve's: what is not ours must not reach that. */
const pairOperations = new Set(['DeriveSharedSecret', 'Encapsulate', 'Decapsulate'])

export async function kms(world: World, upstream: Upstream, call: Call): Promise<Json> {
  await whatIsDue(world, upstream)
  const {operation, input} = call
  const key = await keyOf(world, upstream, call)
  if (!judgeThemselves.has(operation)) {
    if (key !== undefined) await mayUse(world, upstream, call, key, operation)
    else if (operation !== 'Decrypt') mayAsk(world, call)
  }
  if (key !== undefined) {
    if (key.note.mlDsa !== undefined && pairOperations.has(operation)) throw notModelled(operation)
    stateAllows(operation, key)
  }
  if (input['DryRun'] === true)
    throw new AwsError('DryRunOperationException', 'the request would have succeeded')
  const handler = handlers[operation]
  const up = (asked: string, given: Json): Promise<Json> => upstream(call, asked, given)
  const answer = await (handler === undefined
    ? up(operation, input)
    : handler({world, call, key, up, upstream}))
  if (cryptographic.has(operation) && operation !== 'ReEncrypt')
    used(world, optionalText(answer, 'KeyId') ?? key?.arn ?? '', operation)
  return answer
}

async function keyOf(world: World, upstream: Upstream, call: Call): Promise<Key | undefined> {
  const {operation, input} = call
  const named = optionalText(input, 'KeyId') ?? optionalText(input, 'TargetKeyId')
  // ListAliases, ListGrants and others take it too; a list without one is of all keys.
  return named === undefined || operation === 'ReEncrypt' ? undefined : findKey(world, upstream, call, named)
}
