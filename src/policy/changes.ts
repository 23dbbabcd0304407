/** What another policy would change, in plain words: by what each rule does, not by how it is written. */
import {destructionOf, retentionInWords, type DestructionRules} from './destruction.ts'
import {attestationRootName, hsmRootNames} from './roots.ts'
import {parseDuration} from '../base/duration.ts'
import {classes, classifications, type Classification} from './classes.ts'
import {contactInWords} from './contacts.ts'
import {operations, type OperationName, type Policy, type Rule} from './document.ts'
import {channelInWords} from './notifications.ts'
import {askedOfInWords, moduleInWords, protectionOf} from './protection.ts'
import {scheduleOf, type Hook, type Schedule} from './schedule.ts'
import {askedInWords} from './rules/needs.ts'
import {ruleOf, type Matter} from './rules/which.ts'
import {rolesAsked} from './rules/who.ts'

/**
 * Every difference, old → new, one sentence a line; empty where the two do the same. What lowers a bar is called weaker.
 * Rules are held against each other by what they ask for each operation, class and kind, so that no order hides a change.
 */
export function policyChanges(old: Policy, next: Policy): readonly string[] {
  return [...ruleChanges(old, next), ...otherChanges(old, next)]
}

/** One case that a rule is chosen by; null stands for every class, or kind, that neither policy names here. */
type Case = Pick<Matter, 'class' | 'kind'>

/** One thing that rules ask differently. */
export interface RuleDifference {
  readonly operations: readonly OperationName[]
  /** ` (class root, kek)`; empty where every case differs. */
  readonly where: string
  /** Undefined where no rule speaks of it. */
  readonly before: Rule | undefined
  readonly after: Rule | undefined
}

/** What the rules of two policies ask differently, operations that differ alike together. */
export function ruleDifferences(old: Policy, next: Policy): readonly RuleDifference[] {
  const found = new Map<string, {readonly operations: OperationName[]} & RuleDifference>()
  for (const operation of operations) {
    for (const [where, [before, after]] of changed(operation, old, next)) {
      const key = [where, before?.id, after?.id, askedInWords(before), askedInWords(after)].join('\0')
      const same = found.get(key)
      if (same === undefined) found.set(key, {operations: [operation], where, before, after})
      else same.operations.push(operation)
    }
  }
  return [...found.values()]
}

function ruleChanges(old: Policy, next: Policy): string[] {
  return ruleDifferences(old, next).map(
    ({operations: names, where, before, after}) =>
      `${names.join(', ')}${where}: ${askedInWords(before)} -> ${askedInWords(after)}.${isWeaker(before, after) ? ' WEAKER.' : ''}`,
  )
}

type Pair = readonly [Rule | undefined, Rule | undefined]

/** The cases of an operation that come out differently, as words, those that change alike together. */
function changed(operation: OperationName, old: Policy, next: Policy): ReadonlyMap<string, Pair> {
  const rules = [...old.rules, ...next.rules].filter((rule) => rule.operations.includes(operation))
  const classes: readonly Case['class'][] = [...named(rules.map((rule) => rule.classes)), null]
  const kinds: readonly (string | null)[] = [...named(rules.map((rule) => rule.kinds)), null]
  const groups = new Map<string, {readonly pair: Pair; readonly cases: Case[]}>()
  for (const name of classes) {
    for (const kind of kinds) {
      const one = {class: name, kind}
      const pair: Pair = [ruleOf(old, {operation, ...one}), ruleOf(next, {operation, ...one})]
      if (askedInWords(pair[0]) === askedInWords(pair[1])) continue
      const key = pair.map(askedInWords).join('\0')
      const group = groups.get(key)
      if (group === undefined) groups.set(key, {pair, cases: [one]})
      else group.cases.push(one)
    }
  }
  return new Map(
    [...groups.values()].map(({pair, cases}) => [whereInWords(cases, classes, kinds), pair] as const),
  )
}

function named<T extends string>(lists: readonly (readonly T[] | null)[]): ReadonlySet<T> {
  return new Set(lists.flatMap((list) => list ?? []))
}

/** ` (class root, kek)`; nothing where every case changed alike. */
function whereInWords(
  cases: readonly Case[],
  classes: readonly (string | null)[],
  kinds: readonly (string | null)[],
): string {
  if (cases.length === classes.length * kinds.length) return ''
  const some = [...new Set(cases.map((one) => one.class))]
  const where = [...new Set(cases.map(({kind}) => kind))]
  const whole = cases.length === some.length * where.length
  const words = (
    what: string,
    list: readonly (string | null)[],
    all: readonly (string | null)[],
  ): string[] =>
    list.length === all.length ? [] : [`${what} ${list.map((one) => one ?? 'any other').join(', ')}`]
  if (whole) return ` (${[...words('class', some, classes), ...words('kind', where, kinds)].join('; ')})`
  return ` (${cases.map((one) => `class ${one.class ?? 'any other'} on ${one.kind ?? 'any other kind'}`).join('; ')})`
}

/** Whether fewer people, or people of more roles, could do it. */
function isWeaker(before: Rule | undefined, after: Rule | undefined): boolean {
  if (after === undefined) return false
  if (before === undefined) return true
  if (before.people === 0) return false
  const wider = rolesAsked(after).some((role) => !rolesAsked(before).includes(role))
  return after.people < before.people || before.roles.some((role) => !after.roles.includes(role)) || wider
}

