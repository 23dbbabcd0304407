/** What is known of a FIPS 140 level. Certificates under 140-2 are historical since 2026-09-21: what they say counts as the past. */
import type {FipsModule} from '../../policy/index.ts'
import type {CheckFact} from './fact.ts'
import type {Version} from '../state.ts'

/** CMVP: the last day on which certificates under FIPS 140-2 were active was 2026-09-21. */
const end = '2026-09-22T00:00:00.000Z'

export interface FipsAsked {
  /** The level that the policy asks at least; null where it asks none. */
  readonly least: number | null
  /** What the policy states of the module: counts only where the place itself says nothing. */
  readonly stated: FipsModule | null
  readonly classification: string
}

const asksNone: FipsAsked = {least: null, stated: null, classification: ''}

/** A level that nobody gives is unknown, and unknown is no level: where one is asked for it is a finding. */
export function judgeFips(
  {version, protection, seq}: Pick<Version, 'version' | 'protection' | 'seq'>,
  now: Date,
  {least, stated, classification}: FipsAsked = asksNone,
): CheckFact {
  const told = protection.fips ?? inWords(stated)
  const asked = least === null ? '' : `; the policy asks level ${least} of what is ${classification}`
  const common = {check: 'fips', entry: seq} as const
  if (told === null)
    return {
      ...common,
      evidence: 'ledger',
      ok: least === null ? null : false,
      fact: `version ${version}: its place gives no FIPS 140 level that could be checked${asked}`,
      next:
        least === null
          ? null
          : 'look up the certificate of its module, and state it in "modules" of the policy: keyrite policy adopt FILE',
    }
  const historical = /140-2\b/.test(told) && now.toISOString() >= end
  const level = Number(/\blevel (\d)\b/i.exec(told)?.[1] ?? 0)
  const enough = least === null || level >= least
  return {
    ...common,
    evidence: protection.fips === null ? 'stated' : protection.evidence,
    ok: enough && !historical,
    fact: `version ${version}: ${told}${historical ? ', which is historical since 2026-09-21' : ''}${enough ? '' : asked}${protection.fips === null ? '; stated by the policy, and asked of nobody' : ''}`,
    next: historical
      ? 'look for the certificate under FIPS 140-3 of the same module: csrc.nist.gov/projects/cryptographic-module-validation-program'
      : enough
        ? null
        : 'make it anew where a module of that level holds it: keyrite key create NAME --profile P',
  }
}

function inWords(stated: FipsModule | null): string | null {
  return stated === null
    ? null
    : `FIPS ${stated.standard} level ${stated.level}, certificate ${stated.certificate}`
}
