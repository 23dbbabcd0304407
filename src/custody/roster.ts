/** The roster: who there is, by opaque id, with which keys and roles. docs/ledger-format.md, section 4. */
import type {JsonObject} from '../base/jcs.ts'
import type {Role} from './roles.ts'
import {parsePublicKey} from './ssh/public-key.ts'

/** How far a key itself is trusted, decided at enrolment: hardware attested, hardware asserted (sk- type), or only stated. */
export type KeyClass = 'attested' | 'asserted' | 'stated'

export interface EnrolledKey {
  readonly class: KeyClass
  /** `<ssh type> <base64>` */
  readonly key: string
}

/**
 * `unsigned`: a founder who has not signed yet. Only an active person counts. Who is retired stays so: they are enrolled
 * anew, as somebody else.
 */
export const personStates = ['unsigned', 'active', 'suspended', 'retired'] as const
export type PersonState = (typeof personStates)[number]

export interface Person {
  readonly id: string
  /** Private; null where a bundle withholds it. */
  readonly name: string | null
  readonly address: string | null
  readonly keys: readonly EnrolledKey[]
  /** age recipient for shares. */
  readonly recipient: string | null
  readonly roles: readonly Role[]
  readonly state: PersonState
}

/** Everyone ever, by id. */
export type Roster = ReadonlyMap<string, Person>

/** The roster as a document without private values: stored as a blob, approved by digest. */
export function rosterDocument(roster: Iterable<Person>): JsonObject {
  const people = [...roster].sort((a, b) => (a.id < b.id ? -1 : 1))
  return {
    people: people.map(({id, keys, recipient, roles, state}) => ({
      id,
      keys: keys.map((key) => ({class: key.class, key: key.key})),
      recipient,
      roles: [...roles].sort(),
      state,
    })),
    type: 'keyrite.roster/1',
  }
}

/** The name to show for a person: what they are called, else the id. */
export function nameOf(roster: Roster, id: string): string {
  return roster.get(id)?.name ?? id
}

/** `{id, name}`, as every JSON document has people. */
export function personRef(roster: Roster, id: string): {id: string; name: string | null} {
  return {id, name: roster.get(id)?.name ?? null}
}

/** The enrolled key with this fingerprint. */
export function enrolledKey(person: Person, fingerprint: string): EnrolledKey | undefined {
  return person.keys.find(({key}) => parsePublicKey(key).fingerprint === fingerprint)
}
