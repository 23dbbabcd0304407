import {KeyriteError} from '../../base/errors.ts'
import type {Availability, Description, KeyLife, VersionRef} from '../ports.ts'
import {seenAs} from '../../base/seen-as.ts'
import {demandHeld} from '../held.ts'
import {code, codeOf, failure} from './failures.ts'
import {makePrimary} from './primary.ts'
import type {CryptoKey, Service} from './service.ts'
import {demandUnused} from './store.ts'
import {
  existing,
  isFailed,
  keyNamed,
  keyPath,
  labels,
  made,
  refOf,
  versionPath,
  versionsOf,
} from './versions.ts'

/** A version is enabled or disabled. That it only decrypts would be a matter of IAM, of the whole key. */
export const enforced = ['enabled', 'disabled'] as const satisfies readonly Availability[]

export function keyLife(service: Service): KeyLife {
  /** In days, as Google has it: it was fixed when the key was made. */
  const waitOf = async (ref: VersionRef): Promise<number> =>
    Number((await existing(service, ref)).key.destroyScheduledDuration?.seconds ?? 30 * 86_400) / 86_400

  return {
    async setAvailability(ref, availability) {
      const wanted = availability === 'disabled' ? 'disabled' : 'enabled'
      // Asked for whatever is shown: that may be what was before.
      await demandAlive(service, ref)
      await service.ask(`make key "${ref.key}" ${availability}`, (kms) =>
        kms.updateCryptoKeyVersion({
          cryptoKeyVersion: {
            name: versionPath(service, ref),
            state: wanted === 'enabled' ? 'ENABLED' : 'DISABLED',
          },
          updateMask: {paths: ['state']},
        }),
      )
      // What an answer says is not what is: it is looked at again.
      const now = await seen(service, ref, (one) => one.availability === wanted, 4)
      return demandHeld('Google', ref, {
        wanted: availability,
        now: now.availability === 'disabled' ? 'disabled' : 'enabled',
      })
    },

    async rotate(key, intent) {
      const found = await keyOf(service, key)
      if (found.importOnly === true)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot rotate key "${key}": it takes versions from outside only, and Google makes none for it`,
        )
      await demandUnused(service, key, intent)
      const all = await versionsOf(service, found)
      const number = Math.max(0, ...all.map((version) => Number(refOf({key: found, version}).version)))
      const newest = all.findLast((one) => !isFailed(one))
      if (newest !== undefined && newest.state !== 'ENABLED' && newest.state !== 'DISABLED')
        await demandAlive(service, refOf({key: found, version: newest}))
      await announce(service, found, intent, number + 1)
      const [answer] = await service.ask(`rotate key "${key}"`, (kms) =>
        kms.createCryptoKeyVersion({parent: keyPath(service, key), cryptoKeyVersion: {}}),
      )
      const ref = refOf({key: found, version: answer})
      // Somebody else made one in between: the answer says which is ours.
      if (ref.version !== String(number + 1)) await announce(service, found, intent, Number(ref.version))
      return made(service, ref)
    },

    async setPrimary(ref) {
      await makePrimary(service, ref)
    },

    fixedWait: (ref) => waitOf(ref),

    async scheduleDestruction(ref, afterDays) {
      const days = await waitOf(ref)
      if (afterDays !== days)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot destroy key "${ref.key}" after ${afterDays} days: its wait was fixed when it was made, at ${days} days`,
          {
            hints: [
              'keyrite request list, and withdraw what was approved for another wait',
              `keyrite key destroy ${ref.key} --reason R, without --wait`,
            ],
          },
        )
      // An hour for what passes between here and there, and for a clock that differs.
      const least = Date.now() + days * 86_400_000 - 3_600_000
      const isScheduled = ({availability}: Description): boolean => !isAlive({availability})
      // Asked for whatever is shown: that may be what was before, and Google moves the date of none that is scheduled.
      const isNew = await changed(
        `schedule the destruction of key "${ref.key}"`,
        async () =>
          service.askPlainly((kms) => kms.destroyCryptoKeyVersion({name: versionPath(service, ref)})),
        async () => isScheduled(await seen(service, ref, isScheduled, 4)),
      )
      const now = await seen(service, ref, isScheduled, 4)
      const at = now.destroyAt
      if (isNew && (now.availability === 'destroyed' || (at !== null && at.getTime() < least)))
        throw new KeyriteError(
          'KEY_NOT_AS_PLANNED',
          now.availability === 'destroyed'
            ? `cannot call the destruction of key "${ref.key}" scheduled: Google destroyed it at once`
            : `cannot call the destruction of key "${ref.key}" scheduled: Google destroys it at ${at?.toISOString() ?? ''} already`,
          {changed: true, hints: [`gcloud kms keys versions restore ${ref.version}, before that time`]},
        )
      if (at === null && isScheduled(now))
        throw new KeyriteError(
          'KEY_NOT_AS_PLANNED',
          `cannot call the destruction of key "${ref.key}" scheduled: it is, and ${service.endpoint.host} does not say for when`,
          {changed: true, hints: [`gcloud kms keys versions restore ${ref.version}, at once`]},
        )
      if (at === null)
        throw new KeyriteError(
          'PROVIDER_FAILED',
          `cannot schedule the destruction of key "${ref.key}": Google said yes, and the version is still ${now.availability}`,
          {hints: [`keyrite key show ${ref.key}`]},
        )
      return at
    },

    async cancelDestruction(ref) {
      const before = await seen(service, ref, ({availability}) => availability === 'destruction-pending')
      if (before.availability !== 'destruction-pending')
        throw new KeyriteError(
          'KEY_STATE',
          `cannot cancel the destruction of key "${ref.key}": version ${ref.version} is ${before.availability}`,
        )
      await changed(
        `cancel the destruction of key "${ref.key}"`,
        async () =>
          service.askPlainly((kms) => kms.restoreCryptoKeyVersion({name: versionPath(service, ref)})),
        async () => isAlive(await seen(service, ref, isAlive, 4)),
      )
      const {availability: now} = await seen(service, ref, isAlive, 4)
      if (now === 'enabled' || now === 'disabled') return now
      throw new KeyriteError(
        'PROVIDER_FAILED',
        `cannot cancel the destruction of key "${ref.key}": Google said yes, and the version is still ${now}`,
        {hints: ['the same command again, before its time comes']},
      )
    },
  }
}

