/** What was done with a key, for people and as a document: what is worth a look stands first. */
import type {JsonObject} from '../base/jcs.ts'
import type {Usage} from '../keys/index.ts'
import {counted, type Print} from './print.ts'

const shownCallers = 20

export function usageDocument({
  key,
  since,
  until,
  source,
  gaps,
  events,
  callers,
  rows,
  odd,
}: Usage): JsonObject {
  return {
    name: key,
    since: since.toISOString(),
    until: until.toISOString(),
    source,
    gaps: [...gaps],
    events,
    odd: odd.map((one) => ({...one})),
    callers: callers.map((one) => ({
      ...one,
      first: one.first.toISOString(),
      last: one.last.toISOString(),
      operations: [...one.operations],
      from: [...one.from],
    })),
    days: rows.map((one) => ({...one})),
  }
}

export function usageLines(print: Print, usage: Usage): string[] {
  const {key, since, until, source, gaps, events, callers, odd} = usage
  const most = [...callers].sort((one, other) => other.count - one.count)
  const more = most.length - shownCallers
  return [
    ...print.facts([
      ['Key', key],
      ['From', since.toISOString()],
      ['To', until.toISOString()],
      ['Source', source],
      ['Seen', `${counted(events, 'use')} by ${counted(callers.length, 'caller')}`],
    ]),
    '',
    ...(odd.length === 0
      ? ['Nothing odd was seen in it: nobody new, nobody refused, no unusual day or hour.']
      : print.table(
          ['Look at', 'Caller', 'Why'],
          odd.map(({kind, caller, detail}) => [kind, caller, detail]),
          '',
        )),
    '',
    ...print.table(
      ['Caller', 'Uses', 'Refused', 'What', 'Last'],
      most
        .slice(0, shownCallers)
        .map((one) => [
          one.caller,
          one.count,
          one.refused,
          one.operations.join(', '),
          `${one.last.toISOString().slice(0, 19)}Z`,
        ]),
      'No use of it was seen.',
    ),
    ...(more > 0 ? [`and ${more} more: --json has all of them`] : []),
    '',
    ...gaps.map((one) => `Not in it: ${one}.`),
  ]
}
