/** Findings on a policy that is well-formed but would not work, or would weaken what C5 and C6 ask. */
import type {Roster} from '../../custody/index.ts'
import type {Policy} from '../document.ts'
import {contacts} from './contacts.ts'
import {coverage} from './coverage.ts'
import type {PolicyFinding} from './finding.ts'
import {notifications} from './notifications.ts'
import {people} from './people.ts'
import {rotation} from './rotation.ts'
import {strength} from './strength.ts'

export type {PolicyFinding} from './finding.ts'

/** @param roster - the people there are; null to judge the document alone. */
export function lintPolicy(policy: Policy, roster: Roster | null): readonly PolicyFinding[] {
  return [
    ...coverage(policy),
    ...people(policy, roster),
    ...strength(policy),
    ...rotation(policy),
    ...notifications(policy),
    ...contacts(policy, roster),
  ]
}
