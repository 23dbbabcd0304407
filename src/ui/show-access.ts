/** Who else can reach a key, for people and as a document. */
import type {JsonObject} from '../base/jcs.ts'
import {visible} from '../base/visible.ts'
import type {Key, KeyAccess} from '../keys/index.ts'
import type {Print} from './print.ts'

export function accessDocument({name, profile}: Key, found: KeyAccess): JsonObject {
  const {aliases, grants, policy, replicas, schedule, lastUse} = found
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
    replicas: replicas.map(({region, availability}) => ({region, availability})),
    schedule: schedule === null ? null : {everyDays: schedule.everyDays, next: timeOf(schedule.next)},
    lastUse:
      lastUse === null
        ? null
        : {at: timeOf(lastUse.at), operation: lastUse.operation, since: timeOf(lastUse.since)},
  }
}

export function accessLines(print: Print, {name, profile}: Key, found: KeyAccess): string[] {
  const {aliases, grants, policy, replicas, schedule, lastUse} = found
  return [
    ...print.facts([
      ['Key', name],
      ['Profile', profile],
      ['Aliases', aliases],
      ['Copies', replicas.map(({region, availability}) => `${region}: ${availability}`)],
      ['Rotates', schedule === null ? 'never by itself' : scheduleText(schedule)],
      ['Used last', lastUseText(lastUse)],
    ]),
    '',
    ...print.table(
      ['Grant', 'To', 'Operations', 'Since'],
      grants.map((one) => [
        one.name ?? one.id.slice(0, 12),
        one.grantee,
        `${one.operations.join(', ')}${one.onlyInContext ? ' (in one context only)' : ''}`,
        timeOf(one.createdAt) ?? '',
      ]),
      'There are no grants: nobody uses it past its policy.',
    ),
    '',
    ...(policy === null ? ['Its policy may not be read.'] : ['Policy:', ...policyLines(policy)]),
  ]
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
