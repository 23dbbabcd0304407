/** Keys and versions as Azure has them, and what they are to keyrite. */
import type {DeletedKey, KeyVaultKey} from '@azure/keyvault-keys'
import {KeyriteError} from '../../base/errors.ts'
import {seenAs} from '../../base/seen-as.ts'
import {
  algorithms,
  purposesOf,
  schemesOf,
  purposes,
  type Algorithm,
  type Purpose,
  type Scheme,
} from '../algorithms.ts'
import type {Availability, Description, VersionRef} from '../ports.ts'
import {algorithmOf, operationsOf} from './algorithms.ts'
import {statusOf} from './failures.ts'
import {deletedListed, versionsListed, type Listed} from './listed.ts'
import type {Service} from './service.ts'

/** On each version. Tags are 15 at most, 256 characters long. */
export const tags = {
  intent: 'keyrite-intent',
  scheme: 'keyrite-scheme',
  purpose: 'keyrite-purpose',
  /** Read only where the service hides the key itself. */
  algorithm: 'keyrite-algorithm',
} as const

export interface Found {
  readonly key: KeyVaultKey
  /** When it will be gone, where it was deleted; no valid date where the place does not say. */
  readonly purgeAt: Date | null
}

/** Made once for a vault, to bring keys in under (`.byok`, key exchange key). */
export const exchangeName = 'keyrite-key-exchange'

/** While it can do that one thing alone it protects nothing, and is nobody’s to take over. */
export function onlyBringsIn({name, keyOperations}: Pick<KeyVaultKey, 'name' | 'keyOperations'>): boolean {
  return name === exchangeName && keyOperations?.join() === 'import'
}

export const keyPath = ({key, version}: VersionRef): string => `/keys/${key}/${version}`

/** @returns undefined where it is of an algorithm that keyrite has not. */
export function describe({key, purgeAt}: Found): Description | undefined {
  const {name, keyType, key: jwk, keyOperations, properties} = key
  const told = properties.tags?.[tags.algorithm]
  const algorithm =
    keyType === undefined
      ? algorithms.find((one) => one === told)
      : algorithmOf(keyType, jwk?.crv, jwk?.n?.length ?? 0)
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
    createdAt: dateIn(properties.createdOn),
    destroyAt: purgeAt === null || Number.isNaN(purgeAt.getTime()) ? null : purgeAt,
    dates: {from: dateIn(properties.notBefore), until: dateIn(properties.expiresOn)},
  }
}

/** The first second of 1970 is said by some where there is no date; the client of the SDK makes a number of it. */
export function dateIn(said: Date | undefined): Date | null {
  return typeof said === 'object' && said.getTime() > 0 ? said : null
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
  const key = await orHidden(
    service,
    `look at key "${ref.key}"`,
    () => service.patient.getKey(ref.key, {version: ref.version}),
    () => hiddenVersion(service, ref),
  )
  if (key !== undefined) return {key, purgeAt: null}
  const deleted = await deletedKey(service, ref.key)
  if (deleted?.properties.version === ref.version) return pending(deleted)
  // A key is deleted whole, and this is all that a list tells of one that is hidden.
  if (deleted?.properties.version !== '') return undefined
  return pending({...deleted, properties: {...deleted.properties, version: ref.version}})
}

/** Azure tells what is disabled as anything else. Others say that it is not there, or refuse to read it: then it is what the list has of it. */
async function orHidden<T>(
  service: Service,
  what: string,
  look: () => Promise<T>,
  listed: () => Promise<T | undefined>,
): Promise<T | undefined> {
  let refused: KeyriteError | undefined
  try {
    const seen = await orNone(service, what, look)
    if (seen !== undefined) return seen
  } catch (error) {
    if (!(error instanceof KeyriteError) || statusOf(error.cause) !== 403) throw error
    refused = error
  }
  const found = await listed()
  if (found === undefined && refused !== undefined) throw refused
  return found
}

async function hiddenVersion(service: Service, ref: VersionRef): Promise<KeyVaultKey | undefined> {
  const all = await versionsListed(service, ref.key)
  const found = all.find(({version}) => version === ref.version)
  if (found === undefined) return undefined
  return found.enabled === false ? {name: ref.key, properties: propertiesOf(found)} : settledKey(service, ref)
}

/** It is in the list, and was not told: one of both is late. */
async function settledKey(service: Service, ref: VersionRef): Promise<KeyVaultKey | undefined> {
  const look = (): Promise<KeyVaultKey | undefined> =>
    orNone(service, `look at key "${ref.key}"`, () => service.patient.getKey(ref.key, {version: ref.version}))
  return seenAs(look, (one) => one !== undefined, 1)
}

function propertiesOf(one: Listed): KeyVaultKey['properties'] {
  const {name, version, tags: said, createdAt, from, until, recoveryLevel, recoverableDays} = one
  return {
    ...{name, version, vaultUrl: '', tags: said, enabled: false},
    ...(createdAt === null ? {} : {createdOn: createdAt}),
    ...(from === null ? {} : {notBefore: from}),
    ...(until === null ? {} : {expiresOn: until}),
    ...(recoveryLevel === undefined ? {} : {recoveryLevel}),
    ...(recoverableDays === undefined ? {} : {recoverableDays}),
  }
}

/** Among the deleted, by name. Where it is hidden as it is disabled, as far as the list tells it: without its version, where that has none. */
export async function deletedKey(service: Service, name: string): Promise<DeletedKey | undefined> {
  const listed = async (): Promise<DeletedKey | undefined> => {
    const found = (await deletedListed(service)).find((one) => one.name === name)
    if (found === undefined) return undefined
    const {purgeAt} = found
    const at = purgeAt === null ? {} : {scheduledPurgeDate: purgeAt}
    return {name, properties: {...propertiesOf(found), ...at}}
  }
  return orHidden(service, `look at key "${name}"`, () => service.patient.getDeletedKey(name), listed)
}

export function pending(key: DeletedKey): Found {
  return {key, purgeAt: dateIn(key.properties.scheduledPurgeDate) ?? new Date(Number.NaN)}
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

/**
 * The newest version, as the place tells it to whoever names none.
 * @throws KeyriteError `KEY_STATE` where it is there and the place tells nothing of it, as others than Azure do of what is disabled.
 */
export async function newestOf(service: Service, name: string): Promise<KeyVaultKey | undefined> {
  const what = `look at key "${name}"`
  const hidden = async (): Promise<undefined> => {
    const all = /^[0-9a-zA-Z-]{1,127}$/.test(name) ? await versionsListed(service, name) : []
    if (!all.some(({enabled}) => enabled === false)) return undefined
    throw new KeyriteError(
      'KEY_STATE',
      `cannot ${what}: it is disabled, and the service then tells nothing of it but that, as Azure’s own does not do`,
      {hints: [`keyrite key resume ${name}`]},
    )
  }
  return orHidden(service, what, () => service.patient.getKey(name), hidden)
}

/** The ids of every version of a key, in no promised order. */
export async function versionIds(service: Service, name: string): Promise<string[]> {
  return (await versionsListed(service, name)).map(({version}) => version)
}
