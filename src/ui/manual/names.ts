/** Names that a home knows, for a shell to complete: from the side tables, without a replay. */
import {isObject, type Json} from '../../base/jcs.ts'
import {Listing} from '../../ledger/listing.ts'
import type {StateDir} from '../../ledger/writer.ts'
import type {NameKind} from './values.ts'

interface Place {
  readonly home: string
  readonly state: StateDir
  readonly now: Date
}

/**
 * Sorted. Only what a shell can put on its line as it is: a name that says anything to a shell stands as its id, or not
 * at all. @throws KeyriteError as `Listing.read`.
 */
export async function namesOf(kind: NameKind, {now, ...where}: Place): Promise<readonly string[]> {
  if (kind === 'templates') {
    const {shippedTemplates} = await import('../../ceremony/shipped.ts')
    return shippedTemplates().map(({template}) => template.id)
  }
  const names = Listing.read(where, (listing) => listed(kind, listing, now))
  return [...new Set(names.filter(isHarmless))].sort()
}

const isHarmless = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9@._+-]*$/.test(name)

function listed(kind: Exclude<NameKind, 'templates'>, listing: Listing, now: Date): readonly string[] {
  switch (kind) {
    case 'keys':
    case 'profiles':
      return [...listing.rows(kind).keys()]
    case 'ceremonies':
      return [...listing.rows('ceremony').keys()]
    case 'requests':
      return [...listing.rows('requests')].flatMap(([id, {expires}]) =>
        typeof expires === 'string' && expires > now.toISOString() ? [id] : [],
      )
    case 'people':
      return [...listing.rows('custody')].map(([id, {address}]) => addressOf(listing, address) ?? id)
  }
}

function addressOf(listing: Listing, field: Json | undefined): string | undefined {
  const address = isObject(field) ? listing.open(field) : undefined
  return typeof address === 'string' && isHarmless(address) ? address : undefined
}
