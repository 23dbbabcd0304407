/** What AWS KMS has beside the five ports: copies in other regions, who else may use a key, last use. */
import type {Access, KeyService, KeyUse} from '../ports.ts'
import {aliased, aliasesOf, aliasNamed, setAlias} from './aliases.ts'
import {copy, demandCopyable, lead, replicasOf, settledCopy} from './copies.ts'
import {isDenied} from './failures.ts'
import {grantsOf} from './grants.ts'
import {Keys, primaryRegionOf, type Version} from './keys.ts'
import type {Service} from './store.ts'
import {keyUse} from './use.ts'

export function keyService(service: Service): KeyService {
  const {keys} = service
  const {line} = keys
  const elsewhere = new Map<string, KeyUse>()
  return {
    useIn(region) {
      const open = elsewhere.get(region) ?? keyUse(new Keys(line.there(region)))
      elsewhere.set(region, open)
      return open
    },

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

    async primaryRegion(ref) {
      const {metadata} = await keys.existing(ref)
      return metadata.MultiRegion === true ? primaryRegionOf(metadata, line.place.region) : null
    },

    async setPrimaryRegion(ref, region) {
      await lead(keys, await keys.existing(ref), region)
    },

    async aliases(ref) {
      return aliasesOf(keys, await keys.existing(ref))
    },

    async aliased(alias) {
      return (await aliased(keys, aliasNamed(alias)))?.KeyId
    },

    async setAlias(alias, ref) {
      await setAlias(keys, await keys.existing(ref), aliasNamed(alias))
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
