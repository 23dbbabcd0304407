/** What somebody could no longer do under a key policy, by its text alone. Conditions are not judged: what they allow counts as allowed, what they deny as not denied. */
import {isObject, type Json, type JsonObject} from '../../base/jcs.ts'

export interface Caller {
  readonly account: string
  /** Their ARN; null where it is not known: then they are somebody of the account. */
  readonly caller: string | null
  /** The ARN of the key that the policy is of. */
  readonly key: string
}

/** @param actions - such as `kms:PutKeyPolicy`. @returns those that nothing allows, or that something denies without a condition. */
export function shutOutOf(policy: JsonObject, actions: readonly string[], who: Caller): readonly string[] {
  const statements = listOf(policy['Statement']).filter(isObject)
  const says = (effect: string, action: string) =>
    statements.filter(
      (one) => one['Effect'] === effect && isOf(one, action) && isFor(one, who) && isOn(one, who.key),
    )
  return actions.filter(
    (action) =>
      says('Allow', action).length === 0 ||
      says('Deny', action).some((one) => one['Condition'] === undefined),
  )
}

/** Of AWS: the names of actions are the same in any case, the ARN of a resource is not. */
function isOf({Action: named, NotAction: others}: JsonObject, action: string): boolean {
  const isIn = (list: Json): boolean =>
    listOf(list).some((one) => typeof one === 'string' && covers(one.toLowerCase(), action.toLowerCase()))
  return named === undefined ? others !== undefined && !isIn(others) : isIn(named)
}

/** Of AWS: a statement of a key policy without a `Resource` has no effect. */
function isOn({Resource: named}: JsonObject, key: string): boolean {
  return listOf(named).some((one) => covers(one, key))
}

/** `*` for any text and `?` for any one character; it takes no more steps than one length times the other. */
function covers(pattern: Json, what: string): boolean {
  if (typeof pattern !== 'string') return false
  let [at, from, star, resumed] = [0, 0, -1, 0]
  while (from < what.length) {
    if (pattern[at] === '*') {
      star = at++
      resumed = from
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === what[from])) {
      at++
      from++
    } else if (star >= 0) {
      at = star + 1
      from = ++resumed
    } else return false
  }
  return /^\**$/.test(pattern.slice(at))
}

/** The root of an account stands for everybody in it: whom of them, its own policies say. */
function isFor({Principal: named, NotPrincipal: others}: JsonObject, who: Caller): boolean {
  return named === undefined ? others !== undefined && !isNamed(others, who) : isNamed(named, who)
}

function isNamed(principal: Json, {account, caller}: Caller): boolean {
  if (principal === '*') return true
  if (!isObject(principal)) return false
  return listOf(principal['AWS']).some((one) => {
    if (one === '*' || one === account) return true
    if (typeof one !== 'string') return false
    if (one === caller || new RegExp(`^arn:aws[a-z-]*:iam::${account}:root$`).test(one)) return true
    return caller !== null && roleOf(one) !== undefined && roleOf(one) === roleOf(caller)
  })
}

/** A role, and a session of it, by account and name: the ARN of a session says no path. */
function roleOf(arn: string): string | undefined {
  const [, account, name] =
    /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:[^/]+\/)*([^/]+)$/.exec(arn) ??
    /^arn:aws[a-z-]*:sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(arn) ??
    []
  return name === undefined ? undefined : `${account ?? ''}/${name}`
}

function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined) return []
  return Array.isArray(value) ? (value as readonly Json[]) : [value]
}
