/** What AWS KMS has beside the five ports: copies in other regions, who else may use a key, last use. */
import {KeyriteError} from '../../base/errors.ts'
import type {Access, Grant, KeyService, Replica} from '../ports.ts'
import {isDenied} from './failures.ts'
import {availabilityIn, replicaRegionsOf, type Keys, type Version} from './keys.ts'
import {policyOf} from './policy.ts'
import type {Service} from './store.ts'
import {tagsOf} from './tags.ts'

export function keyService(service: Service): KeyService {
  const {keys} = service
  const {line} = keys
  return {
    async replicas(ref) {
      return replicasOf(keys, await keys.existing(ref))
    },

    async replicate(ref, region) {
      const version = await keys.existing(ref)
      demandCopyable(keys, version, region)
      const there = (await replicasOf(keys, version)).find((one) => one.region === region)
      // ReplicateKey of what is there is refused: said again, it is the same copy.
      if (there !== undefined) return there
      await copy(service, version, region)
      return settledCopy(keys, version, region)
    },

    async access(ref) {
      const version = await keys.existing(ref)
      return {
        aliases: await aliasesOf(keys, version),
        grants: await grantsOf(keys, version),
        policy: await policyIn(keys, version),
      }
    },

    async lastUse(ref) {
      const {id, spec} = await keys.existing(ref)
      const {KeyLastUsage: last, TrackingStartDate: since} = await line.call(
        `ask when key "${spec.label}" was used last`,
        (kms) => kms.getKeyLastUsage({KeyId: id}),
      )
      return {at: last?.Timestamp ?? null, operation: last?.Operation ?? null, since: since ?? null}
    },
  }
}

async function replicasOf(keys: Keys, {id, metadata}: Version): Promise<readonly Replica[]> {
  const found = replicaRegionsOf(metadata).map(async (region): Promise<Replica[]> => {
    const there = await keys.metadata(id, region)
    return there === undefined ? [] : [{region, availability: availabilityIn(there)}]
  })
  return (await Promise.all(found)).flat()
}

/** @throws KeyriteError `UNSUPPORTED` where a copy cannot be, `KEY_STATE`. */
function demandCopyable(keys: Keys, {spec, metadata}: Version, region: string): void {
  const {replicaRegions, region: own} = keys.line.place
  const refuse = (code: 'UNSUPPORTED' | 'KEY_STATE', fact: string, ...hints: string[]): never => {
    throw new KeyriteError(code, `cannot copy key "${spec.label}" to ${region}: ${fact}`, {hints})
  }
  if (region === own) refuse('UNSUPPORTED', 'it lies there')
  if (!replicaRegions.includes(region))
    refuse('UNSUPPORTED', `its profile allows copies in ${replicaRegions.join(', ') || 'no other region'}`)
  if (metadata.MultiRegion !== true)
    refuse('UNSUPPORTED', 'it is not a multi-Region key, and cannot become one', 'make another key')
  if (metadata.MultiRegionConfiguration?.MultiRegionKeyType !== 'PRIMARY')
    refuse(
      'UNSUPPORTED',
      `its primary is in ${metadata.MultiRegionConfiguration?.PrimaryKey?.Region ?? 'another region'}`,
    )
  const here = availabilityIn(metadata)
  if (here !== 'enabled' && here !== 'disabled') refuse('KEY_STATE', `AWS KMS says that it is ${here}`)
}

/** A copy has tags and a policy of its own: the same are given again. */
async function copy({keys, who}: Service, {id, spec, intent}: Version, region: string): Promise<void> {
  const {account, partition} = await who()
  await keys.line.call(`copy key "${spec.label}" to ${region}`, (kms) =>
    kms.replicateKey({
      KeyId: id,
      ReplicaRegion: region,
      Description: `${spec.label}: ${spec.scheme}, to ${spec.purpose}`,
      Policy: policyOf(spec, account, partition),
      Tags: intent === null ? [] : tagsOf(spec, intent),
    }),
  )
}

async function settledCopy(keys: Keys, {id, spec}: Version, region: string): Promise<Replica> {
  const {settle, look} = keys.line.patience
  for (let waited = 0; ; waited += look) {
    const there = await keys.metadata(id, region)
    if (there !== undefined && there.KeyState !== 'Creating')
      return {region, availability: availabilityIn(there)}
    if (waited >= settle)
      throw new KeyriteError(
        'PROVIDER_FAILED',
        `cannot see the copy of key "${spec.label}" in ${region} yet`,
        {
          changed: true,
          hints: ['the same command again: it asks what was done'],
        },
      )
    await keys.line.pause()
  }
}

async function aliasesOf({line}: Keys, {id, spec}: Version): Promise<readonly string[]> {
  const found: string[] = []
  for (let marker: string | undefined; ;) {
    const page = await line.call(`list the aliases of key "${spec.label}"`, (kms) =>
      kms.listAliases({KeyId: id, ...(marker === undefined ? {} : {Marker: marker})}),
    )
    found.push(...(page.Aliases ?? []).flatMap(({AliasName: name}) => name ?? []))
    marker = page.Truncated === true ? page.NextMarker : undefined
    if (marker === undefined) return found.toSorted()
  }
}

async function grantsOf({line}: Keys, {id, spec}: Version): Promise<readonly Grant[]> {
  const found: Grant[] = []
  for (let marker: string | undefined; ;) {
    const page = await line.call(`list the grants of key "${spec.label}"`, (kms) =>
      kms.listGrants({KeyId: id, ...(marker === undefined ? {} : {Marker: marker})}),
    )
    for (const one of page.Grants ?? [])
      found.push({
        id: one.GrantId ?? '',
        name: one.Name === undefined || one.Name === '' ? null : one.Name,
        grantee: one.GranteePrincipal ?? '',
        operations: [...(one.Operations ?? [])],
        onlyInContext: one.Constraints !== undefined,
        createdAt: one.CreationDate ?? null,
      })
    marker = page.Truncated === true ? page.NextMarker : undefined
    if (marker === undefined) return found
  }
}

/** @returns null where it may not be read. */
async function policyIn({line}: Keys, {id, spec}: Version): Promise<Access['policy']> {
  try {
    const {Policy: text} = await line.call(`read the policy of key "${spec.label}"`, (kms) =>
      kms.getKeyPolicy({KeyId: id, PolicyName: 'default'}),
    )
    return text ?? null
  } catch (error) {
    if (isDenied(error)) return null
    throw error
  }
}
