/** What production asks beyond every rule: the author signs first, and is not counted. */

/** Whether the author of a plan signs it, and answers it no more. @param environment - of the plan's profile; null without one. */
export function authorStandsAside(environment: string | null): boolean {
  return environment === 'production'
}
