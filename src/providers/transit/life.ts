import {KeyriteError} from '../../base/errors.ts'
import type {Clock} from '../../base/world.ts'
import type {KeyLife} from '../ports.ts'
import {availabilityIn, existing, readKey, versionsOf, type Key} from './keys.ts'
import type {Server} from './server.ts'
import {settingsFor} from './states.ts'
import {demandUnused} from './store.ts'

/** Nothing waits here: what is destroyed is gone. */
export const destructionDays = {least: 0, most: 0} as const

export function keyLife(server: Server, clock: Clock): KeyLife {
  return {
    async setAvailability(ref, availability) {
      const {key, version} = await existing(server, ref)
      const {id, name} = key
      const what = `make key "${name.label}" ${availability}`
      const {minDecryption, minEncryption, softDeleted} = settingsFor(key, version, availability)
      if (minDecryption !== key.minDecryption || minEncryption !== key.minEncryption) {
        const body = {min_decryption_version: minDecryption, min_encryption_version: minEncryption}
        await server.ask('POST', `keys/${id}/config`, {what, body})
      }
      if (softDeleted === true && key.softDeleted === false)
        await server.ask('DELETE', `keys/${id}/soft-delete`, {what})
      // After the numbers: nothing is open in between that was shut.
      if (softDeleted === false && key.softDeleted === true)
        await server.ask('POST', `keys/${id}/soft-delete-restore`, {what, body: {}})
      // A server may answer yes and change nothing.
      return availabilityIn((await existing(server, ref)).key, version)
    },

    async rotate(key, intent) {
      return server.alone(async () => {
        const before = await readKey(server, key)
        if (before === undefined)
          throw new KeyriteError('KEY_NOT_FOUND', `cannot rotate key "${key}": the server has no such key`)
        const {label} = before.name
        await demandUnused(server, label, intent)
        const what = `rotate key "${label}"`
        await server.ask('POST', `keys/${key}/rotate`, {what, body: {}, slow: true})
        const after = await readKey(server, key)
        if (after?.latest === before.latest + 1) return {key, version: String(after.latest)}
        throw new KeyriteError(
          'AMBIGUOUS',
          `cannot tell which version of key "${label}" was made: there were ${before.latest}, and now ${after?.latest ?? 0}`,
          {changed: true, hints: [`bao read MOUNT/keys/${key}`]},
        )
      })
    },

    async scheduleDestruction(ref, afterDays) {
      if (afterDays !== 0)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot destroy after ${afterDays} days: transit destroys at once, so it can wait 0 days only`,
        )
      const {key, version} = await existing(server, ref)
      await destroy(server, key, version)
      return clock.now()
    },

    async cancelDestruction(ref) {
      const {key} = await existing(server, ref)
      throw new KeyriteError(
        'KEY_STATE',
        `cannot cancel the destruction of key "${key.name.label}": nothing is scheduled`,
      )
    },
  }
}

/** The last version goes with the key; older ones are trimmed, the oldest first. */
async function destroy(server: Server, key: Key, version: number): Promise<void> {
  const {id, name} = key
  const what = `destroy version ${version} of key "${name.label}"`
  if (versionsOf(key).length === 1) {
    // Also what keeps it from being deleted by chance is taken away here alone.
    await server.ask('POST', `keys/${id}/config`, {what, body: {deletion_allowed: true}})
    await server.ask('DELETE', `keys/${id}`, {what})
    return
  }
  if (version !== key.lowest)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot ${what}: transit destroys the oldest version first, and ${key.lowest} is still there`,
      {hints: [`keyrite key show ${name.label}`]},
    )
  const least = {
    min_decryption_version: Math.max(key.minDecryption, version + 1),
    min_encryption_version: Math.max(key.minEncryption, version + 1),
  }
  await server.ask('POST', `keys/${id}/config`, {what, body: least})
  await server.ask('POST', `keys/${id}/trim`, {what, body: {min_available_version: version + 1}})
}
