import type {CreateKeyCommandInput} from '@aws-sdk/client-kms'
import {KeyriteError} from '../../base/errors.ts'
import type {Found, IntentId, KeySpec, KeyStore, VersionRef} from '../ports.ts'
import {isInvalid} from './failures.ts'
import type {Answered} from './identity.ts'
import {isHollow, type Keys, type Version} from './keys.ts'
import {policyOf} from './policy.ts'
import {awsSpecs, cloudHsmStore, permitSpec, usageOf} from './specs.ts'
import {taggedIds} from './tagging.ts'
import {tagsOf} from './tags.ts'

/** What every port works on. */
export interface Service {
  readonly keys: Keys
  /** Who answers; asked once for what a key's policy needs. */
  readonly who: () => Promise<Answered>
  /** One maker at a time: KMS lets two keys have one name. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>
}

export function keyStore(service: Service): KeyStore {
  const {keys} = service
  return {
    async create(spec, intent) {
      permitSpec(spec, keys.line.place.customKeyStore !== null)
      return service.alone(async () => {
        await demandNew(keys, spec, intent)
        const id = await makeKey(service, spec, intent, await originOf(service, spec))
        return (await settled(keys, id, intent)).ref
      })
    },

    async describe(ref) {
      const version = await keys.version(ref)
      return version === undefined ? undefined : keys.described(version)
    },

    list: () => keys.all(),

    async find(intent, before) {
      const found = await look(keys, intent, before)
      if (found.kind !== 'none') return found
      // What was just made is not in every list at once: AWS says that it takes a while.
      await keys.line.pause(keys.line.patience.settle / keys.line.patience.look)
      return look(keys, intent, before)
    },
  }
}

/** By tag; and of a rotation, which has no place for one, by what was not there before. */
async function look(keys: Keys, intent: IntentId, before: readonly VersionRef[]): Promise<Found> {
  const ids = await idsOf(keys, intent, new Set(before.map(({key}) => key)))
  const made = (await Promise.all(ids.map(async (id) => whole(keys, id)))).flat()
  const refs = made.length > 0 ? made : await newSince(keys, before)
  const [only] = refs
  if (only === undefined) return {kind: 'none'}
  return refs.length === 1 ? {kind: 'one', ref: only} : {kind: 'ambiguous', refs}
}

async function idsOf(keys: Keys, intent: IntentId, without: ReadonlySet<string>): Promise<readonly string[]> {
  const confirmed = []
  for (const id of await taggedIds(keys.line.place, intent))
    if ((await keys.tagged(id))?.intent === intent) confirmed.push(id)
  if (confirmed.length > 0) return confirmed
  return keys.having((tagged) => tagged.intent === intent, {without, strictly: true})
}

/** The first version of a key; none of one that still waits for its material: that was cut off, and the same import goes on. */
async function whole(keys: Keys, id: string): Promise<readonly VersionRef[]> {
  const known = await keys.known(id)
  if (known === undefined || known.metadata.KeyState === 'PendingImport') return []
  const versions = await keys.versions(known)
  const [first] = versions.toSorted((a, b) => (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0))
  return first === undefined ? [] : [first.ref]
}

/** What the keys that were there have by now and had not then. */
async function newSince(keys: Keys, before: readonly VersionRef[]): Promise<readonly VersionRef[]> {
  const had = new Set(before.map(({key, version}) => `${key} ${version}`))
  const found: VersionRef[] = []
  for (const id of new Set(before.map(({key}) => key))) {
    const known = await keys.known(id)
    const now = known === undefined ? [] : await keys.versions(known)
    found.push(...now.map(({ref}) => ref).filter(({key, version}) => !had.has(`${key} ${version}`)))
  }
  return found
}

/** @throws KeyriteError `KEY_EXISTS` if the name is given, or the intent was carried out. */
export async function demandNew(keys: Keys, {label}: KeySpec, intent: IntentId): Promise<void> {
  for (const there of await keys.having((tagged) => tagged.label === label || tagged.intent === intent))
    await demandOther(keys, there, label, intent)
}

/** What an import that was refused left behind, and is going, takes no name. */
async function demandOther(keys: Keys, there: string, label: string, intent: IntentId): Promise<void> {
  const same = (await keys.tagged(there))?.intent === intent
  const metadata = await keys.metadata(there)
  if (!same && isHollow(metadata)) return
  throw new KeyriteError(
    'KEY_EXISTS',
    `cannot make key "${label}": ${same ? 'what was intended was made already' : 'there is one of that name'} (${there})`,
    metadata?.KeyState === 'PendingImport'
      ? {
          hints: [
            `it waits for material; if nobody brings any: aws kms schedule-key-deletion --key-id ${there}`,
          ],
        }
      : {},
  )
}

type Origin = Pick<CreateKeyCommandInput, 'Origin' | 'CustomKeyStoreId' | 'MultiRegion' | 'XksKeyId'>

/** @throws KeyriteError `UNSUPPORTED` where keys are made outside AWS and this one is not named, or the other way round. */
export async function originOf({who, keys}: Service, {label, outside}: KeySpec): Promise<Origin> {
  const {place} = keys.line
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot make key "${label}": ${fact}`)
  }
  const {store} = place.customKeyStore === null ? {store: null} : await who()
  if (outside !== undefined)
    return store === null || store.type === cloudHsmStore
      ? refuse('this is no external key store, which alone has keys outside AWS')
      : {Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId: store.id, XksKeyId: outside}
  if (place.customKeyStore === null) return {Origin: 'AWS_KMS', MultiRegion: place.replicaRegions.length > 0}
  if (store?.type !== cloudHsmStore)
    return refuse('the keys of an external key store are made in its own key manager, and taken by name')
  return {Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: store.id}
}

/**
 * Asks once for a key: KMS would make a second one.
 * @returns its id.
 * @throws KeyriteError `UNSUPPORTED` if the region does not make such keys.
 */
export async function makeKey(
  service: Service,
  spec: KeySpec,
  intent: IntentId,
  origin: Origin,
): Promise<string> {
  const {line} = service.keys
  const {account, partition} = await service.who()
  try {
    const {KeyMetadata: made} = await line.call(
      `make key "${spec.label}"`,
      (kms) =>
        kms.createKey({
          ...origin,
          KeySpec: awsSpecs[spec.algorithm],
          KeyUsage: usageOf(spec),
          Description: `${spec.label}: ${spec.scheme}, to ${spec.purpose}`,
          Policy: policyOf(spec, account, partition),
          Tags: tagsOf(spec, intent),
        }),
      {once: true},
    )
    const id = made?.KeyId
    if (id !== undefined) return id
  } catch (error) {
    if (!isInvalid(error)) throw error
    throw new KeyriteError(
      'UNSUPPORTED',
      origin.Origin === 'EXTERNAL'
        ? `cannot import key "${spec.label}": AWS KMS in ${line.place.region} takes no ${spec.algorithm} to ${spec.purpose} from outside`
        : `cannot make key "${spec.label}": AWS KMS in ${line.place.region} makes no ${spec.algorithm} to ${spec.purpose}`,
      {cause: error},
    )
  }
  throw new KeyriteError('PROVIDER_FAILED', `cannot make key "${spec.label}": its answer names no key`)
}

/**
 * The one version of a key that was just made, as soon as KMS knows of it and of its tags: by these it is found again.
 * @throws KeyriteError `PROVIDER_FAILED` where it does not in time.
 */
export async function settled(keys: Keys, id: string, intent: IntentId): Promise<Version> {
  const {line} = keys
  for (let waited = 0; ; waited += line.patience.look) {
    const known = await keys.known(id)
    const [version] = known === undefined ? [] : await keys.versions(known)
    if (version?.intent === intent) return version
    keys.forget(id)
    if (waited >= line.patience.settle && version !== undefined)
      throw new KeyriteError(
        'PROVIDER_FAILED',
        `cannot know key ${id} again, which was just made: what answers there does not keep its tags, or does not give them`,
        {
          changed: true,
          hints: [
            `it is of no use to keyrite: aws kms schedule-key-deletion --key-id ${id}`,
            'docs/providers/aws.md says what a place must keep',
          ],
        },
      )
    if (waited >= line.patience.settle)
      throw new KeyriteError('PROVIDER_FAILED', `cannot find key ${id}, which was just made, at AWS KMS`, {
        changed: true,
        hints: ['the same command again: it asks what was done'],
      })
    await line.pause()
  }
}
