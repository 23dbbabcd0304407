/** Azure says no time after which everybody reads what was changed, and its reads may tell what was before for some seconds. */
import {setTimeout as sleep} from 'node:timers/promises'
import {KeyriteError} from '../../base/errors.ts'

/** Looks again where it is not as asked, and waits twice as long each time: 3 seconds with four more looks. @returns what was seen last. */
export async function seenAs<T>(
  look: () => Promise<T>,
  isAsked: (seen: T) => boolean,
  moreLooks = 4,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    const seen = await look()
    if (isAsked(seen) || tries === moreLooks) return seen
    await sleep(200 * 2 ** tries)
  }
}

/** The same for what must be seen. @throws KeyriteError `PROVIDER_FAILED`: it was asked for, and whether it is done is not known. */
export async function settled<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const seen = await seenAs(look, (one) => one !== undefined)
  if (seen !== undefined) return seen
  throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: it was asked for, and is not so yet`, {
    changed: true,
    hints: ['the same command again: it asks what was done'],
  })
}
