/** Azure says no time after which everybody reads what was changed, and its reads may tell what was before for some seconds. */
import {KeyriteError} from '../../base/errors.ts'
import {seenAs} from '../../base/seen-as.ts'

/** `seenAs` for what must be seen. @throws KeyriteError `PROVIDER_FAILED`: it was asked for, and whether it is done is not known. */
export async function settled<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const seen = await seenAs(look, (one) => one !== undefined)
  if (seen !== undefined) return seen
  throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: it was asked for, and is not so yet`, {
    changed: true,
    hints: ['the same command again: it asks what was done'],
  })
}
