import {KeyriteError} from '../../src/base/errors.ts'

/** The refusal that an act ends in. @throws Error if it is not refused, or fails in another way. */
export function refusalOf(act: () => unknown): KeyriteError {
  try {
    act()
  } catch (error) {
    if (error instanceof KeyriteError) return error
    throw error
  }
  throw new Error('it was not refused')
}
