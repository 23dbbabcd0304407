import {setTimeout as sleep} from 'node:timers/promises'
import type {KeyVaultKey} from '@azure/keyvault-keys'
import {KeyriteError} from '../../base/errors.ts'
import {seenAs} from '../../base/seen-as.ts'
import {datesInWords, noDates, sameDates, type Dates} from '../dates.ts'
import {demandHeld} from '../held.ts'
import type {Availability, KeyLife, VersionRef} from '../ports.ts'
import {operationsOf} from './algorithms.ts'
import {failure, statusOf} from './failures.ts'
import type {Service} from './service.ts'
import {settled} from './settling.ts'
import {demandUnused, make, refOf} from './store.ts'
import {
  dateIn,
  deletedKey,
  describe,
  existing,
  keyPath,
  lookUp,
  newestOf,
  orNone,
  versionIds,
} from './versions.ts'

/** By `enabled` and `key_ops` of each version. Whoever may update keys can set them again. */
export const enforced = ['enabled', 'historic', 'disabled'] as const satisfies readonly Availability[]

export function keyLife(service: Service): KeyLife {
  /** What its answer holds is not looked at: others than Azure answer with the attributes alone. */
  const change = async (what: string, ref: VersionRef, body: object): Promise<void> => {
    await service.operate(what, keyPath(ref), body, 'patch')
  }

  async function set(ref: VersionRef, availability: Availability): Promise<Availability> {
    const {shown} = await existing(service, ref)
    demandAlive(ref, shown.availability)
    await change(`make key "${ref.key}" ${availability}`, ref, {
      attributes: {enabled: availability !== 'disabled'},
      key_ops: operationsOf(shown.spec.purpose, availability),
    })
    // What an answer says is not what is: it is looked at again.
    const look = async () => (await existing(service, ref)).shown.availability
    const now = await seenAs(look, (one) => one === availability)
    const held = now === 'disabled' || now === 'historic' ? now : 'enabled'
    return demandHeld('Azure', ref, {wanted: availability, now: held})
  }

  /** @throws KeyriteError `UNSUPPORTED`. */
  async function demandAlone({key, version}: VersionRef): Promise<void> {
    const others = (await versionIds(service, key)).filter((one) => one !== version)
    if (others.length === 0) return
    const many = others.length === 1 ? 'another version' : `${others.length} other versions`
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot destroy version ${version} of key "${key}": Azure deletes a key whole, and ${many} would go with it`,
      {
        hints: [
          `keyrite key suspend ${key} --version N --reason R: nothing can be done with it, and its material stays`,
          `keyrite key show ${key}`,
        ],
      },
    )
  }

  /** Deleted, it can be recovered until the service or somebody purges it. */
  async function remove(ref: VersionRef): Promise<Date> {
    const {key} = await existing(service, ref)
    await demandAlone(ref)
    // Recovered, it shall not sign again by itself.
    await set(ref, 'disabled')
    await service.ask(`delete key "${ref.key}"`, () => service.once.beginDeleteKey(ref.key))
    return dateOf(service, ref, key.properties.recoverableDays ?? service.place.retentionDays)
  }

  return {
    setAvailability: set,

    /** It is current at once for whoever names no version: Azure lets none wait. */
    async rotate(key, intent, dates = noDates) {
      const there = await newestOf(service, key)
      if (there === undefined) {
        const gone = await deletedKey(service, key)
        throw new KeyriteError(
          gone === undefined ? 'KEY_NOT_FOUND' : 'KEY_STATE',
          `cannot rotate key "${key}": ${gone === undefined ? 'the vault has no such key' : 'it is deleted'}`,
        )
      }
      const shown = describe({key: there, purgeAt: null})
      if (shown === undefined)
        throw new KeyriteError('UNSUPPORTED', `cannot rotate key "${key}": keyrite has no such algorithm`)
      await demandUnused(service, key, intent)
      const made = refOf(await make(service, shown.spec, intent, dates, `rotate key "${key}"`))
      await settled(`rotate key "${key}"`, () => lookUp(service, made))
      return made
    },

    /** What is not sent stays as it was: nothing is known that takes a date away. */
    async setDates(ref, dates) {
      const {shown} = await existing(service, ref)
      demandAlive(ref, shown.availability)
      const {from, until} = shown.dates ?? noDates
      if ((dates.from === null && from !== null) || (dates.until === null && until !== null))
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot take a date away from key "${ref.key}": Azure is not known to forget one, and it has dates ${datesInWords({from, until})}`,
          {hints: ['another date, as late as is wanted']},
        )
      await change(`set the dates of key "${ref.key}"`, ref, {
        attributes: {
          ...(dates.from === null ? {} : {nbf: dates.from.getTime() / 1000}),
          ...(dates.until === null ? {} : {exp: dates.until.getTime() / 1000}),
        },
      })
      // What an answer says is not what is: it is looked at again.
      const look = async (): Promise<Dates> => (await existing(service, ref)).shown.dates ?? noDates
      return seenAs(look, (now) => sameDates(now, dates))
    },

    async scheduleDestruction(ref, afterDays) {
      const {key, shown} = await existing(service, ref)
      const days = key.properties.recoverableDays ?? service.place.retentionDays
      if (afterDays !== days)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot destroy key "${ref.key}" after ${afterDays} days: the vault keeps what is deleted for ${days} days`,
          {
            hints: [
              'keyrite request list, and withdraw what was approved for another wait',
              `keyrite key destroy ${ref.key} --reason R, without --wait`,
            ],
          },
        )
      return shown.destroyAt ?? remove(ref)
    },

    async fixedWait(ref, purge) {
      const {key, shown} = await existing(service, ref)
      if (shown.destroyAt === null) await demandAlone(ref)
      if (purge) demandPurgeable(key, shown.destroyAt)
      return key.properties.recoverableDays ?? service.place.retentionDays
    },

    async scheduleForPurge(ref) {
      const {key, shown} = await existing(service, ref)
      demandPurgeable(key, shown.destroyAt)
      if (shown.destroyAt !== null) return shown.destroyAt
      return remove(ref)
    },

    async purge(ref) {
      // While it is being deleted it is told neither as a key nor as deleted.
      const found = await seenAs(
        () => lookUp(service, ref),
        (one) => one !== undefined,
        2,
      )
      if (found === undefined) return
      if (found.purgeAt === null)
        throw new KeyriteError('KEY_STATE', `cannot purge key "${ref.key}": it is not deleted`)
      demandPurgeable(found.key, found.purgeAt)
      if (found.key.keyType === undefined)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot purge key "${ref.key}": the service tells nothing of what is deleted and disabled but its name, and another one may be called so`,
          {hints: ['it is purged at its place, or by itself']},
        )
      await service.ask(`purge key "${ref.key}"`, async () => {
        try {
          await service.once.purgeDeletedKey(ref.key)
        } catch (error) {
          // It is still at work on the deletion.
          if (statusOf(error) !== 409) throw error
          throw new KeyriteError('PROVIDER_FAILED', failure(`purge key "${ref.key}"`, error).message, {
            cause: error,
            hints: ['the same command again, in a minute'],
          })
        }
      })
      // What an answer says is not what is: it is looked for again.
      for (let tries = 0; tries < 10; tries++) {
        if ((await deletedKey(service, ref.key)) === undefined) return
        await sleep(tries < 5 ? 200 : 1000)
      }
      throw new KeyriteError(
        'PROVIDER_FAILED',
        `cannot purge key "${ref.key}": Azure said yes, and it is still among the deleted`,
        {changed: true, hints: ['the same command again, in a minute']},
      )
    },

    async cancelDestruction(ref) {
      const {shown} = await existing(service, ref)
      if (shown.availability !== 'destruction-pending')
        throw new KeyriteError(
          'KEY_STATE',
          `cannot cancel the destruction of key "${ref.key}": version ${ref.version} is ${shown.availability}`,
        )
      await service.ask(`recover key "${ref.key}"`, () => service.once.beginRecoverDeletedKey(ref.key))
      for (let tries = 0; tries < 60; tries++) {
        const now = await lookUp(service, ref)
        if (now?.purgeAt === null) return now.key.properties.enabled === false ? 'disabled' : 'enabled'
        await sleep(1000)
      }
      throw new KeyriteError('INDETERMINATE', `cannot tell yet whether key "${ref.key}" is recovered`, {
        hints: ['the same command again, in a minute'],
      })
    },
  }
}

