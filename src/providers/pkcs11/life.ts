import type {Attribute, Handle} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'
import type {Clock} from '../../base/world.ts'
import type {Availability, KeyLife} from '../ports.ts'
import {failure, rv, rvOf} from './failures.ts'
import {nextRef, takesVersions} from './ids.ts'
import {existing, usesOf, versionsWhere, type Version} from './objects.ts'
import {demandUnused, generate} from './store.ts'
import type {Token} from './token.ts'

/** A token knows no waiting: what is destroyed is gone. */
export const destructionDays = {least: 0, most: 0} as const
/** By usage attributes. Whoever has the PIN can set them again. */
export const enforced = ['enabled', 'historic', 'disabled'] as const satisfies readonly Availability[]

const allowed = {
  probe: {forward: true, backward: true},
  enabled: {forward: true, backward: true},
  historic: {forward: false, backward: true},
  disabled: {forward: false, backward: false},
} as const

export function keyLife(token: Token, clock: Clock): KeyLife {
  return {
    async setAvailability(ref, availability) {
      const version = existing(token, ref)
      const uses = usesOf(version.spec)
      const set = (side: 'forward' | 'backward'): void => {
        const {of, type} = uses[side]
        const object = of === 'half' ? (version.half ?? version.object) : version.object
        const value = allowed[availability][side]
        if (token.is(object, type) !== value) change(token, object, [{type, value}])
      }
      try {
        set('forward')
        set('backward')
      } catch (error) {
        throw failure(`make key "${version.spec.label}" ${availability}`, error)
      }
      // Some answer yes and change nothing.
      return existing(token, ref).availability
    },

    async rotate(key, intent) {
      const last = newest(token, key)
      if (!takesVersions(key))
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot rotate key "${last.spec.label}": its CKA_ID ${key} was given by others, and further versions cannot be told by it`,
          {hints: ['make another key, and move to it']},
        )
      demandUnused(token, last.spec, intent)
      return generate(token, last.spec, nextRef(key, intent), last.number + 1, clock)
    },

    async scheduleDestruction(ref, afterDays) {
      if (afterDays !== 0)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot destroy after ${afterDays} days: a token destroys at once, so it can wait 0 days only`,
        )
      const version = existing(token, ref)
      // The public half last: a crash between leaves debris, and never a key that can still be used.
      try {
        token.destroy(version.object)
        if (version.half !== null) token.destroy(version.half)
      } catch (error) {
        throw failure(`destroy key "${version.spec.label}"`, error)
      }
      return clock.now()
    },

    async cancelDestruction(ref) {
      const {spec} = existing(token, ref)
      throw new KeyriteError(
        'KEY_STATE',
        `cannot cancel the destruction of key "${spec.label}": nothing is scheduled`,
      )
    },
  }
}

/** A module that changes no attributes of anything leaves them: what is, is said. */
function change(token: Token, object: Handle, attributes: readonly Attribute[]): void {
  try {
    token.set(object, attributes)
  } catch (error) {
    if (rvOf(error) !== rv.functionNotSupported) throw error
  }
}

/** @throws KeyriteError `KEY_NOT_FOUND`. */
function newest(token: Token, key: string): Version {
  const [last] = [...versionsWhere(token, (ref) => ref.key === key)].toSorted((a, b) => b.number - a.number)
  if (last === undefined)
    throw new KeyriteError('KEY_NOT_FOUND', `cannot rotate key "${key}": the token has no such key`)
  return last
}
