/** Where the names of people come from: the first entry, and the entries that enrolled them. */
import type {Json} from '../../base/jcs.ts'
import type {Entry, Ledger} from '../../ledger/index.ts'

interface Named {
  readonly id: string
  readonly name: Json
  readonly address: Json
}

/** Everyone whom an entry brings into the roster. */
export function namedIn({type, data}: Pick<Entry, 'type' | 'data'>): readonly Named[] {
  if (type === 'ledger.opened') return data['people'] as unknown as readonly Named[]
  const {person, name, address} = data
  return typeof person === 'string' ? [{id: person, name: name ?? null, address: address ?? null}] : []
}

/** The commitments to names and addresses of these people. */
export function namesIn(
  entries: readonly Pick<Entry, 'type' | 'data'>[],
  people: ReadonlySet<string>,
): readonly Json[] {
  return entries
    .flatMap(namedIn)
    .filter(({id}) => people.has(id))
    .flatMap(({name, address}) => [name, address])
}

/** The entries that enrolled these people, in order; those of the first entry are not among them. */
export function enrolments(
  ledger: Pick<Ledger, 'size' | 'view'>,
  people: ReadonlySet<string>,
): readonly Entry[] {
  const found: Entry[] = []
  for (let seq = 1; seq < ledger.size; seq++) {
    const entry = ledger.view.entry(seq)
    if (entry?.type !== 'custodian.enrolled') continue
    if (namedIn(entry).some(({id}) => people.has(id))) found.push(entry)
  }
  return found
}
