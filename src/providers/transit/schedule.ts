/** The period after which the server rotates a key by itself. It says how long, and not when it did so last. */
import {KeyriteError} from '../../base/errors.ts'
import {
  demandKnown,
  noTerms,
  type KeySchedule,
  type RotationSchedule,
  type ScheduleTerms,
} from '../schedule.ts'
import {readKey, type Key} from './keys.ts'
import type {Server} from './server.ts'

const daySeconds = 86_400
const most = 36_500
const knows = ['everyDays'] as const

export function keySchedule(server: Server): KeySchedule {
  async function needed(key: string): Promise<Key> {
    const found = await readKey(server, key)
    if (found !== undefined) return found
    throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${key}": the server has no such key`)
  }

  async function permitted(id: string, terms: ScheduleTerms): Promise<{key: Key; what: string}> {
    const key = await needed(id)
    const what = `set the schedule of key "${key.name.label}"`
    demandKnown(what, 'transit', knows, terms)
    if (terms.everyDays !== null && terms.everyDays > most)
      throw new KeyriteError('UNSUPPORTED', `cannot ${what}: keyrite lets it rotate every 1 to ${most} days`)
    return {key, what}
  }

  async function scheduleOf({id, name}: Key): Promise<RotationSchedule> {
    const what = `read the schedule of key "${name.label}"`
    const data = await server.ask('GET', `keys/${id}`, {what})
    const seconds = Number(data['auto_rotate_period'] ?? 0)
    return seconds === 0
      ? {...noTerms, next: null, notes: []}
      : {
          ...noTerms,
          everyDays: seconds / daySeconds,
          next: null,
          notes: ['The server does not say when it rotates next.', 'What it makes is used at once.'],
        }
  }

  return {
    knows,

    async read(key) {
      return scheduleOf(await needed(key))
    },

    async permit(key, terms) {
      await permitted(key, terms)
    },

    async set(id, terms) {
      const {key, what} = await permitted(id, terms)
      const body = {auto_rotate_period: (terms.everyDays ?? 0) * daySeconds}
      await server.ask('POST', `keys/${key.id}/config`, {what, body})
      return scheduleOf(key)
    },
  }
}
