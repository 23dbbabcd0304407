/** Backups: of one key, and of a whole Managed HSM into a storage account, which is a drawer of this stand-in. */
import {randomBytes} from 'node:crypto'
import {keyNotFound, notModelled, Refused} from './failures.ts'
import {keyOf, newest, type Act, type Call} from './keys.ts'
import {Accepted, bundle, textIn, type Body} from './messages.ts'
import type {Job, Key, World} from './world.ts'

/** R. */
const prefix = '&AzureKeyVaultKeyBackupV1.microsoft.com'

const copyOf = (key: Key): Key => ({...key, versions: key.versions.map((one) => ({...one}))})

export const backupActs: Readonly<Record<'backup' | 'restore', Act>> = {
  /** R: all versions. Here the blob is a number of what this stand-in keeps. */
  backup(world, {name}) {
    const id = randomBytes(16).toString('hex')
    world.blobs.set(id, copyOf(keyOf(world, name)))
    const value = Buffer.from(`${prefix}${id}`).toString('base64url')
    return {value: world.quirks.has('other-blob') ? `eyJ9.${value}` : value}
  },

  restore(world, {base, body, lies}) {
    const text = Buffer.from(textIn(body, 'value'), 'base64url').toString()
    const kept = text.startsWith(prefix) ? world.blobs.get(text.slice(prefix.length)) : undefined
    if (kept === undefined) throw new Refused(400, 'Malformed backup blob', 'Backup blob is corrupt.') // R
    const {name} = kept
    // R.
    if (world.keys.has(name) || world.deleted.has(name))
      throw new Refused(
        409,
        'Conflict',
        `There was a conflict restoring the key '${base}/keys/${name}'. This can happen if either: the key exists, or is deleted.`,
      )
    const key = copyOf(kept)
    if (!lies) world.keys.set(name, key)
    return bundle(world, base, key, newest(key))
  },
}

/** R: a job that is asked for again and again. Lists of nulls where nothing is to be said. */
function shown({status, startedAt, endedAt, id, container, failure}: Job): Body {
  return {
    status,
    statusDetails: null,
    error: failure ?? null,
    startTime: startedAt,
    endTime: endedAt,
    jobId: id,
    ...(container === undefined ? {} : {azureStorageBlobContainerUri: container}),
  }
}

function begun(world: World, {base}: Call, kind: 'backup' | 'restore', work: () => Partial<Job>): Accepted {
  demandHsm(world)
  const job: Job = {
    id: randomBytes(16).toString('hex'),
    status: 'InProgress',
    startedAt: world.now(),
    endedAt: null,
    work,
  }
  world.jobs.set(job.id, job)
  return new Accepted(
    202,
    {...shown(job), ...(kind === 'backup' ? {azureStorageBlobContainerUri: null} : {})},
    {'azure-asyncoperation': `${base}/${kind}/${job.id}/pending`, 'retry-after': String(world.jobSeconds)},
  )
}

/** R: under way, then done. A bad SAS shows here, as a refusal. */
const pending: Act = (world, {name}) => {
  const job = world.jobs.get(name)
  if (job === undefined) throw notModelled('a job that is not there')
  if (job.status !== 'InProgress') return shown(job)
  if (world.now() < job.startedAt + world.jobSeconds) return shown(job)
  Object.assign(job, world.changing(job.work), {status: 'Succeeded', endedAt: world.now()})
  return shown(job)
}

/** R. */
function demandSas(access: Body): void {
  const token = textIn(access, 'token')
  if (access['useManagedIdentity'] === true || /(^|[?&])sig=/.test(token)) return
  throw new Refused(
    400,
    'BadRequest',
    'The customer provided SAS token is malformed. It does not contain a signature.',
  )
}

export const hsmBackupActs: Readonly<
  Record<'backUp' | 'restoreAll' | 'restoreOne' | 'preBackup' | 'preRestore' | 'pending', Act>
> = {
  backUp: (world, call) =>
    begun(world, call, 'backup', () => {
      demandSas(call.body)
      const stamp = new Date(world.now() * 1000).toISOString().replace(/\D/g, '').slice(0, 16)
      const container = `${textIn(call.body, 'storageResourceUri')}/mhsm-standin-${stamp}${world.stored.size}`
      if (!call.lies)
        world.stored.set(container, new Map([...world.keys].map(([name, key]) => [name, copyOf(key)])))
      return {container}
    }),

  /** D: it replaces everything. */
  restoreAll: (world, call) =>
    begun(world, call, 'restore', () => {
      const kept = storedIn(world, call, 'folderToRestore')
      if (call.lies) return {}
      world.keys.clear()
      world.deleted.clear()
      for (const [name, key] of kept) world.keys.set(name, copyOf(key))
      return {}
    }),

  restoreOne: (world, call) =>
    begun(world, call, 'restore', () => {
      const key = storedIn(world, call, 'folder').get(call.name)
      if (key === undefined) throw keyNotFound(call.name)
      if (!call.lies) world.keys.set(call.name, copyOf(key))
      return {}
    }),

  preBackup: (world, call) =>
    begun(world, call, 'backup', () => {
      demandSas(call.body)
      return {}
    }),

  preRestore: (world, call) =>
    begun(world, call, 'restore', () => {
      storedIn(world, call, 'folderToRestore')
      return {}
    }),

  pending,
}

function storedIn(world: World, {body}: Call, field: string): ReadonlyMap<string, Key> {
  const access = (body['sasTokenParameters'] ?? {}) as Body
  demandSas(access)
  const kept = world.stored.get(`${textIn(access, 'storageResourceUri')}/${textIn(body, field)}`)
  if (kept === undefined) throw notModelled('the words for a folder that is not there')
  return kept
}

export function demandHsm({place}: World): void {
  if (!place.isHsm) throw notModelled('this call of a Managed HSM, at a vault')
}
