/** The keys as the side tables have them, without a replay: for lists. */
import {isObject, type JsonObject} from '../base/jcs.ts'
import type {Listing} from '../ledger/listing.ts'
import {documentOf, type Around, type KeyDocument} from './document.ts'
import {profileNotFound} from './not-found.ts'
import {factsOfRow} from './row.ts'

/** By name. @param only - the profile whose keys are listed. @throws KeyriteError `PROFILE_NOT_FOUND`. @throws TypeError for a row that is not of its form. */
export function listKeys(listing: Listing, only?: string): KeyDocument[] {
  const people = listing.rows('custody')
  const profiles = listing.rows('profiles')
  if (only !== undefined && !profiles.has(only)) throw profileNotFound(only, [...profiles.keys()])
  const text = (field: JsonObject[string] | undefined): string | null => {
    const value = listing.open(field)
    return typeof value === 'string' ? value : null
  }
  return [...listing.rows('keys').values()]
    .map((row) => ({facts: factsOfRow(row), hidden: row['hidden']}))
    .filter(({facts}) => only === undefined || facts.profile === only)
    .sort((a, b) => (a.facts.name < b.facts.name ? -1 : 1))
    .map(({facts, hidden}) =>
      documentOf(facts, {
        name: (party) => (isObject(hidden) ? text(hidden[party]) : null) ?? text(people.get(party)?.['name']),
        profile: placeOf(profiles.get(facts.profile)),
      }),
    )
}

function placeOf(row: JsonObject | undefined): Around['profile'] {
  if (row === undefined) return undefined
  const {environment, identity} = row
  if (
    typeof environment !== 'string' ||
    !isObject(identity) ||
    !Object.values(identity).every((one) => typeof one === 'string')
  )
    throw new TypeError('a row of side table "profiles" is not of its form')
  return {environment, identity: identity as Readonly<Record<string, string>>}
}
