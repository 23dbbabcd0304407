import {parseDuration} from '../../base/duration.ts'

/** An RFC 3339 time so much later. */
export function after(time: string, duration: string): string {
  return new Date(Date.parse(time) + parseDuration(duration)).toISOString()
}

/** An RFC 3339 time so much earlier. */
export function before(time: string, duration: string): string {
  return new Date(Date.parse(time) - parseDuration(duration)).toISOString()
}
