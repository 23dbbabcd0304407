/** What waits too long for other people, in words: on every screen, and at the end of every list. Imports little, for lists start often. */
import type {JsonObject} from '../base/jcs.ts'

/** What is said first where others should have ratified by now. */
export function overdueInWords(id: string, key: string, due: string): string {
  return `OVERDUE since ${due}: what was contained in incident ${id} (key "${key}") is not ratified. keyrite incident ratify ${id}`
}

/** The same from rows, for lists. @param now - RFC 3339 */
export function overdueRows(rows: ReadonlyMap<string, JsonObject>, now: string): readonly string[] {
  return [...rows].flatMap(([id, {key, ratify_due: due}]) =>
    typeof due === 'string' && typeof key === 'string' && now > due ? [overdueInWords(id, key, due)] : [],
  )
}
