import {KeyriteError} from '../../base/errors.ts'
import type {Availability, KeyLife} from '../ports.ts'
import {makePrimary} from './primary.ts'
import type {CryptoKey, Service} from './service.ts'
import {demandUnused} from './store.ts'
import {
  dateOf,
  existing,
  keyNamed,
  keyPath,
  labels,
  refOf,
  settled,
  versionPath,
  versionsOf,
} from './versions.ts'

/** A version is enabled or disabled. That it only decrypts would be a matter of IAM, of the whole key. */
export const enforced = ['enabled', 'disabled'] as const satisfies readonly Availability[]

export function keyLife(service: Service): KeyLife {
  return {
    async setAvailability(ref, availability) {
      const {shown} = await existing(service, ref)
      const wanted = availability === 'disabled' ? 'disabled' : 'enabled'
      if (shown.availability === wanted) return wanted
      demandAlive(shown.spec.label, ref.version, shown.availability)
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
      const now = (await existing(service, ref)).shown.availability
      return now === 'disabled' ? 'disabled' : 'enabled'
    },

    async rotate(key, intent) {
      const found = await keyOf(service, key)
      if (found.importOnly === true)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot rotate key "${key}": it takes versions from outside only, and Google makes none for it`,
        )
      await demandUnused(service, key, intent)
      const newest = (await versionsOf(service, found)).at(-1)
      const number = newest === undefined ? 0 : Number(refOf({key: found, version: newest}).version)
      if (newest !== undefined && newest.state !== 'ENABLED' && newest.state !== 'DISABLED')
        demandAlive(key, String(number), String(newest.state).toLowerCase().replaceAll('_', '-'))
      await announce(service, found, intent, number + 1)
      const [made] = await service.ask(`rotate key "${key}"`, (kms) =>
        kms.createCryptoKeyVersion({parent: keyPath(service, key), cryptoKeyVersion: {}}),
      )
      const ref = refOf({key: found, version: made})
      // Somebody else made one in between: the answer says which is ours.
      if (ref.version !== String(number + 1)) await announce(service, found, intent, Number(ref.version))
      return refOf(await settled(service, ref))
    },

    async setPrimary(ref) {
      await makePrimary(service, ref)
    },

    async scheduleDestruction(ref, afterDays) {
      const {key, shown} = await existing(service, ref)
      const days = Number(key.destroyScheduledDuration?.seconds ?? 30 * 86_400) / 86_400
      if (afterDays !== days)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot destroy key "${ref.key}" after ${afterDays} days: its wait was fixed when it was made, at ${days} days`,
          {
            hints: [
              'keyrite request list, and withdraw what was approved for another wait',
              `keyrite key destroy ${ref.key} --wait P${days}D --reason R`,
            ],
          },
        )
      if (shown.destroyAt !== null) return shown.destroyAt
      // An hour for what passes between here and there, and for a clock that differs.
      const least = Date.now() + days * 86_400_000 - 3_600_000
      await service.ask(`schedule the destruction of key "${ref.key}"`, (kms) =>
        kms.destroyCryptoKeyVersion({name: versionPath(service, ref)}),
      )
      const {version, shown: now} = await existing(service, ref)
      const at = dateOf(version.destroyTime) ?? now.destroyAt
      if (now.availability === 'destroyed' || (at !== null && at.getTime() < least))
        throw new KeyriteError(
          'KEY_NOT_AS_PLANNED',
          now.availability === 'destroyed'
            ? `cannot call the destruction of key "${ref.key}" scheduled: Google destroyed it at once`
            : `cannot call the destruction of key "${ref.key}" scheduled: Google destroys it at ${at?.toISOString() ?? ''} already`,
          {changed: true, hints: [`gcloud kms keys versions restore ${ref.version}, before that time`]},
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
      const {shown} = await existing(service, ref)
      if (shown.availability !== 'destruction-pending')
        throw new KeyriteError(
          'KEY_STATE',
          `cannot cancel the destruction of key "${ref.key}": version ${ref.version} is ${shown.availability}`,
        )
      await service.ask(`cancel the destruction of key "${ref.key}"`, (kms) =>
        kms.restoreCryptoKeyVersion({name: versionPath(service, ref)}),
      )
      const now = (await existing(service, ref)).shown.availability
      if (now === 'enabled' || now === 'disabled') return now
      throw new KeyriteError(
        'PROVIDER_FAILED',
        `cannot cancel the destruction of key "${ref.key}": Google said yes, and the version is still ${now}`,
        {hints: ['the same command again, before its time comes']},
      )
    },
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
  const {labels: now} = await keyOf(service, key.name?.split('/').at(-1) ?? '')
  if (now?.[labels.rotation] === intent && now[labels.rotationVersion] === String(number)) return
  throw new KeyriteError(
    'PROVIDER_FAILED',
    'cannot announce a version: Google said yes, and the key is as it was',
    {
      hints: ['the same command again'],
    },
  )
}

function demandAlive(label: string, version: string, state: string): void {
  if (state === 'enabled' || state === 'disabled') return
  throw new KeyriteError('KEY_STATE', `cannot change key "${label}": version ${version} is ${state}`, {
    hints: [`keyrite key show ${label}`],
  })
}
