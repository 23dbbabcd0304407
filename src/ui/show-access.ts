/** Who else can reach a key, for people and as a document. */
import type {JsonObject} from '../base/jcs.ts'
import {visible} from '../base/visible.ts'
import type {Key, KeyAccess, Untold} from '../keys/index.ts'
import type {Fact, Print, Value} from './print.ts'

export function accessDocument({name, profile}: Key, found: KeyAccess): JsonObject {
  const {aliases, grants, policy, replicas, rights, schedule, lastUse, untold} = found
  return {
    name,
    profile,
    aliases: [...aliases],
    grants: grants.map((one) => ({
      id: one.id,
      region: one.region,
      name: one.name,
      grantee: one.grantee,
      operations: [...one.operations],
      onlyInContext: one.onlyInContext,
      createdAt: timeOf(one.createdAt),
    })),
    policy,
    rights: rights?.map((one) => ({...one, condition: one.condition && {...one.condition}})) ?? null,
    replicas: replicas.map(({region, availability}) => ({region, availability})),
    schedule: schedule === null ? null : {everyDays: schedule.everyDays, next: timeOf(schedule.next)},
    lastUse:
      lastUse === null
        ? null
        : {at: timeOf(lastUse.at), operation: lastUse.operation, since: timeOf(lastUse.since)},
    untold: untold.map((one) => ({...one})),
  }
}

export function accessLines(print: Print, {name, profile}: Key, found: KeyAccess): string[] {
  const {aliases, replicas, rights, schedule, lastUse, untold} = found
  const said = (what: Untold['what'], told: Value): Value =>
    untold.some((one) => one.what === what) ? 'no answer' : told
  return [
    ...print.facts([
      ['Key', name],
      ['Profile', profile],
      ['Aliases', aliases],
      [
        'Copies',
        said(
          'copies',
          replicas.map(({region, availability}) => `${region}: ${availability}`),
        ),
      ],
      ['Rotates', said('schedule', schedule === null ? 'never by itself' : scheduleText(schedule))],
      ['Used last', said('last use', lastUseText(lastUse))],
      ...untoldFacts(untold),
    ]),
    '',
    ...(rights === null
      ? found.beyond === null
        ? grantLines(print, found)
        : []
      : rightLines(print, rights, found.grants)),
    ...beyondLines(print, found),
    ...ungrantLines(name, found),
  ]
}

/** Where the service tells by which policy it gives the key itself away, that is not who may use it. */
function beyondLines(print: Print, {beyond, policy, rights}: KeyAccess): string[] {
  if (beyond === null)
    return rights === null ? [] : ['', 'What is bound above that, as on a whole project, is not looked at.']
  return [
    ...(rights === null ? [] : ['']),
    ...print.sentence(beyond),
    '',
    ...(policy === null
      ? ['It has no release policy.']
      : ['It may be released, by this policy:', ...policyLines(policy)]),
  ]
}

function ungrantLines(name: string, {grants}: KeyAccess): string[] {
  const [first] = grants
  return first === undefined
    ? []
    : ['', `To take one away: keyrite key ungrant ${name} ${first.id.slice(0, 12)}`]
}

/** What is shown after a change that was made, of a key of which its service then tells nothing. */
export function unseenDocument({name, profile}: Key, untold: readonly Untold[]): JsonObject {
  return {name, profile, grants: null, untold: untold.map((one) => ({...one}))}
}

export function unseenLines(print: Print, {name, profile}: Key, untold: readonly Untold[]): string[] {
  return [
    ...print.facts([['Key', name], ['Profile', profile], ...untoldFacts(untold)]),
    '',
    ...print.sentence(
      `It was done, and recorded. Who can reach the key now its service does not tell: keyrite key grants ${name}`,
    ),
  ]
}

const untoldFacts = (untold: readonly Untold[]): Fact[] =>
  untold.map(({what, why}) => ['No answer', `${what}: ${why}`])

function grantLines(print: Print, {grants, policy}: KeyAccess): string[] {
  return [
    ...print.table(
      ['Grant', 'Region', 'To', 'Operations', 'Since'],
      grants.map((one) => [
        one.id.slice(0, 12),
        one.region,
        one.grantee,
        `${one.operations.join(', ')}${one.onlyInContext ? ' (in one context only)' : ''}`,
        // The day is enough to know it by, and leaves room for who has it.
        timeOf(one.createdAt)?.slice(0, 10) ?? '',
      ]),
      'There are no grants: nobody uses it past its policy.',
    ),
    '',
    ...(policy === null ? ['Its policy may not be read.'] : ['Policy:', ...policyLines(policy)]),
  ]
}

/** By the last part of what each is bound on: the whole names are long, and differ in it alone. */
function rightLines(
  print: Print,
  rights: NonNullable<KeyAccess['rights']>,
  grants: KeyAccess['grants'],
): string[] {
  return [
    ...print.table(
      ['Grant', 'Role', 'Who', 'On', 'Uses it'],
      rights.map((right) => [
        grantOf(right, grants)?.id.slice(0, 12) ?? '',
        right.role,
        right.member,
        right.on.split('/').slice(-2).join('/'),
        usesText(right),
      ]),
      'No role is bound on it or on what it lies in.',
    ),
  ]
}

type Right = NonNullable<KeyAccess['rights']>[number]

function usesText({uses, condition}: Right): string {
  const when =
    condition === null ? '' : `, if ${condition['title'] ?? condition['expression'] ?? 'a condition holds'}`
  return `${uses === null ? 'may' : uses ? 'yes' : 'no'}${when}`
}

/** That which keyrite key ungrant takes away: of the key itself, and not of what it lies in. */
function grantOf({on, member, role, condition}: Right, grants: KeyAccess['grants']) {
  if (!on.includes('/cryptoKeys/') && !on.startsWith('/keys/')) return undefined
  return grants.find(
    ({grantee, operations, onlyInContext}) =>
      grantee === member && operations.includes(role) && onlyInContext === (condition !== null),
  )
}

function policyLines(policy: string): string[] {
  try {
    return visible(JSON.stringify(JSON.parse(policy), null, 2), {keepNewlines: true}).split('\n')
  } catch {
    return [visible(policy)]
  }
}

function scheduleText({everyDays, next}: NonNullable<KeyAccess['schedule']>): string {
  if (everyDays === null) return 'not by itself'
  return `by itself every ${everyDays} days${next === null ? '' : `, next ${next.toISOString()}`}`
}

function lastUseText(lastUse: KeyAccess['lastUse']): string {
  if (lastUse === null) return 'the service does not say'
  const {at, operation, since} = lastUse
  if (at === null) return since === null ? 'never' : `not since ${since.toISOString()}`
  return `${at.toISOString()}${operation === null ? '' : `, ${operation}`}`
}

function timeOf(date: Date | null): string | null {
  return date?.toISOString() ?? null
}
