/**
 * Questions that nobody answers: after the limit each is taken back as by Ctrl-C, so that no lock, token or half-typed secret
 * waits at a terminal that was left alone. The limit is `times.idle` of the policy, as for a ceremony.
 */
import {parseDuration} from '../base/duration.ts'
import type {Ledger} from '../ledger/index.ts'
import {policyFold} from '../policy/index.ts'

/** How long a question waits, in ms, under the policy of a ledger. */
export function idleLimit(ledger: Ledger): number {
  return parseDuration(ledger.of(policyFold).policy.times.idle)
}
