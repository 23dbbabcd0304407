/** What a ledger needs of the world around it. */
import type {Clock, Random} from '../base/world.ts'
import type {Tool} from './entry.ts'
import type {AnyFold} from './fold.ts'
import type {StateDir} from './writer.ts'

export interface LedgerWorld {
  readonly home: string
  readonly state: StateDir
  readonly folds: readonly AnyFold[]
  readonly clock: Clock
  /** The newest time that a provider answered with in this run, as it is now; null where none says it. */
  readonly external: () => Date | null
  readonly random: Random
  readonly tool: Tool
  /** The name of this host, recorded as a private value. */
  readonly host: string
  /** The command that runs, without its arguments: shown to others who wait. */
  readonly command: string
  readonly onWait: (holder: string) => void
}
