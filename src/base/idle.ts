/** What waits for a person no longer than a limit. */

/** Where no policy says how long a question waits, in ms: an hour, as the policies that ship have it. */
export const idleDefaultMs = 3_600_000

/** More does not fit into a timer of Node's, which would then be over at once. */
const longestMs = 2 ** 31 - 1

/**
 * Asks, and takes the question back when nobody answers in time: the terminal is as it was before this ends.
 * @param outer - takes it back, too.
 * @throws what `left` gives for what the question threw when its time was over; else what the question throws.
 */
export async function answeredWithin<T>(
  asked: (signal: AbortSignal) => Promise<T>,
  limitMs: number,
  outer: AbortSignal,
  left: (error: unknown) => unknown,
): Promise<T> {
  const over = new AbortController()
  const timer = setTimeout(
    () => {
      over.abort()
    },
    Math.min(limitMs, longestMs),
  )
  try {
    return await asked(AbortSignal.any([over.signal, outer]))
  } catch (error) {
    throw over.signal.aborted && !outer.aborted ? left(error) : error
  } finally {
    clearTimeout(timer)
  }
}
