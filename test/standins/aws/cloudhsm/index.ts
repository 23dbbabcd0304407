/** CloudHSM v2: nobody emulates it. Where AWS's documentation is silent, "not modelled" is the answer. */
import {AwsError, notModelled, optionalNumber, optionalText, text, type Call, type Json} from '../call.ts'
import type {World} from '../world.ts'
import {shownBackup, shownCluster, shownHsm, tagList} from './shown.ts'
import {backupState, clusterAt, newId, settle, type Backup, type Cluster} from './state.ts'

type Handler = (world: World, call: Call) => Json

const daySeconds = 86_400
const invalid = (message: string): AwsError => new AwsError('CloudHsmInvalidRequestException', message)
const missing = (message: string): AwsError => new AwsError('CloudHsmResourceNotFoundException', message)

function cluster(world: World, call: Call): Cluster {
  const id = text(call.input, 'ClusterId')
  const found = clusterAt(world.cloudHsm, call, id)
  if (found === undefined || found.state === 'DELETED') throw missing(`Cluster ${id} does not exist.`)
  return found
}

function backup(world: World, call: Call, id = text(call.input, 'BackupId')): Backup {
  const found = world.cloudHsm.backups.get(id)
  if (found?.account !== call.account || found.region !== call.region)
    throw missing(`Backup ${id} does not exist.`)
  return found
}

function tagsOf(input: Json): Map<string, string> {
  const list = (input['TagList'] ?? []) as {readonly Key: string; readonly Value: string}[]
  return new Map(list.map(({Key, Value}) => [Key, Value]))
}

function paged<T>(
  all: readonly T[],
  input: Json,
  most: number,
): {readonly page: readonly T[]; readonly more: Json} {
  const size = optionalNumber(input, 'MaxResults') ?? most
  if (size < 1 || size > most) throw invalid(`MaxResults must be between 1 and ${most}`)
  const token = optionalText(input, 'NextToken') ?? 'at-0'
  const from = Number(/^at-(\d+)$/.exec(token)?.[1] ?? NaN)
  if (!Number.isInteger(from)) throw invalid('NextToken is not one of this list')
  return {
    page: all.slice(from, from + size),
    more: from + size < all.length ? {NextToken: `at-${from + size}`} : {},
  }
}

/** Filters are lists; names that are not known are refused, as they would silently show more. */
function filters(input: Json, known: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const given = (input['Filters'] ?? {}) as Record<string, string[]>
  for (const name of Object.keys(given)) if (!known.includes(name)) throw invalid(`Filter ${name} is not one`)
  return given
}

const describeClusters: Handler = (world, call) => {
  const {clusterIds, states} = filters(call.input, ['clusterIds', 'states', 'vpcIds'])
  const all = [...world.cloudHsm.clusters.values()].filter(
    (each) =>
      each.account === call.account &&
      each.region === call.region &&
      each.state !== 'DELETED' &&
      (clusterIds?.includes(each.id) ?? true) &&
      (states?.includes(each.state) ?? true),
  )
  const {page, more} = paged(all, call.input, 25)
  return {Clusters: page.map(shownCluster), ...more}
}

const describeBackups: Handler = (world, call) => {
  const {input} = call
  if (input['Shared'] === true) throw notModelled('shared backups')
  const known = ['backupIds', 'sourceBackupIds', 'clusterIds', 'states', 'neverExpires']
  const {backupIds, sourceBackupIds, clusterIds, states, neverExpires} = filters(input, known)
  const now = world.now()
  const all = [...world.cloudHsm.backups.values()].filter(
    (each) =>
      each.account === call.account &&
      each.region === call.region &&
      (backupIds?.includes(each.id) ?? true) &&
      (sourceBackupIds?.includes(each.copied?.backup ?? '') ?? true) &&
      (clusterIds?.includes(each.clusterId) ?? true) &&
      (states?.includes(backupState(each, now)) ?? true) &&
      (neverExpires?.includes(String(each.neverExpires)) ?? true),
  )
  const direction = input['SortAscending'] === true ? 1 : -1
  all.sort((a, b) => (a.createdAt - b.createdAt) * direction)
  const {page, more} = paged(all, input, 50)
  return {Backups: page.map((each) => shownBackup(each, now)), ...more}
}

const createCluster: Handler = (world, call) => {
  const {input, account, region} = call
  const sourceBackupId = optionalText(input, 'SourceBackupId')
  const subnetIds = input['SubnetIds']
  if (!Array.isArray(subnetIds) || subnetIds.length === 0) throw invalid('SubnetIds must name one at least')
  const source = sourceBackupId === undefined ? undefined : backup(world, call, sourceBackupId)
  if (source !== undefined && backupState(source, world.now()) !== 'READY')
    throw invalid(`Backup ${source.id} is ${backupState(source, world.now())}, not READY.`)
  const retention = (input['BackupRetentionPolicy'] ?? {}) as {readonly Value?: string}
  const made: Cluster = {
    id: newId('cluster'),
    account,
    region,
    createdAt: world.now(),
    readyAt: world.now() + world.lagSeconds,
    hsmType: text(input, 'HsmType'),
    mode: optionalText(input, 'Mode') ?? source?.mode ?? 'FIPS',
    subnetIds: subnetIds.map(String),
    ...(sourceBackupId === undefined ? {} : {sourceBackupId}),
    hsms: [],
    state: 'CREATE_IN_PROGRESS',
    retentionDays: Number(retention.Value ?? 90),
    tags: tagsOf(input),
  }
  world.cloudHsm.clusters.set(made.id, made)
  return {Cluster: shownCluster(made)}
}