/** A vault shows what was deleted only after some seconds. Where it says no date: so many days from now, as it keeps what is deleted. */
async function dateOf(service: Service, ref: VersionRef, days: number): Promise<Date> {
  for (let tries = 0; tries < 60; tries++) {
    const gone = await deletedKey(service, ref.key)
    if (gone !== undefined)
      return dateIn(gone.properties.scheduledPurgeDate) ?? new Date(Date.now() + days * 86_400_000)
    const still = await orNone(service, `look at key "${ref.key}"`, () => service.patient.getKey(ref.key))
    if (still !== undefined && tries > 20) break
    await sleep(tries < 5 ? 200 : 1000)
  }
  throw new KeyriteError(
    'PROVIDER_FAILED',
    `cannot delete key "${ref.key}": Azure said yes, and it is not among the deleted`,
    {
      hints: [`keyrite key show ${ref.key}`],
    },
  )
}

/** Azure says of each key whether it can be purged: where purge protection is on, nobody can. @throws KeyriteError `UNSUPPORTED`. */
function demandPurgeable({name, properties}: KeyVaultKey, purgeAt: Date | null): void {
  const {recoveryLevel = '', recoverableDays} = properties
  if (recoveryLevel.includes('Purgeable')) return
  const when =
    purgeAt === null || Number.isNaN(purgeAt.getTime())
      ? `${recoverableDays ?? 'so many'} days after it is deleted`
      : `at ${purgeAt.toISOString()}`
  throw new KeyriteError(
    'UNSUPPORTED',
    recoveryLevel === ''
      ? `cannot purge key "${name}": the service does not say that it may be, as a vault does; it is kept until ${when}`
      : `cannot purge key "${name}": purge protection is on (${recoveryLevel}), and the service alone purges it, ${when}`,
    {
      hints: [
        `keyrite key destroy ${name} --reason R, without --purge and --wait: it waits for that`,
        'purge protection is never taken off a vault again',
      ],
    },
  )
}

function demandAlive({key, version}: VersionRef, state: string): void {
  if (state === 'destruction-pending')
    throw new KeyriteError(
      'KEY_STATE',
      `cannot change key "${key}": version ${version} is deleted, and can be recovered`,
    )
}
