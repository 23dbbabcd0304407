/** Keys and versions as Cloud KMS has them, and what they are to keyrite. */
import {setTimeout as sleep} from 'node:timers/promises'
import {KeyriteError} from '../../base/errors.ts'
import {visibleLine} from '../../base/visible.ts'
import {purposes, purposesOf, type Purpose, type Scheme} from '../algorithms.ts'
import type {Description, VersionRef} from '../ports.ts'
import {seenAs} from '../../base/seen-as.ts'
import {rowOf} from './algorithms.ts'
import {code, codeOf, failure} from './failures.ts'
import {allOf, pages} from './listing.ts'
import type {CryptoKey, CryptoKeyVersion, Service} from './service.ts'

/** On the key: a version has no labels. Google's own rules: lower case, digits, `-` and `_`, 63 long. */
export const labels = {
  intent: 'keyrite-intent',
  purpose: 'keyrite-purpose',
  rotation: 'keyrite-rotation',
  rotationVersion: 'keyrite-rotation-version',
} as const

export interface Found {
  readonly key: CryptoKey
  readonly version: CryptoKeyVersion
}

const last = (name: string | null | undefined): string => name?.split('/').at(-1) ?? ''

export const keyPath = (service: Service, key: string): string => `${service.place.ring}/cryptoKeys/${key}`

export const versionPath = (service: Service, {key, version}: VersionRef): string =>
  `${keyPath(service, key)}/cryptoKeyVersions/${version}`

export function refOf({key, version}: Found): VersionRef {
  return {key: last(key.name), version: last(version.name)}
}

export function dateOf(at: {seconds?: unknown; nanos?: unknown} | null | undefined): Date | null {
  if (at === null || at === undefined) return null
  return new Date(Number(at.seconds) * 1000 + Math.floor(Number(at.nanos ?? 0) / 1_000_000))
}

/** @returns undefined where it is no key of ours, nor one that could be: an algorithm that keyrite has not, or no material. */
export function describe(found: Found): Description | undefined {
  const {key, version} = found
  const row = rowOf(String(version.algorithm))
  const availability = availabilityOf(version)
  if (row === undefined || availability === undefined) return undefined
  const ref = refOf(found)
  return {
    ref,
    spec: {
      label: ref.key,
      algorithm: row.algorithm,
      scheme: row.scheme,
      purpose: purposeOf(key, row.scheme),
    },
    intent: intentOf(key, ref.version),
    availability,
    createdAt: madeAt(found),
    destroyAt: dateOf(version.destroyTime) ?? dateOf(version.destroyEventTime),
  }
}

/** @throws KeyriteError `PROVIDER_FAILED` where nothing says it. */
function madeAt({key, version}: Found): Date {
  const at = dateOf(version.createTime) ?? dateOf(version.generateTime) ?? dateOf(key.createTime)
  if (at !== null) return at
  throw new KeyriteError(
    'PROVIDER_FAILED',
    `cannot look at key "${last(key.name)}": nothing there says when it was made`,
    {hints: ['look at what answers there: keyrite profile show PROFILE names the endpoint']},
  )
}

function purposeOf(key: CryptoKey, scheme: Scheme): Purpose {
  const fitting = purposesOf(scheme)
  const said = purposes.find((one) => one === key.labels?.[labels.purpose])
  return said !== undefined && fitting.includes(said) ? said : (fitting[0] ?? 'sign')
}

function intentOf({labels: said}: CryptoKey, version: string): string | null {
  if (version === said?.[labels.rotationVersion]) return said[labels.rotation] ?? null
  return version === '1' ? (said?.[labels.intent] ?? null) : null
}

/** Of what is pending or failed there is no material. */
const known: Readonly<Record<string, Description['availability']>> = {
  ENABLED: 'enabled',
  DISABLED: 'disabled',
  DESTROY_SCHEDULED: 'destruction-pending',
  DESTROYED: 'destroyed',
}

function availabilityOf({state}: CryptoKeyVersion): Description['availability'] | undefined {
  return known[String(state)]
}

/** @returns undefined where there is none: that one look says so is not enough. */
export async function lookUp(service: Service, ref: VersionRef): Promise<Found | undefined> {
  service.demandOpen()
  // Other names would be refused by the client's own rules, as an error of the caller.
  if (!/^[a-zA-Z0-9_-]{1,63}$/.test(ref.key) || !/^[1-9]\d{0,9}$/.test(ref.version)) return undefined
  const look = async (): Promise<Found | undefined> =>
    orNone(`look at key "${ref.key}"`, async () => {
      const [[key], [version]] = await Promise.all([
        service.askPlainly((kms) => kms.getCryptoKey({name: keyPath(service, ref.key)})),
        service.askPlainly((kms) => kms.getCryptoKeyVersion({name: versionPath(service, ref)})),
      ])
      return {key, version}
    })
  // What is pending may be there by now.
  return seenAs(look, (one) => one !== undefined && !isPending(one.version), 2)
}

/** @returns undefined where there is none: that one look says so is not enough. */
export async function keyNamed(service: Service, name: string): Promise<CryptoKey | undefined> {
  service.demandOpen()
  const look = async (): Promise<CryptoKey | undefined> =>
    orNone(`look at key "${name}"`, async () => {
      const [found] = await service.askPlainly((kms) => kms.getCryptoKey({name: keyPath(service, name)}))
      return found
    })
  return seenAs(look, (one) => one !== undefined, 2)
}

