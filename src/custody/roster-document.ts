/** Reading a roster document: everyone once, in order, as `rosterDocument` writes it. docs/ledger-format.md, section 4. */
import {sameBytes} from '../base/bytes.ts'
import {jcsBytes, parseJcs} from '../base/jcs.ts'
import {rosterSchema} from './fold.ts'
import {rosterDocument, type Person} from './roster.ts'

/**
 * @returns the people, whose names no document holds.
 * @throws TypeError unless it is spelled and sorted as it would be written, and names nobody twice.
 */
export function parseRoster(bytes: Uint8Array): readonly Omit<Person, 'name' | 'address'>[] {
  const parsed = rosterSchema.safeParse(parseJcs(bytes))
  if (!parsed.success) throw new TypeError('it is not of its form')
  const {people} = parsed.data
  if (new Set(people.map(({id}) => id)).size !== people.length) throw new TypeError('it names someone twice')
  const written = rosterDocument(people.map((person) => ({...person, name: null, address: null})))
  if (!sameBytes(jcsBytes(written), bytes)) throw new TypeError('it is not sorted as it would be written')
  return people
}
