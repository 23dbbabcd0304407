/** The people of the demo: five custodians, an operator and three witnesses, with keys made here and used in this process only. */
import type {Role} from '../custody/index.ts'
import {player, type Player} from '../rehearsal/players.ts'

const cast: readonly (readonly [name: string, roles: readonly Role[]])[] = [
  ['Alice Ames', ['custodian', 'security-lead']],
  ['Bob Bell', ['custodian', 'ciso']],
  ['Carol Cole', ['custodian']],
  ['Dave Dunn', ['custodian']],
  ['Erin Ecker', ['custodian', 'security-officer']],
  ['Frank Ford', ['operator']],
  ['Grace Gill', ['witness']],
  ['Heidi Hahn', ['witness']],
  ['Ivan Ilin', ['witness']],
]

/** Who does what on the day. The officer leads and does not approve; the operator approves nothing. */
export const participants: Readonly<Record<string, readonly string[]>> = {
  'security-officer': ['erin'],
  operator: ['frank'],
  custodian: ['alice', 'bob', 'carol', 'dave'],
  witness: ['grace', 'heidi', 'ivan'],
}

export function demoPeople(): readonly Player[] {
  return cast.map(([name, roles]) =>
    player({name, address: `${(name.split(' ')[0] ?? name).toLowerCase()}@example.com`}, roles),
  )
}
