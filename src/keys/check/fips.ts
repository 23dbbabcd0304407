/** What is known of a FIPS 140 level. Certificates under 140-2 are historical since 2026-09-21: what they say counts as the past. */
import type {CheckFact} from './fact.ts'
import type {Version} from '../state.ts'

/** CMVP: the last day on which certificates under FIPS 140-2 were active was 2026-09-21. */
const end = '2026-09-22T00:00:00.000Z'

export function judgeFips(
  {version, protection, seq}: Pick<Version, 'version' | 'protection' | 'seq'>,
  now: Date,
): CheckFact {
  const common = {check: 'fips', evidence: protection.evidence, entry: seq} as const
  const {fips} = protection
  if (fips === null)
    return {
      ...common,
      evidence: 'ledger',
      ok: null,
      fact: `version ${version}: its place gives no FIPS 140 level that could be checked`,
      next: null,
    }
  const historical = /140-2\b/.test(fips) && now.toISOString() >= end
  return {
    ...common,
    ok: !historical,
    fact: `version ${version}: ${fips}${historical ? ', which is historical since 2026-09-21' : ''}`,
    next: historical
      ? 'look for the certificate under FIPS 140-3 of the same module: csrc.nist.gov/projects/cryptographic-module-validation-program'
      : null,
  }
}
