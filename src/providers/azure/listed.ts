/** What lists tell of keys and versions: read page by page, of this vault alone, and each told once, whatever the service repeats. */
import {KeyriteError} from '../../base/errors.ts'
import {statusOf} from './failures.ts'
import type {Service} from './service.ts'

export interface Listed {
  readonly name: string
  /** Empty where the list names none. */
  readonly version: string
  readonly enabled: boolean | undefined
  readonly tags: Readonly<Record<string, string>>
  readonly createdAt: Date | null
  readonly from: Date | null
  readonly until: Date | null
  readonly purgeAt: Date | null
  readonly recoveryLevel: string | undefined
  readonly recoverableDays: number | undefined
}

type Said = Readonly<Record<string, unknown>>

/** Every key that is not deleted, by name. */
export async function keyNames(service: Service): Promise<readonly string[]> {
  const all = await read(service, 'list keys', '/keys')
  return [...new Set(all.map(({name}) => name))]
}

/** @returns none where there is no such key. */
export async function versionsListed(service: Service, name: string): Promise<readonly Listed[]> {
  const what = `list the versions of key "${name}"`
  const all = await read(service, what, `/keys/${name}/versions`).catch((error: unknown) => {
    // Azure tells an empty list.
    if (error instanceof KeyriteError && statusOf(error.cause) === 404) return []
    throw error
  })
  const own = all.filter((one) => one.name === name && one.version !== '')
  return [...new Map(own.map((one) => [one.version, one])).values()]
}

export async function deletedListed(service: Service): Promise<readonly Listed[]> {
  const all = await read(service, 'list deleted keys', '/deletedkeys')
  return [...new Map(all.map((one) => [one.name, one])).values()]
}

async function read(service: Service, what: string, path: string): Promise<readonly Listed[]> {
  return (await service.readList(what, path)).flatMap((one) => {
    const told = listedIn(one)
    return told === undefined ? [] : [told]
  })
}

function listedIn(one: Said): Listed | undefined {
  const {kid, attributes, tags, scheduledPurgeDate} = one
  const [, name, version = ''] =
    /\/(?:deleted)?keys\/([^/?]+)(?:\/([^/?]+))?\/?$/.exec(typeof kid === 'string' ? kid : '') ?? []
  if (name === undefined) return undefined
  const {enabled, created, nbf, exp, recoveryLevel, recoverableDays} = (attributes ?? {}) as Said
  return {
    ...{name, version, enabled: typeof enabled === 'boolean' ? enabled : undefined},
    tags: (tags ?? {}) as Readonly<Record<string, string>>,
    ...{createdAt: dateIn(created), from: dateIn(nbf), until: dateIn(exp)},
    purgeAt: dateIn(scheduledPurgeDate),
    recoveryLevel: typeof recoveryLevel === 'string' ? recoveryLevel : undefined,
    recoverableDays: typeof recoverableDays === 'number' ? recoverableDays : undefined,
  }
}

/** Unix seconds. The first one of 1970 is said by some where nothing is. */
function dateIn(seconds: unknown): Date | null {
  return typeof seconds === 'number' && seconds > 0 ? new Date(seconds * 1000) : null
}
