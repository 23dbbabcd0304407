/** Who may answer. */
import type {Person, Roster} from '../../custody/index.ts'
import type {OperationName, Rule} from '../document.ts'

/** The roles of which a rule asks people, sorted. */
export function rolesAsked({from, roles}: Pick<Rule, 'from' | 'roles'>): readonly string[] {
  return [...new Set([...from, ...roles])].sort()
}

/** Who may answer under a rule: active people of its roles, sorted by id. */
export function eligible(rule: Rule, roster: Roster): readonly Person[] {
  const asked = rolesAsked(rule)
  return [...roster.values()]
    .filter((person) => person.state === 'active' && person.roles.some((role) => asked.includes(role)))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** What a question is about, as far as it bears on who may answer it. */
export interface Concern {
  readonly operation: OperationName
  /** The person whom a change of the roster, or a suspension, is about; null for everything else. */
  readonly person: string | null
  /** Those who did what it asks others to confirm. */
  readonly apart?: readonly string[]
}

/**
 * Who may answer a question, sorted by id. The person whom a roster change is about neither approves nor rejects it, nor does
 * whoever contained an incident ratify that;
 * a suspension its holder may always ask for and sign alone.
 */
export function mayAnswer(
  rule: Rule,
  roster: Roster,
  {operation, person, apart = []}: Concern,
): readonly Person[] {
  const asked = eligible(rule, roster).filter(({id}) => !apart.includes(id))
  if (person === null) return asked
  if (operation === 'custodian.change') return asked.filter(({id}) => id !== person)
  const own = roster.get(person)
  if (operation !== 'custodian.suspend' || own?.state !== 'active' || asked.includes(own)) return asked
  return [...asked, own].sort((a, b) => (a.id < b.id ? -1 : 1))
}
