/**
 * Into the token and never out of it, except as a backup that only a token with the same PIN takes in.
 *
 * A restored token is another place: it keeps its own identity, so that two live copies never answer with the same one.
 * Keys and versions keep their ids. What was usable comes back `disabled`: since the backup it may have been suspended.
 */
import {KeyriteError} from '../../base/errors.ts'
import {timeText} from '../../base/world.ts'
import type {KeyMove} from '../ports.ts'
import {makeBackup, openBackup} from './backup.ts'
import {checked} from './material.ts'
import {permitNew, putFirst} from './store.ts'
import {existing} from './token.ts'
import type {LocalToken} from './token.ts'

export function keyMove(token: LocalToken): KeyMove {
  return {
    /** The material stays the caller's to wipe. */
    async import(spec, material, intent) {
      await permitNew(token, spec, intent)
      return putFirst(
        token,
        spec,
        intent,
        material.use((given) => checked(spec, given)),
      )
    },

    async export(ref) {
      const {label} = existing(token.header(), ref)
      throw new KeyriteError(
        'UNSUPPORTED',
        `cannot export key "${label}": keys of the software token never leave it`,
        {
          hints: ['a backup of the whole token can be made, which only a token with the same PIN takes in'],
        },
      )
    },

    async backup() {
      return token.withContents((db, tokenKey) => makeBackup(db, tokenKey, token.path, token.random))
    },

    async restore(backup) {
      const opened = await token.withPin((pin) => openBackup(backup, pin))
      try {
        token.change((draft) => {
          if (draft.objects.length > 0)
            throw new KeyriteError('EXISTS', `cannot restore into token "${token.name}": it is not empty`)
          opened.lend((object, material) => {
            const gone = object.state === 'destroyed' || object.state === 'destruction-pending'
            draft.put({...object, state: gone ? object.state : 'disabled'}, material)
          })
          const {token: origin, generation} = opened.header
          draft.restoredFrom({token: origin, generation, at: timeText(token.clock.now())})
        })
      } finally {
        opened.wipe()
      }
    },
  }
}
