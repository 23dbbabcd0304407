/** Where one person decides alone, it is said wherever the policy's work shows. */
import type {Ledger} from '../ledger/index.ts'
import {isSolo, policyFold, soloInWords} from '../policy/index.ts'

/** The sentence; null where more than one person is needed. */
export function weakness(ledger: Pick<Ledger, 'of'>): string | null {
  const {policy} = ledger.of(policyFold)
  return isSolo(policy) ? soloInWords(policy) : null
}

export function weakLines(ledger: Pick<Ledger, 'of'>): readonly string[] {
  const said = weakness(ledger)
  return said === null ? [] : ['', said]
}
