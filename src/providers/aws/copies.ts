/** Copies of a multi-Region key, and which of them is the primary. */
import {KeyriteError} from '../../base/errors.ts'
import type {Replica} from '../ports.ts'
import {availabilityIn, otherRegionsOf, primaryRegionOf, type Keys, type Version} from './keys.ts'
import {policyOf} from './policy.ts'
import type {Service} from './store.ts'
import {tagsOf} from './tags.ts'

/** Everywhere but in the profile's own region. */
export async function replicasOf(keys: Keys, {id, metadata}: Version): Promise<readonly Replica[]> {
  const found = otherRegionsOf(metadata, keys.line.place.region).map(async (region): Promise<Replica[]> => {
    const there = await keys.metadata(id, region)
    return there === undefined ? [] : [{region, availability: availabilityIn(there)}]
  })
  return (await Promise.all(found)).flat()
}

/** @throws KeyriteError `UNSUPPORTED` where a copy cannot be, `KEY_STATE`. */
export function demandCopyable(keys: Keys, {spec, metadata}: Version, region: string): void {
  const {replicaRegions, region: own} = keys.line.place
  const refuse = (code: 'UNSUPPORTED' | 'KEY_STATE', fact: string, ...hints: string[]): never => {
    throw new KeyriteError(code, `cannot copy key "${spec.label}" to ${region}: ${fact}`, {hints})
  }
  if (region === own) refuse('UNSUPPORTED', 'it lies there')
  if (!replicaRegions.includes(region))
    refuse('UNSUPPORTED', `its profile allows copies in ${replicaRegions.join(', ') || 'no other region'}`)
  if (metadata.MultiRegion !== true)
    refuse('UNSUPPORTED', 'it is not a multi-Region key, and cannot become one', 'make another key')
  const here = availabilityIn(metadata)
  if (here !== 'enabled' && here !== 'disabled') refuse('KEY_STATE', `AWS KMS says that it is ${here}`)
}

/** A copy has tags and a policy of its own: the same are given again. It is made where the primary is. */
export async function copy(
  {keys, who}: Service,
  {id, spec, intent, metadata}: Version,
  region: string,
): Promise<void> {
  const {account, partition} = await who()
  await keys.line.call(
    `copy key "${spec.label}" to ${region}`,
    (kms) =>
      kms.replicateKey({
        KeyId: id,
        ReplicaRegion: region,
        Description: `${spec.label}: ${spec.scheme}, to ${spec.purpose}`,
        Policy: policyOf(spec, account, partition),
        Tags: intent === null ? [] : tagsOf(spec, intent),
      }),
    {region: primaryRegionOf(metadata, keys.line.place.region)},
  )
}

export async function settledCopy(keys: Keys, {id, spec}: Version, region: string): Promise<Replica> {
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

/** Asks in the region of the primary until now, and waits until the other is. @throws KeyriteError `UNSUPPORTED`, `KEY_STATE`. */
export async function lead(keys: Keys, version: Version, region: string): Promise<void> {
  const {line} = keys
  const {id, spec, metadata, ref} = version
  const own = line.place.region
  const what = `make the copy of key "${spec.label}" in ${region} its primary`
  const from = primaryRegionOf(metadata, own)
  if (metadata.MultiRegion !== true)
    throw new KeyriteError('UNSUPPORTED', `cannot ${what}: it is not a multi-Region key`)
  if (from === region) return
  if (region !== own && !otherRegionsOf(metadata, own).includes(region))
    throw new KeyriteError('UNSUPPORTED', `cannot ${what}: it has no copy there`, {
      hints: [`keyrite key replicate ${spec.label} --region ${region}`],
    })
  await line.call(what, (kms) => kms.updatePrimaryRegion({KeyId: id, PrimaryRegion: region}), {region: from})
  for (let waited = 0; ; waited += line.patience.look) {
    const {metadata: now} = await keys.existing(ref)
    if (now.KeyState !== 'Updating' && primaryRegionOf(now, own) === region) return
    if (waited >= line.patience.settle)
      throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: it was asked for, and is not so yet`, {
        changed: true,
        hints: ['the same command again: it asks what was done'],
      })
    await line.pause()
  }
}
