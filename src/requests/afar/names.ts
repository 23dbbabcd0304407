/** Where the names of people come from: the first entry, the entries that enrolled them, and those by which names were erased. */
import type {Json} from '../../base/jcs.ts'
import {erasedBy, erasedType, isPrivate, referencesIn, type Entry, type Ledger} from '../../ledger/index.ts'

interface Named {
  readonly id: string
  readonly name: Json
  readonly address: Json
}

/** Everyone whom an entry brings into the roster. */
export function namedIn({type, data}: Pick<Entry, 'type' | 'data'>): readonly Named[] {
  if (type === 'ledger.opened') return data['people'] as unknown as readonly Named[]
  const {person, name, address} = data
  return type === 'custodian.enrolled' && typeof person === 'string'
    ? [{id: person, name: name ?? null, address: address ?? null}]
    : []
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

/** The commitments of private values, each once. */
export function commitmentsIn(fields: readonly Json[]): ReadonlySet<string> {
  return new Set([...referencesIn(fields)].flatMap((one) => (isPrivate(one) ? [one.$] : [])))
}

/** The entries that erased any of these private values, in order. */
export function erasures(
  ledger: Pick<Ledger, 'size' | 'view' | 'store'>,
  fields: readonly Json[],
): readonly Entry[] {
  const gone = new Set([...commitmentsIn(fields)].filter(($) => ledger.store.opening($) === undefined))
  const found: Entry[] = []
  for (let seq = 1; gone.size > 0 && seq < ledger.size; seq++) {
    const entry = ledger.view.entry(seq)
    if (entry?.type !== erasedType || !erasedBy(entry)?.some(($) => gone.has($))) continue
    found.push(entry)
  }
  return found
}