function otherChanges(old: Policy, next: Policy): string[] {
  return [
    ...said('Name', `"${old.name}"`, `"${next.name}"`, false),
    ...lists('Algorithms for production', old.minimums.algorithms, next.minimums.algorithms),
    ...said(
      'Witnesses at a ceremony that makes a key',
      String(old.minimums.witnesses),
      String(next.minimums.witnesses),
      next.minimums.witnesses < old.minimums.witnesses,
    ),
    ...demands('Classes that lie in hardware', old.minimums.hardware ?? [], next.minimums.hardware ?? []),
    ...classifications.flatMap((name) => protectionChanges(name, old, next)),
    ...lists(
      'Certificates of modules that are stated',
      (old.modules ?? []).map(moduleInWords),
      (next.modules ?? []).map(moduleInWords),
    ),
    ...said('Requests wait', old.times.request, next.times.request, false),
    ...said('A room may be idle', old.times.idle, next.times.idle, false),
    ...lists('Stated keys that count in production', old.stated_keys, next.stated_keys),
    ...lists('Printers of shares', old.printers ?? ['any'], next.printers ?? ['any']),
    ...lists(
      'Attestation roots',
      (old.attestation_roots ?? []).map(attestationRootName),
      (next.attestation_roots ?? []).map(attestationRootName),
    ),
    ...lists('Roots of HSMs', hsmRootNames(old), hsmRootNames(next)),
    ...endingChanges(destructionOf(old), destructionOf(next)),
    ...classes.flatMap((name) => scheduleChanges(name, scheduleOf(old, name), scheduleOf(next, name))),
    ...lists('Hooks', (old.hooks ?? []).map(hookInWords), (next.hooks ?? []).map(hookInWords)),
    ...demands(
      'Channels that tell of an incident',
      (old.notifications ?? []).map(channelInWords),
      (next.notifications ?? []).map(channelInWords),
    ),
    ...demands(
      'Contacts for an emergency',
      (old.contacts ?? []).map(contactInWords),
      (next.contacts ?? []).map(contactInWords),
    ),
  ]
}

function endingChanges(before: DestructionRules, after: DestructionRules): string[] {
  const days = (what: string, old: number, next: number): string[] =>
    said(what, `${old} days`, `${next} days`, next < old)
  const [old, next] = [before.retention.map(retentionInWords), after.retention.map(retentionInWords)]
  const gone = old.filter((one) => !next.includes(one))
  const come = next.filter((one) => !old.includes(one))
  return [
    ...days('Grace of a key that was deactivated', before.graceDays, after.graceDays),
    ...days('Wait before a key is destroyed', before.waitDays, after.waitDays),
    ...(gone.length === 0 ? [] : [`Keys that must be kept, taken away: ${gone.join('; ')}. WEAKER.`]),
    ...(come.length === 0 ? [] : [`Keys that must be kept, added: ${come.join('; ')}.`]),
  ]
}

function scheduleChanges(name: string, before: Schedule, after: Schedule): string[] {
  const longer = (member: 'every' | 'overdue' | 'limit'): boolean =>
    parseDuration(after[member]) > parseDuration(before[member])
  const weaker = {
    every: longer('every'),
    overdue: longer('overdue'),
    limit: longer('limit'),
    verification: false,
    grace: false,
    notice: false,
    mode: after.mode === 'automatic',
  }
  return (Object.keys(weaker) as (keyof Schedule)[]).flatMap((member) =>
    said(`Rotation of class ${name}, ${member}`, before[member], after[member], weaker[member]),
  )
}

/** Whatever runs beside keyrite can do harm, so more of it counts as weaker. */
function hookInWords({name, phase, classes: of, program, sha256, timeout}: Hook): string {
  return `"${name}" after ${phase}${of === null ? '' : ` of ${of.join(', ')}`}: ${program} (${sha256.slice(0, 16)}…, ${timeout})`
}

function protectionChanges(name: Classification, old: Policy, next: Policy): string[] {
  const [before, after] = [protectionOf(old, name), protectionOf(next, name)]
  const weaker =
    (before.level !== undefined && after.level === undefined) || (after.fips ?? 0) < (before.fips ?? 0)
  return said(
    `Least protection of what is ${name}`,
    askedOfInWords(before) || 'none',
    askedOfInWords(after) || 'none',
    weaker,
  )
}

function said(what: string, before: string, after: string, weaker: boolean): string[] {
  return before === after ? [] : [`${what}: ${before} -> ${after}.${weaker ? ' WEAKER.' : ''}`]
}

/** Of lists where more means weaker. */
function lists(what: string, before: readonly string[], after: readonly string[]): string[] {
  const more = after.filter((one) => !before.includes(one))
  const fewer = before.filter((one) => !after.includes(one))
  return [
    ...(more.length === 0 ? [] : [`${what}, added: ${more.join(', ')}. WEAKER.`]),
    ...(fewer.length === 0 ? [] : [`${what}, taken away: ${fewer.join(', ')}.`]),
  ]
}

/** Of lists where fewer means weaker. */
function demands(what: string, before: readonly string[], after: readonly string[]): string[] {
  const more = after.filter((one) => !before.includes(one))
  const fewer = before.filter((one) => !after.includes(one))
  return [
    ...(more.length === 0 ? [] : [`${what}, added: ${more.join(', ')}.`]),
    ...(fewer.length === 0 ? [] : [`${what}, taken away: ${fewer.join(', ')}. WEAKER.`]),
  ]
}
