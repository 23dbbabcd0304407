/** RFC 4180, a field at a time. */
import {visible} from './visible.ts'

/** What a table program would take for a formula stands after an apostrophe. */
export function csvField(text: string): string {
  const safe = visible(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A line each, the heads first. */
export function csvLines(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [heads, ...rows].map((row) => row.map(csvField).join(','))
}
