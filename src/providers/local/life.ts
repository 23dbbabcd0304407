import {KeyriteError} from '../../base/errors.ts'
import {timeText} from '../../base/world.ts'
import type {Availability, KeyLife} from '../ports.ts'
import type {Draft} from './draft.ts'
import {generate} from './material.ts'
import type {Header, Named} from './records.ts'
import {describe} from './records.ts'
import {permitIntent, putNew} from './store.ts'
import {existing} from './token.ts'
import type {LocalToken} from './token.ts'

/** In days. 0 destroys at once. */
export const destructionDays = {least: 0, most: 3650} as const
export const enforced = [
  'probe',
  'enabled',
  'historic',
  'disabled',
] as const satisfies readonly Availability[]
const dayMs = 86_400_000

export function keyLife(token: LocalToken): KeyLife {
  return {
    async setAvailability(ref, availability) {
      if (!enforced.includes(availability)) throw new TypeError('not an availability')
      return token.change((draft) => {
        const object = existing(draft, ref)
        if (object.state === 'destroyed' || object.state === 'destruction-pending')
          throw wrongState('change the availability of', object)
        if (object.state !== availability) draft.revise(object, {state: availability})
        return availability
      })
    },

    async rotate(key, intent) {
      permitIntent(token.header(), intent)
      const {algorithm} = newest(token.header(), key)
      const material = await generate(algorithm, token.random)
      try {
        return token.change((draft: Draft) => {
          permitIntent(draft, intent)
          const last = newest(draft, key)
          return putNew(draft, token, {key, version: last.version + 1}, describe(last).spec, intent, material)
        })
      } finally {
        material.fill(0)
      }
    },

    /** A repetition does not move the date: cancel, then schedule anew. */
    async scheduleDestruction(ref, afterDays) {
      const {least, most} = destructionDays
      if (!Number.isInteger(afterDays) || afterDays < least || afterDays > most)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot destroy after ${afterDays} days: the token waits ${least} to ${most} whole days`,
        )
      return token.change((draft) => {
        const object = existing(draft, ref)
        if (object.destroyAt !== null) return new Date(object.destroyAt)
        const at = new Date(token.clock.now().getTime() + afterDays * dayMs)
        const pending = {...object, state: 'destruction-pending', destroyAt: timeText(at)} as const
        if (afterDays === 0) draft.destroy(pending)
        else draft.revise(object, {state: pending.state, destroyAt: pending.destroyAt})
        return at
      })
    },

    async cancelDestruction(ref) {
      return token.change((draft) => {
        const object = existing(draft, ref)
        if (object.state !== 'destruction-pending') throw wrongState('cancel the destruction of', object)
        draft.revise(object, {state: 'disabled', destroyAt: null})
        return 'disabled'
      })
    },
  }
}

/** @throws KeyriteError `KEY_NOT_FOUND`, or `KEY_STATE` if every version is gone or going. */
function newest({objects}: Pick<Header, 'objects'>, key: string): Named {
  const versions = objects.filter((object) => object.key === key).toSorted((a, b) => b.version - a.version)
  const [last] = versions
  if (last === undefined)
    throw new KeyriteError('KEY_NOT_FOUND', `cannot rotate key "${key}": the token has no such key`)
  if (versions.every(({state}) => state === 'destroyed' || state === 'destruction-pending'))
    throw wrongState('rotate', last)
  return last
}

function wrongState(verb: string, {label, version, state}: Named): KeyriteError {
  const fact = state === 'destruction-pending' ? 'is waiting for its destruction' : `is ${state}`
  return new KeyriteError('KEY_STATE', `cannot ${verb} key "${label}": version ${version} ${fact}`, {
    hints: [`keyrite key show ${label}`],
  })
}
