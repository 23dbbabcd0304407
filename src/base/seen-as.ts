/** What was changed at a service may be told as it was before for some seconds. */
import {setTimeout as sleep} from 'node:timers/promises'

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
