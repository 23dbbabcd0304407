/** Which entries of the ledger belong to an incident: its own, what people were asked and did for it, and what else befell its key meanwhile. */
import {duties} from '../../duties/index.ts'
import type {Entry, Ledger} from '../../ledger/index.ts'
import {requests, type Request} from '../../requests/index.ts'
import type {Incident} from '../state.ts'

type Reading = Pick<Ledger, 'of' | 'view' | 'size'>

/** In the order of the ledger. */
export function entriesOf(ledger: Reading, incident: Incident): readonly Entry[] {
  const asked = requestsOf(ledger, incident)
  const owed = new Set(
    [...ledger.of(duties).values()].filter(({source}) => source === incident.seq).map(({seq}) => seq),
  )
  const seqs = new Set([
    incident.seq,
    ...owed,
    ...asked.flatMap(({seq, answers, met}) => [
      seq,
      ...answers.map((one) => one.seq),
      ...(met === null ? [] : [met]),
    ]),
  ])
  const ends = incident.closed?.seq ?? ledger.size
  const isOf = ({seq, type, data, approved}: Entry): boolean =>
    seqs.has(seq) ||
    data['incident'] === incident.seq ||
    (approved !== null && seqs.has(approved)) ||
    (typeof data['opened'] === 'number' && seqs.has(data['opened'])) ||
    (typeof data['duty'] === 'number' && owed.has(data['duty'])) ||
    (data['key'] === incident.key && !type.startsWith('incident.') && seq < ends)
  const entries: Entry[] = []
  for (let seq = incident.seq; seq < ledger.size; seq++) {
    const entry = ledger.view.entry(seq)
    if (entry !== undefined && isOf(entry)) entries.push(entry)
  }
  return entries
}

/** What people were asked for it. */
export function requestsOf(ledger: Pick<Ledger, 'of'>, {seq}: Incident): readonly Request[] {
  return [...ledger.of(requests).all.values()].filter(({plan}) => plan.change['incident'] === seq)
}
