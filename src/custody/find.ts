/** Finds the person that someone typed: handle or address of the roster, or the id. */
import {KeyriteError} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import type {Person, Roster} from './roster.ts'

/** What people may type for this person: id, address, the part before the at sign, and the name. */
function handles({id, address, name}: Person): string[] {
  return [
    id,
    ...(address === null ? [] : [address, address.split('@')[0] ?? address]),
    ...(name === null ? [] : [name]),
  ]
}

/** Everyone whom these words fit, whatever the case. */
export function peopleCalled(roster: Roster, typed: string): readonly Person[] {
  const wanted = typed.toLowerCase()
  return [...roster.values()].filter((person) =>
    handles(person).some((handle) => handle.toLowerCase() === wanted),
  )
}

/** @throws KeyriteError `PERSON_NOT_FOUND`, also when the word fits more than one. */
export function findPerson(roster: Roster, typed: string): Person {
  const found = peopleCalled(roster, typed)
  const [person] = found
  if (person !== undefined && found.length === 1) return person
  if (found.length > 1) {
    throw new KeyriteError(
      'PERSON_NOT_FOUND',
      `cannot tell who "${typed}" is: it fits ${found.map((one) => one.address ?? one.id).join(', ')}`,
      {
        hints: ['type the whole address, or the id'],
      },
    )
  }
  const known = [...roster.values()].map((one) => one.address ?? one.id)
  const near = nearest(typed, [...roster.values()].flatMap(handles))
  throw new KeyriteError(
    'PERSON_NOT_FOUND',
    `cannot find "${typed}" in the roster${near.length === 0 ? '' : `: did you mean ${near.join(' or ')}?`}`,
    {
      hints: [`one of ${known.join(', ')}`, 'keyrite custodian list'],
    },
  )
}
