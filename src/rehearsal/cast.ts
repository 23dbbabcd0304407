/** Who plays whom in a rehearsal: those who were named, people of the real roster, and stand-ins for all others. */
import {findPerson, isRole, type Person, type Role, type Roster} from '../custody/index.ts'
import type {Role as CeremonyRole} from '../ceremony/outline.ts'
import {player, type Player} from './players.ts'

/** Addresses of people who are not there. RFC 2606: nobody has one. */
export const nowhere = 'rehearsal.invalid'

export interface Casting {
  readonly roles: ReadonlyMap<string, Pick<CeremonyRole, 'count' | 'minimum'>>
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
        named.map((typed) => ({role, player: company.find(typed), standIn: false})),
      )
  }
  // Where the fewest could do it, it is given away first.
  const open = [...casting.roles.keys()].filter((role) => !parts.has(role))
  for (const role of open.sort((a, b) => company.able(a).length - company.able(b).length))
    parts.set(role, company.fill(role))
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
  readonly #busy = new Set<Player>()
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
    if (known !== undefined) {
      this.#busy.add(known)
      return known
    }
    const address = typed.includes('@') ? typed : `${id.replace(/[^\p{L}\p{N}.-]+/gu, '-')}@${nowhere}`
    const key = keys.get(typed)
    const own = key === undefined ? [] : [key]
    const made = player({name: typed.split('@')[0] ?? typed, address}, rolesFor(this.#casting, typed), own)
    this.#players.set(id, made)
    this.#busy.add(made)
    return made
  }

  /** Who of the real roster has this role and no part yet; those whom the policy wants among them first. */
  able(role: string): readonly Player[] {
    const wanted = this.#casting.asked.get(role)?.roles ?? []
    const among = ({roles}: Player): number => roles.filter((one) => wanted.includes(one)).length
    return this.#real
      .flatMap(({id}) => this.#players.get(id) ?? [])
      .filter((one) => !this.#busy.has(one) && (one.roles as readonly string[]).includes(role))
      .sort((a, b) => among(b) - among(a))
  }

  fill(role: string): readonly Part[] {
    const {count, minimum = 1} = this.#casting.roles.get(role) ?? {}
    const asked = this.#casting.asked.get(role)
    const size = count ?? Math.max(minimum, asked?.people ?? 1)
    const real = this.able(role).slice(0, size)
    const lacking = (asked?.roles ?? []).filter(
      (one) => !real.some(({roles}) => roles.some((r) => r === one)),
    )
    const parts = real.map((one): Part => ({role, player: one, standIn: false}))
    for (let number = 1; parts.length < size; number++) {
      const more = lacking.shift()
      parts.push({role, player: this.#standIn(role, number, more === undefined ? [] : [more]), standIn: true})
    }
    for (const {player: one} of parts) this.#busy.add(one)
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
