import {KeyriteError} from '../base/errors.ts'

/** @param known - the names there are. */
export function profileNotFound(name: string, known: readonly string[]): KeyriteError {
  return new KeyriteError('PROFILE_NOT_FOUND', `cannot find profile "${name}"`, {
    hints:
      known.length === 0
        ? ['keyrite profile add NAME --kind local --environment test']
        : [`one of ${known.join(', ')}`, 'keyrite profile list'],
  })
}
