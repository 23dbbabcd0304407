/** The rotation period of Cloud KMS: of symmetric keys, whose new version is primary at once. */
import {KeyriteError} from '../../base/errors.ts'
import {
  demandKnown,
  noTerms,
  type KeySchedule,
  type RotationSchedule,
  type ScheduleTerms,
} from '../schedule.ts'
import {seenAs} from '../../base/seen-as.ts'
import type {CryptoKey, Service} from './service.ts'
import {dateOf, keyNamed, keyPath} from './versions.ts'

const daySeconds = 86_400
/** Days: 24 hours to 876 000 hours. */
const range = {least: 1, most: 36_500} as const
const knows = ['everyDays'] as const

export function keySchedule(service: Service): KeySchedule {
  async function permitted(
    key: string,
    terms: ScheduleTerms,
  ): Promise<{readonly what: string; readonly found: CryptoKey}> {
    const what = `set the schedule of key "${key}"`
    demandKnown(what, 'Google Cloud KMS', knows, terms)
    const {everyDays: days} = terms
    if (days !== null && (days < range.least || days > range.most))
      throw new KeyriteError(
        'UNSUPPORTED',
        `cannot ${what}: Google rotates every ${range.least} to ${range.most} days by itself`,
      )
    const found = await rotating(service, key)
    if (found.importOnly === true)
      throw new KeyriteError('UNSUPPORTED', `cannot ${what}: it takes versions from outside only`)
    return {what, found}
  }

  return {
    knows,

    async read(key) {
      return scheduleOf(await rotating(service, key))
    },

    async permit(key, terms) {
      await permitted(key, terms)
    },

    async set(key, terms) {
      const {what, found} = await permitted(key, terms)
      const {everyDays: days} = terms
      // A period without its next time is refused; both unset is never.
      const rotation =
        days === null
          ? {}
          : {
              rotationPeriod: {seconds: days * daySeconds},
              nextRotationTime: {seconds: Math.floor(Date.now() / 1000) + days * daySeconds},
            }
      await service.ask(what, (kms) =>
        kms.updateCryptoKey({
          cryptoKey: {name: keyPath(service, key), ...rotation},
          updateMask: {paths: ['rotation_period', 'next_rotation_time']},
        }),
      )
      // What an answer says is not what is: it is looked at again.
      const now = await seenAs(
        async () => rotating(service, key),
        (one) => {
          const {everyDays, next} = scheduleOf(one)
          return everyDays === days && (days !== null || next === null) && lostOf(found, one).length === 0
        },
      )
      demandLabels(what, found, now)
      return scheduleOf(now)
    },
  }
}

/** Labels, as `name=value`, that were there before. */
function lostOf(before: CryptoKey, {labels}: CryptoKey): readonly string[] {
  const all = Object.entries(before.labels ?? {})
  return all.filter(([name, value]) => labels?.[name] !== value).map(([name, value]) => `${name}=${value}`)
}

/** What changes more than it was asked to takes the labels by which a key and its versions are found. */
function demandLabels(what: string, before: CryptoKey, now: CryptoKey): void {
  const lost = lostOf(before, now)
  if (lost.length === 0) return
  throw new KeyriteError(
    'PROVIDER_FAILED',
    `cannot ${what} and keep its labels: ${lost.join(', ')} is gone, by which keyrite finds it; whatever answered changes more than it is asked to`,
    {changed: true, hints: ['put them back there', 'keep no keys in a place that does so']},
  )
}

/** @throws KeyriteError `KEY_NOT_FOUND`, `UNSUPPORTED` for a key that is not symmetric. */
async function rotating(service: Service, key: string): Promise<CryptoKey> {
  const what = `look at the schedule of key "${key}"`
  const found = await keyNamed(service, key)
  if (found === undefined)
    throw new KeyriteError('KEY_NOT_FOUND', `cannot ${what}: the key ring has no such key`)
  if (found.purpose === 'ENCRYPT_DECRYPT') return found
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot rotate key "${key}" by a schedule: Google rotates keys of purpose ENCRYPT_DECRYPT only, and not ${String(found.purpose)}`,
  )
}

function scheduleOf({rotationPeriod, nextRotationTime}: CryptoKey): RotationSchedule {
  const next = dateOf(nextRotationTime)
  if (rotationPeriod === null || rotationPeriod === undefined)
    return {
      ...noTerms,
      next,
      notes: next === null ? [] : ['It rotates once, at that time, and then never again.'],
    }
  const days = Number(rotationPeriod.seconds) / daySeconds
  return {
    ...noTerms,
    everyDays: days,
    next,
    notes: ['What it makes is primary at once, before anybody has looked at it.'],
  }
}
