/** Backups of single keys: transit gives them in the clear, and only of keys that were made exportable and with plaintext backup. keyrite makes none so. */
import {KeyriteError} from '../../base/errors.ts'
import {Secret} from '../../base/secret.ts'
import type {KeyBackups} from '../key-backups.ts'
import {readKey, type Key} from './keys.ts'
import type {Server} from './server.ts'

export function keyBackups(server: Server): KeyBackups {
  return {
    async refusal(id) {
      return faultOf(await existingKey(server, id))
    },

    async take(id) {
      const key = await existingKey(server, id)
      const what = `take a backup of key "${key.name.label}"`
      const fault = faultOf(key)
      if (fault !== undefined) throw new KeyriteError('UNSUPPORTED', `cannot ${what}: ${fault}`)
      const {backup} = await server.ask('GET', `backup/${id}`, {what})
      if (typeof backup !== 'string' || backup === '')
        throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: the server gives none`)
      return new Secret(Buffer.from(backup, 'latin1'))
    },

    async has(id) {
      return (await readKey(server, id)) !== undefined
    },

    async putBack(id, backup) {
      const what = `put key "${id}" back`
      await server.alone(async () => {
        if ((await readKey(server, id)) !== undefined)
          throw new KeyriteError('KEY_EXISTS', `cannot ${what}: the server has a key of that name`, {
            hints: [`bao read ${server.place.mount}/keys/${id}`],
          })
        const body = backup.use((bytes) => ({backup: Buffer.from(bytes).toString('latin1')}))
        await server.ask('POST', `restore/${id}`, {what, slow: true, body})
      })
    },
  }
}

async function existingKey(server: Server, id: string): Promise<Key> {
  const key = await readKey(server, id)
  if (key !== undefined) return key
  throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${id}": the server has none`, {
    hints: ['bao list MOUNT/keys'],
  })
}

function faultOf({exportable, backupable}: Key): string | undefined {
  if (exportable && backupable) return undefined
  const lacks = [
    ...(exportable ? [] : ['exportable']),
    ...(backupable ? [] : ['allow_plaintext_backup']),
  ].join(' and ')
  return `at the server it is without ${lacks}, so that it never leaves. keyrite makes every key so, and whoever set this otherwise could never take that back`
}
