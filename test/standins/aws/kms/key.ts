/** A key as the stand-in shows it: what the emulator says of it, and what is known beyond that. */
import {AwsError, without, type Call, type Json} from '../call.ts'
import type {Upstream} from '../upstream.ts'
import type {KeyNote, World} from '../world.ts'
import {currentMaterialId} from './material.ts'

export interface Key {
  readonly arn: string
  readonly id: string
  readonly note: KeyNote
  /** As DescribeKey answers. */
  readonly metadata: Json
  readonly state: string
}

/** What every handler is given. */
export interface Context {
  readonly world: World
  readonly call: Call
  readonly key: Key | undefined
  /** The emulator, in the call's own account and Region. */
  readonly up: (operation: string, input: Json) => Promise<Json>
  readonly upstream: Upstream
}

export type Handler = (context: Context) => Promise<Json>

/** @throws AwsError `NotFoundException`, also for what is gone by the stand-in's clock. */
export async function findKey(world: World, upstream: Upstream, call: Call, named: string): Promise<Key> {
  const answer = await upstream(call, 'DescribeKey', {KeyId: named})
  return shown(world, call, answer['KeyMetadata'] as Json)
}

export function shown(world: World, call: Call, raw: Json): Key {
  const arn = String(raw['Arn'])
  const note = world.note(arn)
  if (note.gone) throw new AwsError('NotFoundException', `Key '${arn}' does not exist`)
  const metadata = described(world, call, note, raw)
  return {arn, id: String(raw['KeyId']), note, metadata, state: String(metadata['KeyState'])}
}

export const setName = (account: string, id: string): string => `${account}/${id}`

function described(world: World, {account, region}: Call, note: KeyNote, raw: Json): Json {
  const id = String(raw['KeyId'])
  const {mlDsa, store, deletion, createdAt, importValidTo} = note
  const set = world.sets.get(setName(account, id))
  const held = store === undefined ? undefined : world.stores.get(store.id)
  const state =
    deletion !== undefined
      ? deletion.at === undefined
        ? 'PendingReplicaDeletion'
        : 'PendingDeletion'
      : held !== undefined && held.state !== 'CONNECTED' && raw['KeyState'] === 'Enabled'
        ? 'Unavailable'
        : String(raw['KeyState'])
  const material = currentMaterialId(world, setName(account, id))
  return {
    ...without(raw, 'DeletionDate', 'PendingDeletionWindowInDays'),
    KeyState: state,
    Enabled: state === 'Enabled',
    ...(createdAt === undefined ? {} : {CreationDate: createdAt}),
    ...(deletion?.at === undefined ? {} : {DeletionDate: deletion.at}),
    ...(state === 'PendingReplicaDeletion' ? {PendingDeletionWindowInDays: deletion?.days} : {}),
    ...(importValidTo === undefined ? {} : {ValidTo: importValidTo}),
    ...(material === undefined ? {} : {CurrentKeyMaterialId: material}),
    ...(mlDsa === undefined
      ? {}
      : {KeySpec: mlDsa.spec, CustomerMasterKeySpec: mlDsa.spec, SigningAlgorithms: ['ML_DSA_SHAKE_256']}),
    ...(store === undefined ? {} : {Origin: store.origin, CustomKeyStoreId: store.id}),
    ...(held?.clusterId === undefined ? {} : {CloudHsmClusterId: held.clusterId}),
    ...(store?.xksKeyId === undefined ? {} : {XksKeyConfiguration: {Id: store.xksKeyId}}),
    ...(set === undefined ? {} : {MultiRegionConfiguration: regionsOf(set, account, id, region)}),
  }
}

function regionsOf(
  set: {readonly primary: string; readonly regions: ReadonlySet<string>},
  account: string,
  id: string,
  here: string,
): Json {
  const member = (region: string): Json => ({
    Arn: `arn:aws:kms:${region}:${account}:key/${id}`,
    Region: region,
  })
  return {
    MultiRegionKeyType: here === set.primary ? 'PRIMARY' : 'REPLICA',
    PrimaryKey: member(set.primary),
    ReplicaKeys: [...set.regions].filter((region) => region !== set.primary).map(member),
  }
}

/** The key that an operation is about. */
export function needed({key}: Context): Key {
  if (key === undefined) throw new AwsError('ValidationException', 'KeyId is required')
  return key
}
