/** Which keys of a list are meant, and a list for other programs. */
import {csvLines} from '../base/csv.ts'
import type {KeyDocument} from './document.ts'

/** Undefined, false and null: no matter. */
export interface Filter {
  readonly state: readonly string[] | undefined
  readonly class: readonly string[] | undefined
  readonly classification: readonly string[] | undefined
  readonly owner: string | undefined
  readonly label: string | undefined
  readonly held: boolean
  readonly expired: boolean
  readonly adopted: boolean
  readonly indeterminate: boolean
  /** The names of those that are overdue; null: no matter. */
  readonly overdue: ReadonlySet<string> | null
}

export function chosen(keys: readonly KeyDocument[], filter: Filter, now: Date): KeyDocument[] {
  const within = (all: readonly string[] | undefined, one: string): boolean => all?.includes(one) ?? true
  const time = now.toISOString()
  return keys.filter(
    (key) =>
      within(filter.state, key.state) &&
      within(filter.class, key.class) &&
      within(filter.classification, key.classification) &&
      within(
        filter.owner === undefined ? undefined : [key.owner.id, key.owner.name ?? ''],
        filter.owner ?? '',
      ) &&
      (filter.label === undefined || key.labels.includes(filter.label)) &&
      (!filter.held || key.holds.length > 0) &&
      (!filter.expired || (key.expires !== null && key.expires <= time)) &&
      (!filter.adopted || key.adoptedAt !== null) &&
      (!filter.indeterminate || key.indeterminate.length > 0) &&
      (filter.overdue?.has(key.name) ?? true),
  )
}

const columns: readonly (readonly [name: string, of: (key: KeyDocument) => string])[] = [
  ['name', ({name}) => name],
  ['profile', ({profile}) => profile],
  ['environment', ({environment}) => environment ?? ''],
  ['location', ({location}) => location],
  ['algorithm', ({algorithm}) => algorithm],
  ['scheme', ({scheme}) => scheme],
  ['purpose', ({purpose}) => purpose],
  ['class', (key) => key.class],
  ['classification', ({classification}) => classification],
  ['owner', ({owner}) => owner.name ?? owner.id],
  ['consumers', ({consumers}) => consumers.map(({id, name}) => name ?? id).join('; ')],
  ['parent', ({parent}) => parent ?? ''],
  ['state', ({state}) => state],
  ['versions', ({versions}) => String(versions.length)],
  ['created', ({createdAt}) => createdAt],
  ['adopted', ({adoptedAt}) => adoptedAt ?? ''],
  ['expires', ({expires}) => expires ?? ''],
  ['held', ({holds}) => holds.map(({until}) => until).join('; ')],
  ['labels', ({labels}) => labels.join('; ')],
]

export function csvOf(keys: readonly KeyDocument[]): string[] {
  return csvLines(
    columns.map(([name]) => name),
    keys.map((key) => columns.map(([, of]) => of(key))),
  )
}
