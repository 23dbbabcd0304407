/** What others should have ratified by now: said first on every screen. */
import {overdueIncidents, overdueInWords, ratifyDue} from '../../incidents/index.ts'
import type {Ledger} from '../../ledger/index.ts'

export function overdueLines(ledger: Pick<Ledger, 'of' | 'time'>): readonly string[] {
  return overdueIncidents(ledger, ledger.time).map((one) =>
    overdueInWords(one.id, one.key, ratifyDue(one) ?? ''),
  )
}
