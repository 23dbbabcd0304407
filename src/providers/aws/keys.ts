/** The keys there, as AWS KMS tells of them: those that keyrite made, and those of others as far as keyrite has such keys. */
import type {KeyMetadata} from '@aws-sdk/client-kms'
import {KeyriteError} from '../../base/errors.ts'
import type {Availability, Description, IntentId, KeySpec, VersionRef} from '../ports.ts'
import type {Line} from './client.ts'
import {isDenied, isMissing} from './failures.ts'
import {pages, told} from './pages.ts'
import {othersSpec, parseTags, specOf, type Tagged} from './tags.ts'

const idForm = /^(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
/** The version of what has one material for ever, and no id for it. */
const only = '1'

/** One key with what it says of itself. */
export interface Known {
  readonly id: string
  readonly metadata: KeyMetadata
  readonly spec: KeySpec
  /** Null of a key that keyrite did not make. */
  readonly intent: IntentId | null
}

/** One of the materials of a key; `current` is the one that is signed and encrypted with. */
export interface Version extends Known {
  readonly ref: VersionRef
  readonly current: boolean
  /** Null where it does not say. */
  readonly createdAt: Date | null
}

export class Keys {
  readonly line: Line
  /** Tags of keys that were read. Only keyrite writes its own, when it makes a key. */
  readonly #tags = new Map<string, Tagged | undefined>()
  /** What others call their keys, by id: known once all are listed. */
  #aliases: ReadonlyMap<string, string> = new Map()

  constructor(line: Line) {
    this.line = line
  }

  /** @returns undefined where there is no such key, keyrite has no such keys, or AWS keeps it for itself. */
  async known(id: string): Promise<Known | undefined> {
    if (!idForm.test(id)) return undefined
    const metadata = await this.metadata(id)
    if (metadata === undefined || metadata.KeyManager === 'AWS') return undefined
    const tagged = await this.tagged(id)
    const spec =
      tagged === undefined ? othersSpec(metadata, this.#aliases.get(id) ?? id) : specOf(metadata, tagged)
    return spec === undefined ? undefined : {id, metadata, spec, intent: tagged?.intent ?? null}
  }

  /** @returns undefined where there is no such key in that region. */
  async metadata(id: string, region?: string): Promise<KeyMetadata | undefined> {
    try {
      const how = region === undefined ? {} : {region}
      const what = `ask for key ${id}`
      const {KeyMetadata: found} = await this.line.call(what, (kms) => kms.describeKey({KeyId: id}), how)
      return told(what, 'KeyMetadata', found)
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  async tagged(id: string): Promise<Tagged | undefined> {
    if (this.#tags.has(id)) return this.#tags.get(id)
    const what = `read the tags of key ${id}`
    const tags = []
    for await (const page of pages(this.line, what, (kms, from) =>
      kms.listResourceTags({KeyId: id, ...from}),
    ))
      tags.push(...told(what, 'Tags', page.Tags))
    const tagged = parseTags(tags)
    this.#tags.set(id, tagged)
    return tagged
  }

  /** Its tags are read anew the next time: of what was just made they may not be told yet. */
  forget(id: string): void {
    this.#tags.delete(id)
  }

  /** Every id there, page by page: also of keys that are not ours. */
  async *ids(): AsyncGenerator<readonly string[]> {
    const what = 'list the keys'
    for await (const page of pages(this.line, what, (kms, from) => kms.listKeys({Limit: 1000, ...from})))
      yield told(what, 'Keys', page.Keys).flatMap(({KeyId: id, KeyArn: arn}) => {
        // Some give the one where the other should stand.
        const [, last = id] = /:key\/([^/]+)$/.exec(id ?? arn ?? '') ?? []
        return last === undefined ? [] : [last]
      })
  }

  /**
   * Ids of the keys of whose tags this holds; those in `without` are not looked at.
   * @param strictly - a key whose tags may not be read could be one of them, and then nothing is known.
   * @throws KeyriteError `CREDENTIALS_REFUSED` where no key's tags may be read, or strictly not every one's.
   */
  async having(
    holds: (tagged: Tagged) => boolean,
    {
      without = new Set(),
      strictly = false,
    }: {readonly without?: ReadonlySet<string>; readonly strictly?: boolean} = {},
  ): Promise<readonly string[]> {
    const found: string[] = []
    const refused: unknown[] = []
    let read = 0
    for await (const page of this.ids())
      await Promise.all(
        page.map(async (id) => {
          if (without.has(id)) return
          try {
            const tagged = await this.tagged(id)
            read++
            if (tagged !== undefined && holds(tagged)) found.push(id)
          } catch (error) {
            // Gone since it was listed, or a key of others: what keyrite makes can be read by whoever may read tags at all.
            if (isDenied(error)) refused.push(error)
            else if (!isMissing(error)) throw error
          }
        }),
      )
    if (refused.length > 0 && (strictly || read === 0)) throw refused[0]
    return found.toSorted()
  }

  /** Every version of every key, in the order of the list. */
  async *all(): AsyncGenerator<Description> {
    this.#aliases = await this.#allAliases()
    for await (const page of this.ids()) {
      const asked = page.map(async (id) => this.#describedAll(id))
      // One that fails while another is awaited is not a bug of nobody's.
      for (const one of asked) one.catch(() => undefined)
      for (const one of asked) yield* await one
    }
  }

  async #describedAll(id: string): Promise<readonly Description[]> {
    try {
      const known = await this.known(id)
      if (known === undefined || isHollow(known.metadata)) return []
      const versions = await this.versions(known)
      return await Promise.all(versions.map(async (one) => this.described(one)))
    } catch (error) {
      if (isDenied(error) || isMissing(error)) return []
      throw error
    }
  }

  /** The first alias of each key. Empty where they may not be read: a key is then called by its id. */
  async #allAliases(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>()
    try {
      for await (const page of pages(this.line, 'list the aliases', (kms, from) =>
        kms.listAliases({Limit: 100, ...from}),
      ))
        for (const {AliasName: name = '', TargetKeyId: id} of page.Aliases ?? [])
          if (id !== undefined && !found.has(id)) found.set(id, name.replace(/^alias\//, ''))
      return found
    } catch (error) {
      if (!isDenied(error)) throw error
      return found
    }
  }

  /** The materials of a key, the current one first. */
  async versions(known: Known): Promise<readonly Version[]> {
    const {id, metadata} = known
    const createdAt = metadata.CreationDate ?? null
    const current = metadata.CurrentKeyMaterialId
    if (current === undefined) return [{...known, ref: {key: id, version: only}, current: true, createdAt}]
    const materials = metadata.KeyState === 'PendingImport' ? [] : await this.#materials(id)
    const made = (material: string): Date | null =>
      materials.find((one) => one.id === material)?.at ?? createdAt
    const others = materials.map((one) => one.id).filter((one) => one !== current)
    return [current, ...others].map((one) => ({
      ...known,
      ref: {key: id, version: one},
      current: one === current,
      createdAt: made(one),
    }))
  }

  async #materials(id: string): Promise<readonly {readonly id: string; readonly at: Date | undefined}[]> {
    const found = []
    try {
      const what = `list the rotations of key ${id}`
      for await (const page of pages(this.line, what, (kms, from) =>
        kms.listKeyRotations({KeyId: id, IncludeKeyMaterial: 'ALL_KEY_MATERIAL', ...from}),
      ))
        for (const {KeyMaterialId: material, RotationDate: at, KeyMaterialState: state} of told(
          what,
          'Rotations',
          page.Rotations,
        ))
          if (material !== undefined && state !== 'PENDING_ROTATION') found.push({id: material, at})
      return found
    } catch (error) {
      // Some that speak as KMS have rotation, and no list of it: then only the current material is known.
      if (!(error instanceof KeyriteError) || error.code !== 'UNSUPPORTED') throw error
      return []
    }
  }

  async version({key, version}: VersionRef): Promise<Version | undefined> {
    const known = await this.known(key)
    if (known === undefined) return undefined
    return (await this.versions(known)).find(({ref}) => ref.version === version)
  }

  /** @throws KeyriteError `KEY_NOT_FOUND`. */
  async existing(ref: VersionRef): Promise<Version> {
    const found = await this.version(ref)
    if (found !== undefined) return found
    throw new KeyriteError('KEY_NOT_FOUND', `cannot find version ${ref.version} of key ${ref.key} at AWS KMS`)
  }

  async described(version: Version): Promise<Description> {
    const {ref, spec, intent, metadata, createdAt} = version
    const outside = metadata.XksKeyConfiguration?.Id
    return {
      ref,
      spec: outside === undefined ? spec : {...spec, outside},
      intent,
      availability: await this.availability(version),
      createdAt,
      destroyAt: metadata.DeletionDate ?? null,
      ...(metadata.ValidTo === undefined ? {} : {endsAt: metadata.ValidTo}),
    }
  }

  /** As far as it can be used anywhere: a copy in another region has a state of its own. */
  async availability({id, metadata, current}: Version): Promise<Description['availability']> {
    const here = availabilityIn(metadata)
    if (here === 'enabled' || here === 'destruction-pending' || here === 'destroyed')
      return here === 'enabled' && !current ? 'historic' : here
    for (const region of otherRegionsOf(metadata, this.line.place.region)) {
      const there = await this.metadata(id, region)
      if (there !== undefined && availabilityIn(there) === 'enabled') return current ? 'enabled' : 'historic'
    }
    return here
  }
}

/** Whether a key that never had material is on its way out: KMS says nothing of when its material ends. */
export function isHollow(metadata: KeyMetadata | undefined): boolean {
  const {Origin, KeyState, ExpirationModel} = metadata ?? {}
  return Origin === 'EXTERNAL' && KeyState === 'PendingDeletion' && ExpirationModel === undefined
}

/** The regions beside `own` that a key lies in, primary or copy, the primary's first. */
export function otherRegionsOf({MultiRegionConfiguration: all}: KeyMetadata, own: string): readonly string[] {
  const regions = [all?.PrimaryKey?.Region, ...(all?.ReplicaKeys ?? []).map(({Region}) => Region)]
  return regions.filter((region) => region !== undefined && region !== own) as string[]
}

/** The region of the primary: what belongs to a key in all its regions is done there. */
export function primaryRegionOf({MultiRegionConfiguration: all}: KeyMetadata, own: string): string {
  return all?.PrimaryKey?.Region ?? own
}

/** @throws KeyriteError `PROVIDER_FAILED` where nothing says it: no state is a guess. */
export function availabilityIn({
  KeyId: id,
  KeyState: state,
  Enabled: enabled,
}: KeyMetadata): Exclude<Description['availability'], Exclude<Availability, 'enabled' | 'disabled'>> {
  switch (state) {
    case 'Enabled':
    case 'Updating':
      return 'enabled'
    case 'PendingDeletion':
    case 'PendingReplicaDeletion':
      return 'destruction-pending'
    // Its material ran out or was deleted; whoever has it can bring it again.
    case 'PendingImport':
      return 'destroyed'
    case 'Disabled':
    case 'Unavailable':
    case 'Creating':
      return 'disabled'
    case undefined:
    default:
      return told(`ask for the state of key ${id ?? 'unknown'}`, 'KeyState', enabled) ? 'enabled' : 'disabled'
  }
}
