/** Keys and versions as Azure has them, and what they are to keyrite. */
import type {DeletedKey, KeyVaultKey} from '@azure/keyvault-keys'
import {KeyriteError} from '../../base/errors.ts'
import {purposesOf, schemesOf, purposes, type Algorithm, type Purpose, type Scheme} from '../algorithms.ts'
import type {Availability, Description, VersionRef} from '../ports.ts'
import {algorithmOf, operationsOf} from './algorithms.ts'
import {statusOf} from './failures.ts'
import type {Service} from './service.ts'

/** On each version. Tags are 15 at most, 256 characters long. */
export const tags = {intent: 'keyrite-intent', scheme: 'keyrite-scheme', purpose: 'keyrite-purpose'} as const

export interface Found {
  readonly key: KeyVaultKey
  /** When it will be gone, where it was deleted; no valid date where the place does not say. */
  readonly purgeAt: Date | null
}

export const keyPath = ({key, version}: VersionRef): string => `/keys/${key}/${version}`

/** @returns undefined where it is of an algorithm that keyrite has not. */
export function describe({key, purgeAt}: Found): Description | undefined {
  const {name, keyType, key: jwk, keyOperations, properties} = key
  const algorithm = algorithmOf(String(keyType), jwk?.crv, jwk?.n?.length ?? 0)
  if (algorithm === undefined) return undefined
  const scheme = schemeOf(algorithm, properties.tags?.[tags.scheme], keyOperations ?? [])
  const purpose = purposeOf(scheme, properties.tags?.[tags.purpose])
  const state: Availability =
    properties.enabled === false
      ? 'disabled'
      : (keyOperations ?? []).includes(operationsOf(purpose, 'enabled')[0] ?? '')
        ? 'enabled'
        : 'historic'
  return {
    ref: {key: name, version: properties.version ?? ''},
    spec: {label: name, algorithm, scheme, purpose},
    intent: properties.tags?.[tags.intent] ?? null,
    availability: purgeAt === null ? state : 'destruction-pending',
    createdAt: properties.createdOn ?? null,
    destroyAt: purgeAt === null || Number.isNaN(purgeAt.getTime()) ? null : purgeAt,
    dates: {from: properties.notBefore ?? null, until: properties.expiresOn ?? null},
  }
}

/** Azure does not keep a scheme: what was not made here is told by what it may do. */
function schemeOf(algorithm: Algorithm, said: string | undefined, operations: readonly string[]): Scheme {
  const all: readonly Scheme[] = schemesOf[algorithm]
  const known = all.find((one) => one === said)
  if (known !== undefined) return known
  const signs = operations.includes('sign') || operations.includes('verify')
  return all.find((one) => purposesOf(one).includes('sign') === signs) ?? all[0] ?? 'rs256'
}

function purposeOf(scheme: Scheme, said: string | undefined): Purpose {
  const fitting = purposesOf(scheme)
  const known = purposes.find((one) => one === said)
  return known !== undefined && fitting.includes(known) ? known : (fitting[0] ?? 'sign')
}

/** @returns undefined where there is none. What was deleted and waits is there. */
export async function lookUp(service: Service, ref: VersionRef): Promise<Found | undefined> {
  if (!/^[0-9a-zA-Z-]{1,127}$/.test(ref.key) || !/^[0-9a-zA-Z-]{1,64}$/.test(ref.version)) {
    service.demandOpen()
    return undefined
  }
  const key = await orNone(service, `look at key "${ref.key}"`, () =>
    service.patient.getKey(ref.key, {version: ref.version}),
  )
  if (key !== undefined) return {key, purgeAt: null}
  const deleted = await deletedKey(service, ref.key)
  return deleted?.properties.version === ref.version ? pending(deleted) : undefined
}

export async function deletedKey(service: Service, name: string): Promise<DeletedKey | undefined> {
  return orNone(service, `look at key "${name}"`, () => service.patient.getDeletedKey(name))
}

export function pending(key: DeletedKey): Found {
  return {key, purgeAt: key.properties.scheduledPurgeDate ?? new Date(Number.NaN)}
}

/** @returns undefined where the service says that there is nothing of that name. */
export async function orNone<T>(
  service: Service,
  what: string,
  act: () => Promise<T>,
): Promise<T | undefined> {
  return service.ask(what, async () => {
    try {
      return await act()
    } catch (error) {
      if (statusOf(error) === 404) return undefined
      throw error
    }
  })
}

/** @throws KeyriteError `KEY_NOT_FOUND`. */
export async function existing(
  service: Service,
  ref: VersionRef,
): Promise<Found & {readonly shown: Description}> {
  const found = await lookUp(service, ref)
  const shown = found === undefined ? undefined : describe(found)
  if (found === undefined || shown === undefined)
    throw new KeyriteError(
      'KEY_NOT_FOUND',
      `cannot find version ${ref.version} of key "${ref.key}": the vault has no such version`,
    )
  return {...found, shown}
}

/** The ids of every version of a key, in no promised order. */
export async function versionIds(service: Service, name: string): Promise<string[]> {
  return service.ask(`list the versions of key "${name}"`, async () => {
    const ids: string[] = []
    for await (const {version} of service.patient.listPropertiesOfKeyVersions(name))
      if (version !== undefined) ids.push(version)
    return ids
  })
}
