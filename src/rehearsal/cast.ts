/** Who plays whom in a rehearsal: those who were named, people of the real roster, and stand-ins for all others. */
import {findPerson, isRole, type Person, type Role, type Roster} from '../custody/index.ts'
import type {Role as CeremonyRole} from '../ceremony/outline.ts'
import {player, type Player} from './players.ts'

/** Addresses of people who are not there. RFC 2606: nobody has one. */
export const nowhere = 'rehearsal.invalid'

export interface Casting {
  readonly roles: ReadonlyMap<string, Pick<CeremonyRole, 'count' | 'minimum' | 'excludes'>>
  /** Who was named for which role, as they were typed. */
  readonly named: Readonly<Record<string, readonly string[]>>
  /** Others who are spoken of: who answers for a key. */
  readonly mentioned: readonly string[]
  /** The real roster; null where there is none, or it is left out. */
  readonly roster: Roster | null
  /** For a role whose people approve: how many, and which roles of the roster must be among them. */
  readonly asked: ReadonlyMap<string, {readonly people: number; readonly roles: readonly string[]}>
  /** Keys that are to sign, by who was typed: their public key lines. */
  readonly keys: ReadonlyMap<string, string>
}

export interface Part {
  readonly role: string
  readonly player: Player
  readonly standIn: boolean
}

export interface Cast {
  /** Everyone in the rehearsal's roster. */
  readonly players: readonly Player[]
  readonly parts: readonly Part[]
  /** Who was typed, to the address that they have in the rehearsal. */
  readonly addressOf: (typed: string) => string
}

/** @throws KeyriteError `PERSON_NOT_FOUND` for somebody named who is not in the real roster. */
export function castOf(casting: Casting): Cast {
  const company = new Company(casting)
  for (const typed of [...casting.mentioned, ...casting.keys.keys()]) company.find(typed)
  const parts = new Map<string, readonly Part[]>()
  for (const role of casting.roles.keys()) {
    const named = casting.named[role]
    if (named !== undefined)
      parts.set(
        role,
        named.map((typed) => company.give(role, company.find(typed), false)),
      )
  }
  // Where the fewest could do it, it is given away first; who approves last, for among them are people of other roles.
  const open = [...casting.roles.keys()].filter((role) => !parts.has(role))
  const approves = (role: string): number => (casting.asked.has(role) ? 1 : 0)
  const order = (a: string, b: string): number =>
    approves(a) - approves(b) || company.able(a).length - company.able(b).length
  for (const role of open.sort(order)) parts.set(role, company.fill(role))
  return {
    players: company.players,
    parts: [...casting.roles.keys()].flatMap((role) => parts.get(role) ?? []),
    addressOf: (typed) => company.find(typed).address,
  }
}

/** What the roster says of somebody who is made up: the roles for which they were named, and what the policy wants among those. */
function rolesFor({named, asked}: Casting, typed: string): readonly Role[] {
  const theirs = Object.entries(named).flatMap(([role, people]) =>
    people.includes(typed) ? [role, ...(asked.get(role)?.roles ?? [])] : [],
  )
  return [...new Set(theirs)].filter(isRole)
}

class Company {
  readonly #casting: Casting
  readonly #players = new Map<string, Player>()
  /** The ceremony's roles that each has. */
  readonly #held = new Map<Player, readonly string[]>()
  readonly #real: readonly Person[]

  constructor(casting: Casting) {
    this.#casting = casting
    this.#real = [...(casting.roster?.values() ?? [])].filter(({state}) => state === 'active')
    for (const person of this.#real) {
      const {id, name, address, roles, keys} = person
      const called = {name: name ?? address ?? id, address: address ?? `${id}@${nowhere}`}
      this.#players.set(
        id,
        player(
          called,
          [...roles].filter(isRole),
          keys.map(({key}) => key),
        ),
      )
    }
  }

  get players(): readonly Player[] {
    return [...this.#players.values()]
  }

  /** Somebody who was typed: of the real roster; without one, somebody who is made up now. */
  find(typed: string): Player {
    const {roster, keys} = this.#casting
    const id = roster === null ? typed.toLowerCase() : findPerson(roster, typed).id
    const known =
      this.#players.get(id) ??
      this.players.find(({handle, address, name}) =>
        [handle, address, name].some((one) => one.toLowerCase() === id),
      )
    if (known !== undefined) return known
    const address = typed.includes('@') ? typed : `${id.replace(/[^\p{L}\p{N}.-]+/gu, '-')}@${nowhere}`
    const key = keys.get(typed)
    const own = key === undefined ? [] : [key]
    const made = player({name: typed.split('@')[0] ?? typed, address}, rolesFor(this.#casting, typed), own)
    this.#players.set(id, made)
    return made
  }

  give(role: string, to: Player, standIn: boolean): Part {
    this.#held.set(to, [...(this.#held.get(to) ?? []), role])
    return {role, player: to, standIn}
  }

  /** Who of the real roster has this role and no part yet. */
  able(role: string): readonly Player[] {
    return this.#real
      .flatMap(({id}) => this.#players.get(id) ?? [])
      .filter((one) => !this.#held.has(one) && (one.roles as readonly string[]).includes(role))
  }

  /** Of those with a part already, whom the policy wants among these too, one for each role, and who may be both. */
  #both(role: string, wanted: readonly string[]): readonly Player[] {
    const free = [...this.#held.keys()].filter((one) => !this.#excluded(role, this.#held.get(one) ?? []))
    return wanted.flatMap((want) => free.find(({roles}) => roles.some((held) => held === want)) ?? [])
  }

  #excluded(role: string, held: readonly string[]): boolean {
    const {roles} = this.#casting
    const excludes = (one: string, other: string): boolean =>
      roles.get(one)?.excludes.includes(other) === true
    return held.some((other) => excludes(role, other) || excludes(other, role))
  }

  fill(role: string): readonly Part[] {
    const {count, minimum = 1} = this.#casting.roles.get(role) ?? {}
    const asked = this.#casting.asked.get(role)
    const size = count ?? Math.max(minimum, asked?.people ?? 1)
    const wanted = asked?.roles ?? []
    const among = ({roles}: Player): number =>
      roles.filter((one) => wanted.some((want) => want === one)).length
    const both = this.#both(role, wanted)
    const people = [...new Set([...both, ...[...this.able(role)].sort((a, b) => among(b) - among(a))])]
    const missing = (some: readonly Player[]): string[] =>
      wanted.filter((want) => !some.some(({roles}) => roles.some((one) => one === want)))
    // Stand-ins are what the policy wants among them and the roster does not have.
    const real = people.slice(0, Math.max(0, size - missing(people).length))
    const lacking = missing(real)
    const parts = real.map((one) => this.give(role, one, one.address.endsWith(`@${nowhere}`)))
    for (let number = 1; parts.length < size; number++) {
      const more = lacking.shift()
      parts.push(this.give(role, this.#standIn(role, number, more === undefined ? [] : [more]), true))
    }
    return parts
  }

  #standIn(role: string, number: number, more: readonly string[]): Player {
    const made = player(
      {name: `Stand-in ${role} ${number}`, address: `${role}-${number}@${nowhere}`},
      [role, ...more].filter(isRole),
    )
    this.#players.set(made.address, made)
    return made
  }
}
