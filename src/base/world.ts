/** The parts of the outside world that a test must be able to hold still. Only `app.ts` makes the real ones. */
export interface Clock {
  now(): Date
}

/** Random bytes from `node:crypto`, or a test's own. */
/**
 * Does what waits for a person, in a way that the end of the program can take back: the signal is given when it is to end, and
 * the work then leaves the terminal as it was.
 * @param patient - whether no limit of time holds: in the pause of a ceremony.
 */
export type Interruptible = <T>(work: (signal: AbortSignal) => Promise<T>, patient?: boolean) => Promise<T>

export interface Random {
  bytes(count: number): Buffer
}

/** An RFC 3339 UTC time with milliseconds and Z, as stored and printed. */
export function timeText(time: Date): string {
  return time.toISOString()
}

/** @throws TypeError unless the text is exactly what `timeText` writes. */
export function parseTime(text: string): Date {
  const time = new Date(text)
  if (Number.isNaN(time.getTime()) || time.toISOString() !== text)
    throw new TypeError(`not an RFC 3339 UTC time with milliseconds: "${text}"`)
  return time
}
