/** What came of trying a key at its provider after its state changed. */
import type {ProbeResult} from './state.ts'

/**
 * `proven`: what must work works, and what must not is refused, for the right reason. `still-usable`: something forbidden was
 * done. `not-working`: something allowed was not. `not-proven`: it could not be tried, or failed for another reason, which says
 * nothing. `recorded`: the provider does not enforce it, and nobody says that it does.
 */
export type Proof = 'proven' | 'still-usable' | 'not-working' | 'not-proven' | 'recorded'

/** The suffix of every probe that must be refused. */
const refusal = '-refused'

export function refusedProbe(operation: string): string {
  return `${operation}${refusal}`
}

export function proofOf(results: readonly ProbeResult[]): Proof {
  const wrong = results.filter(({ok}) => !ok)
  const tried = wrong.filter(({evidence}) => evidence === 'verified')
  if (tried.some(({probe}) => probe.endsWith(refusal))) return 'still-usable'
  if (tried.length > 0) return 'not-working'
  if (wrong.some(({evidence}) => evidence === 'asserted')) return 'not-proven'
  if (wrong.length > 0) return 'recorded'
  return results.some(({evidence}) => evidence === 'verified') ? 'proven' : 'not-proven'
}
