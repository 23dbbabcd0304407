/**
 * Key policies, for the simple statements that there are mostly: principals, actions, allow and deny. Of
 * conditions only those on the algorithm are modelled. The account's root in a policy means: whoever the account's own policies allow.
 */
import {AwsError, notModelled, type Call, type Json} from '../call.ts'
import type {Upstream} from '../upstream.ts'
import type {World} from '../world.ts'
import type {Key} from './key.ts'

interface Statement {
  readonly Effect?: unknown
  readonly Principal?: unknown
  readonly NotPrincipal?: unknown
  readonly Action?: unknown
  readonly NotAction?: unknown
  readonly Condition?: unknown
}

interface Caller {
  readonly arn: string
  readonly account: string
  readonly allow: readonly string[]
}

const rootOf = (account: string): string => `arn:aws:iam::${account}:root`

export function callerOf(world: World, {account, accessKey}: Call): Caller {
  const principal = world.principals.get(accessKey)
  return principal === undefined ? {arn: rootOf(account), account, allow: ['kms:*']} : {...principal, account}
}

const listed = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [String(value)]

function actionIn(actions: readonly string[], action: string): boolean {
  return actions.some((pattern) => {
    const escaped = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
    return new RegExp(`^${escaped}$`, 'i').test(action)
  })
}

type Match = 'named' | 'account' | 'no'

function principalMatch(principal: unknown, caller: Caller): Match {
  const named = principal === '*' ? ['*'] : listed((principal as Json | undefined)?.['AWS'] ?? [])
  if (named.includes('*') || named.includes(caller.arn))
    return caller.arn === rootOf(caller.account) ? 'account' : 'named'
  return named.includes(rootOf(caller.account)) || named.includes(caller.account) ? 'account' : 'no'
}

function parsed(policy: string): readonly Statement[] {
  try {
    const document = JSON.parse(policy) as {readonly Statement?: unknown}
    const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement]
    return statements as Statement[]
  } catch {
    throw new AwsError('MalformedPolicyDocumentException', 'the policy is not JSON')
  }
}

/** By which algorithm it is asked for, as conditions name it. */
const conditionKeys: Readonly<Record<string, string>> = {
  'kms:SigningAlgorithm': 'SigningAlgorithm',
  'kms:EncryptionAlgorithm': 'EncryptionAlgorithm',
}

/** Whether the condition of a statement holds: StringEquals and StringNotEquals of an algorithm, and no others. */
function holds(condition: unknown, input: Json): boolean {
  return Object.entries(condition as Record<string, Record<string, unknown>>).every(([operator, values]) =>
    Object.entries(values).every(([name, wanted]) => {
      const member = conditionKeys[name]
      if (member === undefined || !/^String(Not)?Equals$/.test(operator))
        throw notModelled(`the condition ${operator} ${name} in a key policy`)
      return listed(wanted).includes(String(input[member])) === (operator === 'StringEquals')
    }),
  )
}

function policyAllows(policy: string, caller: Caller, action: string, input: Json): boolean {
  let allowed = false
  for (const statement of parsed(policy)) {
    if (statement.NotPrincipal !== undefined || statement.NotAction !== undefined)
      throw notModelled('NotPrincipal, NotAction')
    if (!actionIn(listed(statement.Action), action)) continue
    const match = principalMatch(statement.Principal, caller)
    if (match === 'no') continue
    if (statement.Condition !== undefined && !holds(statement.Condition, input)) continue
    if (statement.Effect === 'Deny') return false
    allowed ||= match === 'named' || actionIn(caller.allow, action)
  }
  return allowed
}

const refused = (caller: Caller, action: string, on: string): AwsError =>
  new AwsError(
    'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${on} because no resource-based policy allows the ${action} action`,
  )

/** @throws AwsError `AccessDeniedException` unless the key's policy, or a grant, lets the caller do it. */
export async function mayUse(
  world: World,
  upstream: Upstream,
  call: Call,
  key: Key,
  operation: string,
): Promise<void> {
  const caller = callerOf(world, call)
  const {Policy: policy} = await upstream(call, 'GetKeyPolicy', {KeyId: key.arn, PolicyName: 'default'})
  if (policyAllows(String(policy), caller, `kms:${operation}`, call.input)) return
  const {Grants: grants} = await upstream(call, 'ListGrants', {KeyId: key.arn})
  const granted = (grants as Json[]).some(
    (grant) => grant['GranteePrincipal'] === caller.arn && listed(grant['Operations']).includes(operation),
  )
  if (!granted) throw refused(caller, `kms:${operation}`, key.arn)
}

/** What concerns no key is a matter of the account's own policies. */
export function mayAsk(world: World, call: Call): void {
  const caller = callerOf(world, call)
  const action = `kms:${call.operation}`
  if (!actionIn(caller.allow, action)) throw refused(caller, action, '*')
}

/** The lockout check: whoever sets a policy must be able to set the next one. */
export function staysOpen(world: World, call: Call, policy: string | undefined): void {
  if (policy === undefined || call.input['BypassPolicyLockoutSafetyCheck'] === true) return
  if (!policyAllows(policy, callerOf(world, call), 'kms:PutKeyPolicy', {}))
    throw new AwsError(
      'MalformedPolicyDocumentException',
      'The new key policy will not allow you to update the key policy in the future.',
    )
}
