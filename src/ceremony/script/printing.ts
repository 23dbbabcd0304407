/** What every part of the script is printed from. */
import type {LedgerFacts} from '../../ledger/index.ts'
import type {Filled} from '../template.ts'
import type {Printed} from './plans.ts'

export interface Printing {
  readonly filled: Filled
  /** Null where there is none: then what hangs on it is not printed, and the script says so. */
  readonly ledger: Pick<LedgerFacts, 'name' | 'fingerprint' | 'rehearsal'> | null
  readonly plans: readonly Printed[]
  /** SHA-256 of `verify.py`, hex. */
  readonly verifier: string
  readonly standby: Date | null
  /** An IANA name. */
  readonly zone: string
  /** Parameters whose value is not to be had. */
  readonly absent: readonly string[]
}
