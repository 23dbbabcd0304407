/** The rules as pure functions: which one applies, what it needs, who may answer. */
import {KeyriteError} from '../base/errors.ts'
import type {EnrolledKey, Needs, Person, Roster} from '../custody/index.ts'
import {parsePublicKey} from '../custody/index.ts'
import type {KeyClassName, OperationName, Policy, Rule} from './document.ts'

/** What a rule is chosen by. */
export interface Matter {
  readonly operation: OperationName
  readonly class: KeyClassName | null
  /** The profile's kind; null where no profile is concerned. */
  readonly kind: string | null
}

/** @throws KeyriteError `POLICY_REFUSES` if no rule speaks of it: what policy does not allow is refused. */
export function ruleFor(policy: Policy, matter: Matter): Rule {
  const rule = policy.rules.find(
    (one) =>
      one.operations.includes(matter.operation) &&
      (one.classes === null || (matter.class !== null && one.classes.includes(matter.class))) &&
      (one.kinds === null || (matter.kind !== null && one.kinds.includes(matter.kind))),
  )
  if (rule === undefined) {
    throw new KeyriteError(
      'POLICY_REFUSES',
      `cannot ${matter.operation}: no rule of policy "${policy.name}" speaks of it`,
      {hints: ['keyrite policy show']},
    )
  }
  return rule
}

export function needsOf(rule: Rule): Needs {
  return {people: rule.people, roles: [...rule.roles].sort()}
}

/** Who may answer under a rule: active people of its roles, sorted by id. */
export function eligible(rule: Rule, roster: Roster): readonly Person[] {
  const asked: readonly string[] = [...rule.from, ...rule.roles]
  return [...roster.values()]
    .filter((person) => person.state === 'active' && person.roles.some((role) => asked.includes(role)))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** What a question is about, as far as it bears on who may answer it. */
export interface Concern {
  readonly operation: OperationName
  /** The person whom a change of the roster, or a suspension, is about; null for everything else. */
  readonly person: string | null
}

/**
 * Who may answer a question, sorted by id. The person whom a roster change is about neither approves nor rejects it;
 * a suspension its holder may always ask for and sign alone.
 */
export function mayAnswer(rule: Rule, roster: Roster, {operation, person}: Concern): readonly Person[] {
  const asked = eligible(rule, roster)
  if (person === null) return asked
  if (operation === 'custodian.change') return asked.filter(({id}) => id !== person)
  const own = roster.get(person)
  if (operation !== 'custodian.suspend' || own?.state !== 'active' || asked.includes(own)) return asked
  return [...asked, own].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Whether a key counts for a plan of this environment: in production only hardware-held ones, or those that policy names. */
export function keyCounts(policy: Policy, environment: string | null, key: EnrolledKey): boolean {
  if (environment !== 'production' || key.class === 'attested') return true
  const {fingerprint, sk} = parsePublicKey(key.key)
  return (key.class === 'asserted' && sk) || policy.stated_keys.includes(fingerprint)
}

/** How many people a rule could find in this roster, in words: "3 of 5 custodians". */
export function ruleInWords(rule: Rule, roster: Roster): string {
  if (rule.people === 0) return 'nobody'
  const among = rule.roles.length === 0 ? '' : `, among them ${rule.roles.join(' and ')}`
  return `${rule.people} of ${eligible(rule, roster).length} (${[...new Set([...rule.from, ...rule.roles])].join(', ')})${among}`
}