/** Looks at a version until it is so, and no longer than a few looks. @returns what was seen last. */
async function seen(
  service: Service,
  ref: VersionRef,
  isSo: (one: Description) => boolean,
  moreLooks = 2,
): Promise<Description> {
  return seenAs(async () => (await existing(service, ref)).shown, isSo, moreLooks)
}

/**
 * Asks for a change, once.
 * @param isSo - whether it is so already: what a state forbids may have been done by a request whose answer was lost.
 * @returns whether it was done now.
 * @throws KeyriteError `KEY_STATE` where the state forbids it, and it is not so.
 */
async function changed(
  what: string,
  ask: () => Promise<unknown>,
  isSo: () => Promise<boolean>,
): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    if (codeOf(error) === code.failedPrecondition && (await isSo())) return false
    throw failure(what, error)
  }
}

/** @throws KeyriteError `KEY_NOT_FOUND`. */
async function keyOf(service: Service, key: string): Promise<CryptoKey> {
  const found = await keyNamed(service, key)
  if (found !== undefined) return found
  throw new KeyriteError('KEY_NOT_FOUND', `cannot rotate key "${key}": the key ring has no such key`)
}

/**
 * Says on the key which version is about to be made, and for which intent, and looks whether it says so: else what is lost
 * on the way could not be found again, and would be made twice.
 * @throws KeyriteError `PROVIDER_FAILED`.
 */
async function announce(service: Service, key: CryptoKey, intent: string, number: number): Promise<void> {
  await service.ask('announce a version', (kms) =>
    kms.updateCryptoKey({
      cryptoKey: {
        name: key.name ?? '',
        labels: {...key.labels, [labels.rotation]: intent, [labels.rotationVersion]: String(number)},
      },
      updateMask: {paths: ['labels']},
    }),
  )
  const isNow = await seenAs(
    async () => {
      const {labels: now} = await keyOf(service, key.name?.split('/').at(-1) ?? '')
      return now?.[labels.rotation] === intent && now[labels.rotationVersion] === String(number)
    },
    (one) => one,
  )
  if (isNow) return
  throw new KeyriteError(
    'PROVIDER_FAILED',
    'cannot announce a version: Google said yes, and the key is as it was',
    {
      hints: ['the same command again'],
    },
  )
}

const isAlive = ({availability}: Pick<Description, 'availability'>): boolean =>
  availability === 'enabled' || availability === 'disabled'

/** @throws KeyriteError `KEY_STATE` where it is destroyed, or waits for it. */
async function demandAlive(service: Service, ref: VersionRef): Promise<void> {
  const shown = await seen(service, ref, isAlive)
  if (isAlive(shown)) return
  throw new KeyriteError(
    'KEY_STATE',
    `cannot change key "${ref.key}": version ${ref.version} is ${shown.availability}`,
    {hints: [`keyrite key show ${ref.key}`]},
  )
}
