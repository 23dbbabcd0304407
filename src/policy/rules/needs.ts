/** What a rule needs, as a quorum counts it and in words. */
import {canBeMet, type Needs, type Person, type Roster} from '../../custody/index.ts'
import type {Rule} from '../document.ts'
import {eligible, rolesAsked} from './who.ts'

export function needsOf(rule: Rule): Needs {
  return {people: rule.people, roles: [...rule.roles].sort()}
}

/** Whether these people, all saying yes, could meet it: enough of them, and another one for each role. */
export function meetable(rule: Rule, people: readonly Person[]): boolean {
  return canBeMet(
    needsOf(rule),
    [],
    people.map(({id, roles}) => ({person: id, key: id, roles})),
  )
}

function among({roles}: Rule): string {
  return roles.length === 0 ? '' : `, among them ${[...roles].sort().join(' and ')}`
}

/** What a rule asks, whoever there is: `3 of custodian, among them ciso`. */
export function askedInWords(rule: Rule | undefined): string {
  if (rule === undefined) return 'refused, as no rule speaks of it'
  if (rule.people === 0) return 'nobody is needed'
  return `${rule.people} of ${rolesAsked(rule).join(', ')}${among(rule)}`
}

/** How many people a rule could find in this roster, in words: `3 of 5 (custodian)`. */
export function ruleInWords(rule: Rule, roster: Roster): string {
  if (rule.people === 0) return 'nobody'
  return `${rule.people} of ${eligible(rule, roster).length} (${rolesAsked(rule).join(', ')})${among(rule)}`
}
