/** Who has which role in a ceremony: people of the roster, as many as the template says, and apart where it says so. */
import {KeyriteError} from '../base/errors.ts'
import {findPerson, nameOf, type Roster} from '../custody/index.ts'
import {areApart} from './lint/roles.ts'
import type {Role, Template} from './template.ts'

export interface Assigned {
  readonly role: string
  /** Ids of the roster. */
  readonly people: readonly string[]
}

/** How many people a role takes, in words. */
export function places({count, minimum}: Role): string {
  const least = count ?? minimum ?? 0
  return `${least} ${least === 1 ? 'person' : 'people'}${count === undefined ? ' or more' : ''}`
}

/** Who is meant by what was typed for one role, beside those who have others already. @throws KeyriteError `PERSON_NOT_FOUND`, `POLICY_REFUSES`. */
export function assignedTo(
  roster: Roster,
  template: Pick<Template, 'roles'>,
  role: string,
  typed: readonly string[],
  others: readonly Assigned[],
): Assigned {
  const {count, minimum} = template.roles.get(role) ?? {}
  const people = [...new Set(typed.map((one) => findPerson(roster, one).id))]
  if (count !== undefined && people.length !== count)
    refuse(`role "${role}" takes ${count}, and ${people.length} are named`)
  if (minimum !== undefined && people.length < minimum)
    refuse(`role "${role}" takes at least ${minimum}, and ${people.length} are named`)
  const apart = others.filter((other) => areApart(template, role, other.role))
  const twice = people.find((id) => apart.some((other) => other.people.includes(id)))
  if (twice !== undefined)
    refuse(
      `${nameOf(roster, twice)} is ${role} and also ${apart
        .filter((other) => other.people.includes(twice))
        .map((other) => other.role)
        .join(' and ')}, which exclude each other`,
    )
  const absent = people.find((id) => roster.get(id)?.state !== 'active')
  if (absent !== undefined) {
    const state = roster.get(absent)?.state ?? 'unsigned'
    refuse(
      `${nameOf(roster, absent)} ${state === 'unsigned' ? 'has not signed the founding of this ledger yet' : `is ${state}`}`,
    )
  }
  return {role, people}
}

/** All roles of a template that somebody has. @throws KeyriteError `PERSON_NOT_FOUND`, `POLICY_REFUSES`. */
export function assigned(
  roster: Roster,
  template: Pick<Template, 'roles'>,
  participants: Readonly<Record<string, readonly string[]>>,
): readonly Assigned[] {
  const {roles} = template
  for (const role of Object.keys(participants))
    if (!roles.has(role)) refuse(`the template has no role "${role}"; it has ${[...roles.keys()].join(', ')}`)
  const all: Assigned[] = []
  for (const role of roles.keys()) all.push(assignedTo(roster, template, role, participants[role] ?? [], all))
  return all.filter(({people}) => people.length > 0)
}

function refuse(fact: string): never {
  throw new KeyriteError('POLICY_REFUSES', `cannot open the ceremony: ${fact}`, {
    hints: ['--participant ROLE=PERSON,PERSON', 'keyrite custodian list'],
  })
}
