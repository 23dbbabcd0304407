import {KeyriteError} from '../../base/errors.ts'
import type {Availability, KeyLife, VersionRef} from '../ports.ts'
import {nameOf} from './failures.ts'
import {availabilityIn, replicaRegionsOf, type Keys, type Known, type Version} from './keys.ts'
import type {Service} from './store.ts'

/** In days. */
export const destructionDays = {least: 7, most: 30} as const
/** KMS knows on and off, of a whole key. What was rotated is used backward only, always. */
export const enforced = ['enabled', 'disabled'] as const satisfies readonly Availability[]

export function keyLife({keys, alone}: Service): KeyLife {
  const {line} = keys
  return {
    async setAvailability(ref, availability) {
      const version = await keys.existing(ref)
      demandAlive(version, `make key "${version.spec.label}" ${availability}`)
      // The state is the whole key's: what was rotated away does not decide it.
      if (!version.current) return enforcedOf(await keys.availability(version))
      const wanted = availability === 'disabled' ? 'disabled' : 'enabled'
      await setWhole(keys, version, wanted)
      return settledAs(keys, ref, wanted)
    },

    async rotate(key, intent) {
      return alone(async () => rotate(keys, await rotatable(keys, key, intent)))
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
      const copies = replicaRegionsOf(metadata)
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
  for (const region of [keys.line.place.region, ...replicaRegionsOf(metadata)]) {
    const there = region === keys.line.place.region ? metadata : await keys.metadata(id, region)
    if (there === undefined || availabilityIn(there) === wanted) continue
    await keys.line.call(
      `make key "${spec.label}" ${wanted} in ${region}`,
      async (kms) => (wanted === 'enabled' ? kms.enableKey({KeyId: id}) : kms.disableKey({KeyId: id})),
      {region},
    )
  }
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

/** @throws KeyriteError `KEY_NOT_FOUND`, `KEY_EXISTS`, `KEY_STATE`, `UNSUPPORTED`. */
async function rotatable(keys: Keys, key: string, intent: string): Promise<Known> {
  const known = await keys.known(key)
  if (known === undefined)
    throw new KeyriteError(
      'KEY_NOT_FOUND',
      `cannot rotate key "${key}": AWS KMS has no such key of keyrite’s`,
    )
  const {spec, metadata} = known
  const refuse = (
    code: 'KEY_EXISTS' | 'UNSUPPORTED' | 'KEY_STATE',
    fact: string,
    ...hints: string[]
  ): never => {
    throw new KeyriteError(code, `cannot rotate key "${spec.label}": ${fact}`, {hints})
  }
  if (spec.algorithm !== 'aes-256')
    refuse(
      'UNSUPPORTED',
      `AWS KMS rotates aes-256 only, and not ${spec.algorithm}`,
      'make another key, and move its alias there',
    )
  if (metadata.Origin !== 'AWS_KMS')
    refuse('UNSUPPORTED', `its material is not of AWS KMS’s own making (${metadata.Origin ?? 'unknown'})`)
  if (known.intent === intent) refuse('KEY_EXISTS', 'what was intended was made already')
  const here = availabilityIn(metadata)
  if (here !== 'enabled') refuse('KEY_STATE', `AWS KMS says that it is ${here}`)
  return known
}

/** Asks once, and waits until another material is the current one. */
async function rotate(keys: Keys, {id, spec, metadata}: Known): Promise<VersionRef> {
  const what = `rotate key "${spec.label}"`
  try {
    await keys.line.call(what, (kms) => kms.rotateKeyOnDemand({KeyId: id}), {once: true})
  } catch (error) {
    const said = error instanceof KeyriteError ? nameOf(error.cause) : ''
    if (said === 'LimitExceededException')
      throw new KeyriteError(
        'UNSUPPORTED',
        `cannot ${what}: AWS KMS rotates a key on demand 25 times, and did`,
        {cause: error},
      )
    // Already at it: an earlier call that was cut off.
    if (said !== 'ConflictException') throw error
  }
  for (let waited = 0; ; waited += keys.line.patience.look) {
    const current = (await keys.metadata(id))?.CurrentKeyMaterialId
    if (current !== undefined && current !== metadata.CurrentKeyMaterialId) return {key: id, version: current}
    if (waited >= keys.line.patience.settle)
      throw new KeyriteError(
        'PROVIDER_FAILED',
        `cannot ${what}: it was asked for, and the material is still the old one`,
        {
          changed: true,
          hints: ['the same command again: it asks what was done'],
        },
      )
    await keys.line.pause()
  }
}
