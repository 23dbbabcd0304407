/** Automatic rotation of AWS KMS: of symmetric keys whose material it made itself, every so many days. */
import {KeyriteError} from '../../base/errors.ts'
import {
  demandKnown,
  noTerms,
  type KeySchedule,
  type RotationSchedule,
  type ScheduleTerms,
} from '../schedule.ts'
import {primaryRegionOf, type Keys, type Known} from './keys.ts'

/** Days between two rotations that KMS makes by itself. */
const range = {least: 90, most: 2560} as const
const knows = ['everyDays'] as const

export function keySchedule(keys: Keys): KeySchedule {
  async function permitted(key: string, terms: ScheduleTerms) {
    const known = await needed(keys, key)
    const {spec, metadata} = known
    const what = `set the schedule of key "${spec.label}"`
    demandKnown(what, 'AWS KMS', knows, terms)
    const days = terms.everyDays
    if (days !== null && (days < range.least || days > range.most))
      throw new KeyriteError(
        'UNSUPPORTED',
        `cannot ${what}: AWS KMS rotates every ${range.least} to ${range.most} days by itself`,
      )
    if (metadata.Origin !== 'AWS_KMS')
      throw new KeyriteError('UNSUPPORTED', `cannot ${what}: its material is not of AWS KMS’s own making`)
    return {known, what}
  }

  return {
    knows,

    async read(key) {
      return scheduleOf(keys, await needed(keys, key))
    },

    async permit(key, terms) {
      await permitted(key, terms)
    },

    async set(key, terms) {
      const {known, what} = await permitted(key, terms)
      const {id, metadata} = known
      const days = terms.everyDays
      await keys.line.call(
        what,
        async (kms) =>
          days === null
            ? kms.disableKeyRotation({KeyId: id})
            : kms.enableKeyRotation({KeyId: id, RotationPeriodInDays: days}),
        {region: primaryRegionOf(metadata, keys.line.place.region)},
      )
      return scheduleOf(keys, known)
    },
  }
}

async function needed(keys: Keys, key: string) {
  const known = await keys.known(key)
  if (known === undefined) throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${key}" at AWS KMS`)
  if (known.spec.algorithm !== 'aes-256')
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot rotate key "${known.spec.label}" by a schedule: AWS KMS rotates aes-256 only, and not ${known.spec.algorithm}`,
    )
  return known
}

async function scheduleOf({line}: Keys, {id, metadata}: Known): Promise<RotationSchedule> {
  const status = await line.call(
    'ask for its schedule of rotation',
    (kms) => kms.getKeyRotationStatus({KeyId: id}),
    {region: primaryRegionOf(metadata, line.place.region)},
  )
  const {KeyRotationEnabled: on, RotationPeriodInDays: days, NextRotationDate: next} = status
  if (on !== true) return {...noTerms, next: null, notes: []}
  return {...noTerms, everyDays: days ?? 365, next: next ?? null, notes: []}
}
