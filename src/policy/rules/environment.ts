/** What production asks beyond every rule: the author signs first, and is not counted. */
import type {OperationName} from '../document.ts'

/**
 * Whether the author of a plan signs it, and answers it no more. At night whoever contains an incident may be alone: what they
 * do can be taken back, and others ratify it.
 * @param environment - of the plan's profile; null without one.
 */
export function authorStandsAside(environment: string | null, operation: OperationName): boolean {
  return environment === 'production' && operation !== 'incident.contain'
}