const createHsm: Handler = (world, call) => {
  const found = cluster(world, call)
  const zone = text(call.input, 'AvailabilityZone')
  const hsm = {
    id: newId('hsm'),
    zone,
    ip: optionalText(call.input, 'IpAddress') ?? `10.0.0.${10 + found.hsms.length}`,
    state: 'CREATE_IN_PROGRESS' as const,
    readyAt: world.now() + world.lagSeconds,
  }
  found.hsms.push(hsm)
  return {Hsm: shownHsm(found, hsm)}
}

/** AWS makes a backup of what an HSM held before it goes. */
const deleteHsm: Handler = (world, call) => {
  const found = cluster(world, call)
  const at = found.hsms.findIndex(({id}) => id === text(call.input, 'HsmId'))
  const [hsm] = at < 0 ? [] : found.hsms.splice(at, 1)
  if (hsm === undefined) throw missing('There is no such HSM in this cluster.')
  makeBackup(world, found)
  return {HsmId: hsm.id}
}

const deleteCluster: Handler = (world, call) => {
  const found = cluster(world, call)
  if (found.hsms.length > 0) throw invalid(`Cluster ${found.id} still has HSMs.`)
  found.state = 'DELETED'
  return {Cluster: shownCluster(found)}
}

/** Automatic in AWS, daily and with every HSM that comes or goes: there is no call for it. */
export function makeBackup(world: World, of: Cluster): Backup {
  const made: Backup = {
    id: newId('backup'),
    account: of.account,
    region: of.region,
    clusterId: of.id,
    createdAt: world.now(),
    readyAt: world.now() + world.lagSeconds,
    hsmType: of.hsmType,
    mode: of.mode,
    neverExpires: false,
    tags: new Map(),
  }
  world.cloudHsm.backups.set(made.id, made)
  return made
}

const copyBackupToRegion: Handler = (world, call) => {
  const source = backup(world, call)
  const region = text(call.input, 'DestinationRegion')
  const state = backupState(source, world.now())
  if (state !== 'READY') throw invalid(`Backup ${source.id} is ${state}, not READY.`)
  if (region === call.region) throw notModelled('a copy into the same Region')
  const tags = tagsOf(call.input)
  const copied = {at: world.now(), region: source.region, backup: source.id, cluster: source.clusterId}
  const copy: Backup = {
    ...source,
    id: newId('backup'),
    region,
    readyAt: world.now() + world.lagSeconds,
    copied,
    neverExpires: false,
    tags: tags.size > 0 ? tags : new Map(source.tags),
  }
  world.cloudHsm.backups.set(copy.id, copy)
  return {
    DestinationBackup: {
      CreateTimestamp: new Date(copy.createdAt * 1000),
      SourceRegion: source.region,
      SourceBackup: source.id,
      SourceCluster: source.clusterId,
    },
  }
}

const deleteBackup: Handler = (world, call) => {
  const found = backup(world, call)
  if (found.deleteAt !== undefined) throw invalid(`Backup ${found.id} is PENDING_DELETION.`)
  found.deleteAt = world.now() + 7 * daySeconds
  return {Backup: shownBackup(found, world.now())}
}

const restoreBackup: Handler = (world, call) => {
  const found = backup(world, call)
  if (found.deleteAt === undefined) throw invalid(`Backup ${found.id} is not PENDING_DELETION.`)
  delete found.deleteAt
  return {Backup: shownBackup(found, world.now())}
}

const modifyBackupAttributes: Handler = (world, call) => {
  const found = backup(world, call)
  found.neverExpires = call.input['NeverExpires'] === true
  return {Backup: shownBackup(found, world.now())}
}

function tagged(world: World, call: Call): Cluster | Backup {
  const id = text(call.input, 'ResourceId')
  return id.startsWith('backup-')
    ? backup(world, call, id)
    : cluster(world, {...call, input: {ClusterId: id}})
}

const handlers: Readonly<Record<string, Handler>> = {
  DescribeClusters: describeClusters,
  DescribeBackups: describeBackups,
  CreateCluster: createCluster,
  CreateHsm: createHsm,
  DeleteHsm: deleteHsm,
  DeleteCluster: deleteCluster,
  CopyBackupToRegion: copyBackupToRegion,
  DeleteBackup: deleteBackup,
  RestoreBackup: restoreBackup,
  ModifyBackupAttributes: modifyBackupAttributes,
  ListTags: (world, call) => ({TagList: tagList(tagged(world, call).tags)}),
  TagResource: (world, call) => {
    const found = tagged(world, call)
    found.tags = new Map([...found.tags, ...tagsOf(call.input)])
    return {}
  },
  UntagResource: (world, call) => {
    const {tags} = tagged(world, call)
    for (const key of (call.input['TagKeyList'] ?? []) as string[]) tags.delete(key)
    return {}
  },
}

export function cloudHsm(world: World, call: Call): Json {
  settle(world.cloudHsm, world.now())
  const handler = handlers[call.operation]
  if (handler === undefined) throw notModelled(`CloudHSM v2 ${call.operation}`)
  return handler(world, call)
}
