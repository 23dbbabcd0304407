/** What shows that it was so, by its digest: entries by their leaf, which `ledger prove` proves to be in the ledger, and what they point at. */
import type {Entry, Ledger} from '../../ledger/index.ts'
import type {Incident} from '../state.ts'
import {requestsOf} from './entries.ts'
import {sentenceOf} from './words.ts'

export interface Evidence {
  readonly what: string
  /** The entry that holds it or points at it; null for the ledger itself. */
  readonly entry: number | null
  /** SHA-256, hex; of an entry its leaf. */
  readonly sha256: string
}

const leaves: Readonly<Record<string, string>> = {
  'incident.opened': 'The first entry',
  'incident.proved': 'What came of trying it',
  'incident.ratified': 'That others ratified it',
  'incident.closed': 'That it was closed',
}

export function evidenceOf(
  ledger: Pick<Ledger, 'of' | 'view'>,
  incident: Incident,
  entries: readonly Entry[],
): readonly Evidence[] {
  const {looked, hooked, journals} = incident
  return [
    {what: 'The ledger (its fingerprint)', entry: null, sha256: ledger.view.facts.fingerprint},
    ...entries.flatMap((entry) => {
      const {seq, type, leaf} = entry
      const what = leaves[type] ?? (type === 'key.state.changed' ? sentenceOf(entry) : undefined)
      return what === undefined ? [] : [{what, entry: seq, sha256: leaf}]
    }),
    ...(looked === null
      ? []
      : [{what: 'What was found before anything was done', entry: looked.seq, sha256: looked.facts}]),
    ...requestsOf(ledger, incident).map(({operation, seq, planSha256}) => ({
      what: `The plan that people signed (${operation})`,
      entry: seq,
      sha256: planSha256,
    })),
    ...hooked.map(({hook, seq, sha256}) => ({what: `The program ${hook} that ran`, entry: seq, sha256})),
    ...journals.map(({id, seq, blob}) => ({
      what: `The journal ${id.slice(0, 8)} that was taken in`,
      entry: seq,
      sha256: blob,
    })),
  ]
}
