/** Who may approve what, and why, in plain words. */
import type {Person, Roster} from '../custody/index.ts'
import {authorStandsAside} from './rules/environment.ts'
import {keyCounts} from './rules/keys.ts'
import {ruleInWords} from './rules/needs.ts'
import {ruleFor, type Matter} from './rules/which.ts'
import {mayAnswer, rolesAsked, type Concern} from './rules/who.ts'
import type {Policy, Rule} from './document.ts'

export interface Explanation {
  readonly rule: Rule
  readonly words: string
  readonly may: readonly Person[]
  /** Everyone else, each with the reason. */
  readonly mayNot: readonly {readonly person: Person; readonly because: string}[]
}

/** @throws KeyriteError `POLICY_REFUSES` if no rule speaks of it. */
export function explain(
  policy: Policy,
  roster: Roster,
  matter: Matter,
  environment: string | null,
  {about = null, author = null}: {about?: Concern['person']; author?: string | null} = {},
): Explanation {
  const rule = ruleFor(policy, matter)
  const asked = mayAnswer(rule, roster, {operation: matter.operation, person: about})
  const aside = authorStandsAside(environment, matter.operation) ? author : null
  const may =
    rule.people === 0
      ? []
      : asked.filter(({id, keys}) => id !== aside && keys.some((key) => keyCounts(policy, environment, key)))
  const mayNot = [...roster.values()]
    .filter((person) => !may.includes(person))
    .map((person) => ({person, because: because(rule, asked, person, {about, aside})}))
  return {rule, words: ruleInWords(rule, roster), may, mayNot}
}

const uncounted = {
  unsigned: 'has not signed the founding statement yet',
  suspended: 'is suspended',
  retired: 'is retired',
} as const

function because(
  rule: Rule,
  asked: readonly Person[],
  person: Person,
  {about, aside}: {readonly about: string | null; readonly aside: string | null},
): string {
  if (rule.people === 0) return 'nobody is needed'
  if (person.state !== 'active') return uncounted[person.state]
  if (person.id === aside) return 'is its author, who in production signs it first and is not counted'
  if (person.id === about && !asked.includes(person)) return 'is the one whom it is about'
  if (!asked.includes(person)) return `has none of the roles ${rolesAsked(rule).join(', ')}`
  return 'has no key that counts in production: hardware-held (sk-), or named by policy'
}
