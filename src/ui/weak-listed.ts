import type {Listing} from '../ledger/listing.ts'
import {soloInWords} from '../policy/rules/solo-words.ts'

/** What `weakness` says, from the side tables: for lists, which do without the rules. */
export function weaknessListed(listing: Listing): string | null {
  const name = listing.rows('policy').get('alone')?.['name']
  return typeof name === 'string' ? soloInWords({name}) : null
}
