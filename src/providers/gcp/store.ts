import {KeyriteError} from '../../base/errors.ts'
import type {Found, IntentId, KeySpec, KeyStore, VersionRef} from '../ports.ts'
import {keyPurposeOf, permitSpec} from './algorithms.ts'
import {seenAs} from '../../base/seen-as.ts'
import {code, codeOf, failure, wordsOf} from './failures.ts'
import type {CryptoKey, Service} from './service.ts'
import {pages} from './listing.ts'
import {describe, keyNamed, labels, lookUp, made, refOf, settled, versionsOf} from './versions.ts'

export function keyStore(service: Service): KeyStore {
  return {
    async create(spec, intent) {
      service.demandOpen()
      const algorithm = permitSpec(spec, service.place.rawAes === true)
      await demandUnused(service, spec.label, intent)
      await makeKey(service, spec, intent, algorithm, false)
      return made(service, {key: spec.label, version: '1'})
    },

    async describe(ref) {
      const found = await lookUp(service, ref)
      return found === undefined ? undefined : describe(found)
    },

    async *list() {
      for await (const key of keys(service))
        for (const version of await versionsOf(service, key)) {
          const shown = describe({key, version})
          if (shown !== undefined) yield shown
        }
    },

    async find(intent, before) {
      // A list that is late would have it made once more.
      return seenAs(
        () => find(service, intent, before),
        ({kind}) => kind !== 'none',
        2,
      )
    },
  }
}

/** All keys, page by page. @throws KeyriteError. */
export function keys(service: Service): AsyncGenerator<CryptoKey> {
  return listed(service, '')
}

/** Keys with a label. What the list says of it is looked at here: a server that keeps to no filter gives all of them. @throws KeyriteError. */
export async function* keysWith(service: Service, label: string, value: string): AsyncGenerator<CryptoKey> {
  const bears = (key: CryptoKey): boolean => key.labels?.[label] === value
  try {
    for await (const key of listed(service, `labels.${label}=${value}`)) if (bears(key)) yield key
  } catch (error) {
    // Not every emulator knows filters: without one it is the same, and longer.
    if (!service.endpoint.isPlain) throw error
    for await (const key of keys(service)) if (bears(key)) yield key
  }
}

function listed(service: Service, filter: string): AsyncGenerator<CryptoKey> {
  const parent = service.place.ring
  return pages('list keys', async (pageToken) => {
    const [items, , {nextPageToken: next}] = await service.ask('list keys', (kms) =>
      kms.listCryptoKeys({parent, filter, pageSize: 500, pageToken}, {autoPaginate: false}),
    )
    return {items, next}
  })
}

/** @throws KeyriteError `KEY_EXISTS` if the intent was carried out. */
export async function demandUnused(service: Service, label: string, intent: IntentId): Promise<void> {
  const found = await find(service, intent, [])
  if (found.kind !== 'none')
    throw new KeyriteError('KEY_EXISTS', `cannot make key "${label}": what was intended was made already`)
}

/** Makes a key, unless it is there for this very intent. @returns whether it was made now. @throws KeyriteError `KEY_EXISTS` if the ring has another one of that name: names are never given twice, not even after destruction. */
export async function makeKey(
  service: Service,
  {label, scheme, purpose}: KeySpec,
  intent: IntentId,
  algorithm: string,
  fromOutside: boolean,
): Promise<boolean> {
  const {protection, destroyDays, ring} = service.place
  try {
    const [key] = await service.askPlainly((kms) =>
      kms.createCryptoKey({
        parent: ring,
        cryptoKeyId: label,
        skipInitialVersionCreation: fromOutside,
        cryptoKey: {
          purpose: keyPurposeOf(scheme, algorithm),
          labels: {...service.place.labels, [labels.intent]: intent, [labels.purpose]: purpose},
          versionTemplate: {
            protectionLevel: protection === 'hsm' ? 'HSM' : 'SOFTWARE',
            algorithm: algorithm as 'HMAC_SHA256',
          },
          destroyScheduledDuration: {seconds: destroyDays * 86_400},
          importOnly: fromOutside,
        },
      }),
    )
    demandLabelled(service, label, key, intent)
    return true
  } catch (error) {
    if (codeOf(error) === code.alreadyExists) {
      // A list that was late, or an answer that was lost: it may be ours.
      if ((await keyNamed(service, label))?.labels?.[labels.intent] === intent) return false
      throw new KeyriteError('KEY_EXISTS', `cannot make key "${label}": ${wordsOf(error)}`)
    }
    throw failure(`make key "${label}"`, error)
  }
}

/** Not every emulator keeps labels. @throws KeyriteError `KEY_NOT_AS_PLANNED`. */
function demandLabelled(service: Service, label: string, {labels: said}: CryptoKey, intent: string): void {
  if (said?.[labels.intent] === intent) return
  throw new KeyriteError(
    'KEY_NOT_AS_PLANNED',
    `cannot use key "${label}": ${service.endpoint.host} made it without its labels, and by nothing else is it found again after a crash`,
    {changed: true, hints: ['a place that keeps the labels of keys, as Google does']},
  )
}

/**
 * A key bears its intent as a label. A version cannot: its key says which number was about to be made, and for which intent.
 * If others appeared beside it since, who made which cannot be told.
 */
async function find(service: Service, intent: IntentId, before: readonly VersionRef[]): Promise<Found> {
  const was = new Set(before.map(({key, version}) => `${key}/${version}`))
  const made: VersionRef[] = []
  for await (const key of keysWith(service, labels.intent, intent)) {
    const [first] = await versionsOf(service, key)
    if (first !== undefined) made.push(refOf({key, version: first}))
  }
  for await (const key of rotatedFor(service, intent, before)) {
    const all = (await versionsOf(service, key)).map((version) => refOf({key, version}))
    const ours = all.filter(({version}) => version === key.labels?.[labels.rotationVersion])
    const isTold = all.some((ref) => was.has(`${ref.key}/${ref.version}`))
    const others = isTold ? all.filter((ref) => !was.has(`${ref.key}/${ref.version}`)) : []
    made.push(...(others.length > 1 ? others : ours))
  }
  const [only] = made
  if (only === undefined) return {kind: 'none'}
  if (made.length > 1) return {kind: 'ambiguous', refs: made}
  return {kind: 'one', ref: refOf(await settled(service, only))}
}

/** The keys of the versions that were there, looked at one by one, or whichever the ring says: a list may be older than its keys. */
async function* rotatedFor(
  service: Service,
  intent: IntentId,
  before: readonly VersionRef[],
): AsyncGenerator<CryptoKey> {
  if (before.length === 0) yield* keysWith(service, labels.rotation, intent)
  for (const name of new Set(before.map(({key}) => key))) {
    const key = await keyNamed(service, name)
    if (key?.labels?.[labels.rotation] === intent) yield key
  }
}
