/** How resources look on the wire, after everything that time did to them. */
import {attestationOf} from './attesting-state.ts'
import {nameOfKey, nameOfVersion} from './names.ts'
import {algorithms} from './algorithms.ts'
import type {Job, Key, Ring, Version, World} from './world.ts'

export type Message = Readonly<Record<string, unknown>>

/** Nine digits of a second (R); of a moment given in milliseconds. */
export function timestamp(at: number): Message {
  return {seconds: String(Math.floor(at / 1000)), nanos: (at % 1000) * 1_000_000}
}

export const text = (message: Message, name: string): string => {
  const value = message[name]
  return typeof value === 'string' ? value : ''
}

export const bytesOf = (message: Message, name: string): Buffer => {
  const value = message[name]
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.alloc(0)
}

export const within = (message: Message, name: string): Message | null => {
  const value = message[name]
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
    ? (value as Message)
    : null
}

/** Of a Duration or a Timestamp, null where it is not there. */
export const secondsOf = (message: Message, name: string): number | null => {
  const value = within(message, name)
  return value === null ? null : Number(value['seconds']) + Number(value['nanos'] ?? 0) / 1e9
}

/** S, T: makes what is pending, destroys what is due, rotates what has a period. */
export function settle(world: World, key: Key): void {
  const now = world.now()
  for (const version of key.versions) {
    if (version.state === 'PENDING_GENERATION' && now >= version.readyAt)
      version.state = world.quirks.has('generation-fails') ? 'GENERATION_FAILED' : 'ENABLED'
    if (version.state === 'PENDING_IMPORT' && now >= version.readyAt)
      version.state = version.material === null ? 'IMPORT_FAILED' : 'ENABLED'
    if (version.state === 'DESTROY_SCHEDULED' && version.destroyAt !== null && now >= version.destroyAt) {
      version.state = 'DESTROYED'
      version.destroyedAt = version.destroyAt
      version.destroyAt = null
      version.material = null
    }
  }
  while (key.rotation !== null && now >= key.rotation.nextAt && key.rotation.seconds > 0) {
    key.primary = addVersion(world, key, key.rotation.nextAt).number
    key.rotation.nextAt += key.rotation.seconds * 1000
  }
}

/** T: what is symmetric is there at once, a pair after a while. */
export function addVersion(world: World, key: Key, at: number): Version {
  const {algorithm, protectionLevel} = key.template
  const isPair = key.purpose.startsWith('ASYMMETRIC')
  const version: Version = {
    number: ++key.counted,
    state: isPair && world.generation > 0 ? 'PENDING_GENERATION' : 'ENABLED',
    protectionLevel,
    algorithm,
    createdAt: at,
    readyAt: at + (isPair ? world.generation : 0),
    destroyAt: null,
    destroyedAt: null,
    material: algorithms.get(algorithm)?.make() ?? null,
    imported: null,
    lag: 0,
  }
  key.versions.push(version)
  return version
}

export function ringMessage({name, createdAt}: Ring): Message {
  return {name, createTime: timestamp(createdAt)}
}

export function versionMessage(ring: Ring, key: Key, version: Version, full = true): Message {
  const {state, protectionLevel, algorithm, createdAt, readyAt, destroyAt, destroyedAt, imported} = version
  const made = !/^PENDING|_FAILED$/.test(state)
  return {
    name: nameOfVersion(ring, key, version),
    state,
    protectionLevel,
    algorithm,
    createTime: timestamp(createdAt),
    ...(made && imported === null ? {generateTime: timestamp(readyAt)} : {}),
    ...(destroyAt === null ? {} : {destroyTime: timestamp(destroyAt)}),
    ...(destroyedAt === null ? {} : {destroyEventTime: timestamp(destroyedAt)}),
    ...(state === 'GENERATION_FAILED' ? {generationFailureReason: 'The key could not be generated.'} : {}),
    ...(imported === null
      ? {}
      : {
          importJob: imported.job,
          ...(made ? {importTime: timestamp(readyAt)} : {}),
          ...(state === 'IMPORT_FAILED' ? {importFailureReason: imported.failure} : {}),
        }),
    // Under roots of this stand-in: it leads to nobody whom anybody else would believe.
    ...(full && protectionLevel === 'HSM' && made
      ? {attestation: attestationOf(nameOfVersion(ring, key, version), version)}
      : {}),
  }
}

export function keyMessage(ring: Ring, key: Key): Message {
  const primary = key.versions.find(({number}) => number === key.primary)
  return {
    name: nameOfKey(ring, key),
    purpose: key.purpose,
    createTime: timestamp(key.createdAt),
    labels: key.labels,
    versionTemplate: key.template,
    importOnly: key.importOnly,
    destroyScheduledDuration: {seconds: String(key.destroySeconds)},
    ...(primary === undefined ? {} : {primary: versionMessage(ring, key, primary)}),
    ...(key.rotation === null
      ? {}
      : {
          nextRotationTime: timestamp(key.rotation.nextAt),
          ...(key.rotation.seconds > 0 ? {rotationPeriod: {seconds: String(key.rotation.seconds)}} : {}),
        }),
  }
}

export const jobDays = 3

export function jobMessage(world: World, ring: Ring, job: Job): Message {
  const expiresAt = job.createdAt + jobDays * 86_400_000
  const now = world.now()
  const state = now >= expiresAt ? 'EXPIRED' : now >= job.readyAt ? 'ACTIVE' : 'PENDING_GENERATION'
  return {
    name: `${ring.name}/importJobs/${job.id}`,
    importMethod: job.method,
    protectionLevel: job.protectionLevel,
    state,
    createTime: timestamp(job.createdAt),
    expireTime: timestamp(expiresAt),
    ...(state === 'ACTIVE'
      ? {
          generateTime: timestamp(job.readyAt),
          publicKey: {pem: job.pair.publicKey.export({format: 'pem', type: 'spki'})},
        }
      : {}),
    ...(state === 'EXPIRED' ? {expireEventTime: timestamp(expiresAt)} : {}),
  }
}

/** google.longrunning.Operation that is done already: S, "immediately and permanently deleted". */
export function operation(metadata: string, value: Buffer = Buffer.alloc(0)): Message {
  return {
    name: `operations/${metadata}`,
    metadata: {type_url: `type.googleapis.com/google.cloud.kms.v1.${metadata}`, value},
    done: true,
    response: {type_url: 'type.googleapis.com/google.protobuf.Empty', value: Buffer.alloc(0)},
  }
}
