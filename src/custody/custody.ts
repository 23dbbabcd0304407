/** What is known of people. */
import type {Json} from '../base/jcs.ts'
import type {Counters} from './counters.ts'
import type {Roster} from './roster.ts'

export interface Suspension {
  readonly by: 'holder' | 'security-lead'
  /** Who signed for it. */
  readonly people: readonly string[]
  readonly since: string
  /** When it lapses; null where it lasts. */
  readonly until: string | null
}

export interface Custody {
  readonly roster: Roster
  /** Founders who have not signed yet. */
  readonly unsigned: readonly string[]
  /** What names and addresses stand as in the entries, by id. */
  readonly hidden: ReadonlyMap<string, {readonly name: Json; readonly address: Json}>
  /** Suspensions that stand, by person. */
  readonly suspensions: ReadonlyMap<string, Suspension>
  /** By person, those who had them suspended without the roster quorum confirming it. */
  readonly contested: ReadonlyMap<string, ReadonlySet<string>>
  /** Whose each key is, or ever was, by its `pair`. */
  readonly holders: ReadonlyMap<string, string>
  readonly counters: Counters
}
