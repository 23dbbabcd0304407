/** Backups of single keys: the service encrypts them, and takes them in again in the same geography and subscription. */
import {KeyriteError} from '../../base/errors.ts'
import {Secret} from '../../base/secret.ts'
import type {KeyBackups} from '../key-backups.ts'
import {failure, statusOf} from './failures.ts'
import type {Service} from './service.ts'
import {settled} from './settling.ts'
import {deletedKey, orNone, versionIds} from './versions.ts'

/** Said before it is taken, and where it is not opened. */
const openedBy =
  'Azure alone opens it, in a vault or Managed HSM of the same geography and subscription; of a Managed HSM, of the same security domain'

export function keyBackups(service: Service): KeyBackups {
  const there = async (id: string): Promise<boolean> =>
    (await orNone(service, `look at key "${id}"`, () => service.patient.getKey(id))) !== undefined ||
    (await versionIds(service, id)).length > 0

  return {
    openedBy,

    async refusal(id) {
      if (await there(id)) return undefined
      throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${id}": the vault has no such key`)
    },

    async take(id) {
      const what = `take a backup of key "${id}"`
      const {value} = await service.operate(what, `/keys/${id}/backup`, {})
      // What is none of its form would not be what it gave out, when it is sent back.
      if (typeof value !== 'string' || !/^[A-Za-z0-9_-]+={0,2}$/.test(value))
        throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: Azure gives none of its form`, {
          hints: ['keyrite profile check PROFILE'],
        })
      return new Secret(Buffer.from(value, 'base64url'))
    },

    /** A name that is deleted and can be recovered is taken. */
    async has(id) {
      return (await there(id)) || (await deletedKey(service, id)) !== undefined
    },

    async putBack(id, backup) {
      const what = `put key "${id}" back`
      const blob = backup.use((bytes) => Uint8Array.from(bytes))
      const restored = await service.ask(what, async () => {
        try {
          return await service.once.restoreKeyBackup(blob)
        } catch (error) {
          if (statusOf(error) === 400)
            throw new KeyriteError(
              'PROVIDER_FAILED',
              `${failure(what, error).message.replace(/\.$/, '')}: this place does not open it, and nothing was put back`,
              {
                cause: error,
                hints: [
                  openedBy,
                  'keyrite profile list, for a place that does; then the same with --profile',
                ],
              },
            )
          if (statusOf(error) !== 409) throw error
          throw new KeyriteError('KEY_EXISTS', failure(what, error).message, {
            cause: error,
            hints: ['a name that was deleted is taken until it is purged: keyrite key destroy … --purge'],
          })
        }
      })
      if (restored.name !== id)
        throw new KeyriteError(
          'KEY_NOT_AS_PLANNED',
          `cannot ${what}: the backup was of key "${restored.name}"`,
          {
            changed: true,
            hints: ['look at the provider'],
          },
        )
      await settled(what, async () => ((await there(id)) ? true : undefined))
    },
  }
}
