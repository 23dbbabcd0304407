/** How long an incident has gone on. */
import {durationText, parseDuration} from '../base/duration.ts'
import {limit} from './rules.ts'

export function elapsedText(from: string, to: string): string {
  return durationText(Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 1_000) * 1_000))
}

/** How much of the time is used up, for every line of a screen: `T+04:12 of 60:00`. */
export function clockText(startedAt: string, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(startedAt)) / 1_000))
  const [whole, rest] = [Math.floor(seconds / 60), seconds % 60]
  const two = (number: number): string => String(number).padStart(2, '0')
  return `T+${two(whole)}:${two(rest)} of ${two(parseDuration(limit) / 60_000)}:00`
}
