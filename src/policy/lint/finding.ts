/** What lint says of a policy. */
import type {Policy, Rule} from '../document.ts'

export interface PolicyFinding {
  readonly rule: string
  readonly message: string
  /** Names of fields and numbers of list items, from the top: where it is to be mended. */
  readonly path: readonly (string | number)[]
  /** Whether such a policy is not adopted at all. */
  readonly blocking: boolean
}

/** A finding on a member of the document. */
export function finding(rule: string, message: string, path: PolicyFinding['path'] = []): PolicyFinding {
  return {rule, message, path, blocking: false}
}

/** A finding on one of the rules, or on a member of it; on all of them where there is none. */
export function onRule(
  policy: Policy,
  one: Rule | undefined,
  name: string,
  message: string,
  member: keyof Rule | null = null,
): PolicyFinding {
  const at = one === undefined ? -1 : policy.rules.indexOf(one)
  return finding(name, message, [
    'rules',
    ...(at === -1 ? [] : [at]),
    ...(at === -1 || member === null ? [] : [member]),
  ])
}