/** @returns undefined where Google says that it is not there. */
async function orNone<T>(what: string, look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if (codeOf(error) === code.notFound) return undefined
    throw failure(what, error)
  }
}

export const isPending = ({state}: CryptoKeyVersion): boolean => String(state).startsWith('PENDING_')
/** Nothing came of it, and nothing will. */
export const isFailed = ({state}: CryptoKeyVersion): boolean => String(state).endsWith('_FAILED')

/** @throws KeyriteError `KEY_NOT_FOUND`; `PROVIDER_FAILED` while it is being made, `UNSUPPORTED` where it never will be, or is of an algorithm that keyrite has not. */
export async function existing(
  service: Service,
  ref: VersionRef,
): Promise<Found & {readonly shown: Description}> {
  const found = await lookUp(service, ref)
  const shown = found === undefined ? undefined : describe(found)
  if (found !== undefined && shown === undefined)
    throw new KeyriteError(
      // Nobody may take it for a refusal because of a state that keyrite asked for.
      isPending(found.version) ? 'PROVIDER_FAILED' : 'UNSUPPORTED',
      `cannot use version ${ref.version} of key "${ref.key}": Google says that it is ${String(found.version.state)}, of algorithm ${String(found.version.algorithm)}`,
      {hints: isPending(found.version) ? ['the same command again, in a few minutes: it is being made'] : []},
    )
  if (found === undefined || shown === undefined)
    throw new KeyriteError(
      'KEY_NOT_FOUND',
      `cannot find version ${ref.version} of key "${ref.key}": the key ring has no such version`,
    )
  return {...found, shown}
}

/** Every version of one key, the oldest first. */
export async function versionsOf(service: Service, key: CryptoKey): Promise<readonly CryptoKeyVersion[]> {
  const what = `list the versions of key "${last(key.name)}"`
  const all = await allOf(
    pages(what, async (pageToken) => {
      const [items, , {nextPageToken: next}] = await service.ask(what, (kms) =>
        kms.listCryptoKeyVersions({parent: key.name ?? '', pageSize: 500, pageToken}, {autoPaginate: false}),
      )
      return {items, next}
    }),
  )
  return all.toSorted((a, b) => Number(last(a.name)) - Number(last(b.name)))
}

/** What is being made is waited for no longer, in ms. */
const longest = 90_000

/**
 * Waits until what is being made is there, or failed: a pair takes seconds, in an HSM sometimes a minute.
 * @throws KeyriteError `PROVIDER_FAILED` if there is none, `INDETERMINATE` if it takes too long.
 */
export async function settled(service: Service, ref: VersionRef): Promise<Found> {
  const what = `look at key "${ref.key}"`
  const look = async (): Promise<CryptoKeyVersion | undefined> =>
    orNone(what, async () => {
      const [version] = await service.askPlainly((kms) =>
        kms.getCryptoKeyVersion({name: versionPath(service, ref)}),
      )
      return version
    })
  const till = performance.now() + Math.min(longest, service.within ?? longest)
  for (;;) {
    const version = await seenAs(look, (one) => one !== undefined)
    const found =
      version === undefined || isPending(version) ? undefined : ((await lookUp(service, ref)) ?? undefined)
    if (found !== undefined && !isPending(found.version)) return found
    if (version === undefined)
      throw new KeyriteError(
        'PROVIDER_FAILED',
        `cannot find key "${ref.key}": Google said that it is made, and there is no version ${ref.version}`,
        {changed: true, hints: ['the same command again: it asks what was done']},
      )
    const left = till - performance.now()
    if (left <= 0) throw stillPending(ref, version)
    await sleep(Math.min(left, left > longest - 2000 ? 100 : 1000))
  }
}

function stillPending({key, version}: VersionRef, {state}: CryptoKeyVersion): KeyriteError {
  return new KeyriteError(
    'INDETERMINATE',
    `cannot tell yet whether key "${key}" is made: Google says that version ${version} is ${String(state)}`,
    {
      changed: true,
      hints: [
        'the same command again, in a few minutes: it asks what was done, and makes nothing twice',
        `gcloud kms keys versions describe ${version}, of key ${key}: what it says of it for days is for Google's support`,
      ],
    },
  )
}

/** What was made, once it is there. @throws KeyriteError as `settled`; `KEY_NOT_AS_PLANNED` where nothing came of it. */
export async function made(service: Service, ref: VersionRef): Promise<VersionRef> {
  const found = await settled(service, ref)
  if (!isFailed(found.version)) return refOf(found)
  const {generationFailureReason, importFailureReason, state} = found.version
  const reason = [generationFailureReason, importFailureReason].find((one) => (one ?? '') !== '')
  throw new KeyriteError(
    'KEY_NOT_AS_PLANNED',
    `cannot make key "${ref.key}": Google says that version ${ref.version} is ${String(state)}, ${visibleLine(reason ?? 'and not why', 160)}`,
    {changed: true, hints: ['ask anew, for another name: Google gives none twice']},
  )
}
