/** Another material for a key: by KMS itself where it can, and else another KMS key of the same name, to which its alias is moved later. */
import {KeyriteError} from '../../base/errors.ts'
import type {IntentId, VersionRef} from '../ports.ts'
import {nameOf} from './failures.ts'
import {availabilityIn, primaryRegionOf, type Keys, type Known} from './keys.ts'
import {makeKey, originOf, settled, type Service} from './store.ts'

/** Asks once. @throws KeyriteError `KEY_NOT_FOUND`, `KEY_EXISTS`, `KEY_STATE`, `UNSUPPORTED`. */
export async function rotate(service: Service, key: string, intent: IntentId): Promise<VersionRef> {
  const {keys} = service
  const known = await rotatable(keys, key, intent)
  const {spec, metadata} = known
  if (spec.algorithm === 'aes-256' && metadata.Origin === 'AWS_KMS') return rotated(keys, known)
  // KMS gives no second material to pairs and MAC keys, nor to what lies in a custom key store.
  const origin = await originOf(service, spec)
  const made = await makeKey(service, spec, intent, {
    ...origin,
    ...(origin.Origin === 'AWS_KMS' ? {MultiRegion: metadata.MultiRegion === true} : {}),
  })
  return (await settled(keys, made, intent)).ref
}

async function rotatable(keys: Keys, key: string, intent: IntentId): Promise<Known> {
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
  if (metadata.Origin !== 'AWS_KMS' && metadata.Origin !== 'AWS_CLOUDHSM')
    refuse(
      'UNSUPPORTED',
      `its material is not of AWS KMS’s own making (${metadata.Origin ?? 'unknown'})`,
      'bring the next material as another key, and move the alias there: keyrite key alias NAME ALIAS',
    )
  const [made] = await keys.having((tagged) => tagged.intent === intent)
  if (made !== undefined) refuse('KEY_EXISTS', `what was intended was made already (${made})`)
  const here = availabilityIn(metadata)
  if (here !== 'enabled') refuse('KEY_STATE', `AWS KMS says that it is ${here}`)
  return known
}

/** Asks once, and waits until another material is the current one. */
async function rotated(keys: Keys, {id, spec, metadata}: Known): Promise<VersionRef> {
  const what = `rotate key "${spec.label}"`
  if (metadata.CurrentKeyMaterialId === undefined)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot ${what}: what answers there does not say which material a key has (CurrentKeyMaterialId), so another could not be told from it`,
      {hints: ['make another key, and move to it']},
    )
  try {
    await keys.line.call(what, (kms) => kms.rotateKeyOnDemand({KeyId: id}), {
      region: primaryRegionOf(metadata, keys.line.place.region),
      once: true,
    })
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
