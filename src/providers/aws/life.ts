import {KeyriteError} from '../../base/errors.ts'
import {demandHeld} from '../held.ts'
import type {Availability, KeyLife, VersionRef} from '../ports.ts'
import {availabilityIn, otherRegionsOf, type Keys, type Version} from './keys.ts'
import {rotate} from './rotate.ts'
import type {Service} from './store.ts'

/** In days. */
export const destructionDays = {least: 7, most: 30} as const
/** KMS knows on and off, of a whole key. What was rotated is used backward only, always. */
export const enforced = ['enabled', 'disabled'] as const satisfies readonly Availability[]

export function keyLife(service: Service): KeyLife {
  const {keys, alone} = service
  const {line} = keys
  return {
    async setAvailability(ref, availability) {
      const version = await keys.existing(ref)
      demandAlive(version, `make key "${version.spec.label}" ${availability}`)
      // The state is the whole key's: what was rotated away does not decide it.
      if (!version.current) return enforcedOf(await keys.availability(version))
      const wanted = availability === 'disabled' ? 'disabled' : 'enabled'
      await setWhole(keys, version, wanted)
      const now = await settledAs(keys, ref, wanted)
      return demandHeld('AWS KMS', {...ref, key: version.spec.label}, {wanted: availability, now})
    },

    async rotate(key, intent) {
      return alone(async () => rotate(service, key, intent))
    },

    async scheduleDestruction(ref, afterDays) {
      const {least, most} = destructionDays
      if (!Number.isInteger(afterDays) || afterDays < least || afterDays > most)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot destroy after ${afterDays} days: AWS KMS waits ${least} to ${most} days`,
        )
      const version = await keys.existing(ref)
      const {metadata, spec, current, id} = version
      const what = `destroy key "${spec.label}"`
      if (availabilityIn(metadata) === 'destruction-pending' && metadata.DeletionDate !== undefined)
        return metadata.DeletionDate
      if (!current)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot ${what} in part: AWS KMS destroys a key with all its versions`,
        )
      const copies = otherRegionsOf(metadata, line.place.region)
      if (copies.length > 0)
        throw new KeyriteError('KEY_STATE', `cannot ${what}: it has copies in ${copies.join(', ')}`, {
          hints: copies.map((one) => `aws kms schedule-key-deletion --region ${one} --key-id ${id}`),
        })
      const {DeletionDate: at} = await line.call(what, (kms) =>
        kms.scheduleKeyDeletion({KeyId: id, PendingWindowInDays: afterDays}),
      )
      if (at === undefined)
        throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: its answer says no date`)
      return at
    },

    async cancelDestruction(ref) {
      const version = await keys.existing(ref)
      const what = `cancel the destruction of key "${version.spec.label}"`
      if (availabilityIn(version.metadata) !== 'destruction-pending')
        throw new KeyriteError('KEY_STATE', `cannot ${what}: nothing is scheduled`)
      await line.call(what, (kms) => kms.cancelKeyDeletion({KeyId: version.id}))
      return settledAs(keys, ref, 'disabled')
    },
  }
}

/** @throws KeyriteError `KEY_STATE`. */
function demandAlive({metadata}: Version, what: string): void {
  const here = availabilityIn(metadata)
  if (here === 'destruction-pending' || here === 'destroyed')
    throw new KeyriteError('KEY_STATE', `cannot ${what}: AWS KMS says ${metadata.KeyState ?? here}`)
}

/** Everywhere: a copy in another region has a state of its own, and would go on signing. */
async function setWhole(
  keys: Keys,
  {id, spec, metadata}: Version,
  wanted: 'enabled' | 'disabled',
): Promise<void> {
  const own = keys.line.place.region
  const set = async (region: string): Promise<void> => {
    const there = region === own ? metadata : await keys.metadata(id, region)
    // Only what says so plainly needs no call: a key store that is cut off makes its keys look disabled.
    const plainly = wanted === 'enabled' ? ['Enabled', 'Updating'] : ['Disabled']
    if (there === undefined || plainly.includes(there.KeyState ?? '')) return
    await keys.line.call(
      `make key "${spec.label}" ${wanted} in ${region}`,
      async (kms) => (wanted === 'enabled' ? kms.enableKey({KeyId: id}) : kms.disableKey({KeyId: id})),
      {region},
    )
  }
  // All at once: a region that does not answer holds up no other.
  const all = await Promise.allSettled([own, ...otherRegionsOf(metadata, own)].map(set))
  for (const one of all) if (one.status === 'rejected') throw one.reason
}

/** What KMS says as soon as it says what was asked for, or when it did not in its time. */
async function settledAs(keys: Keys, ref: VersionRef, wanted: Availability): Promise<Availability> {
  for (let waited = 0; ; waited += keys.line.patience.look) {
    const now = await keys.availability(await keys.existing(ref))
    if (now === wanted || waited >= keys.line.patience.settle) return enforcedOf(now)
    await keys.line.pause()
  }
}

/** What waits for destruction or is gone can be used for nothing. */
function enforcedOf(now: Awaited<ReturnType<Keys['availability']>>): Availability {
  return now === 'destruction-pending' || now === 'destroyed' ? 'disabled' : now
}
