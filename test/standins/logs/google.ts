/** `entries:list`, with filters that are joined by AND: a field equal to a text, having it as a part, or before or after a time. */
import type {Answer, Log} from './main.ts'

interface Asked {
  readonly resourceNames?: readonly string[]
  readonly filter?: string
  readonly orderBy?: string
  readonly pageSize?: number
  readonly pageToken?: string
}

export function listEntries(body: unknown, {entries, page = 1000}: Log): Answer {
  const {resourceNames = [], filter = '', orderBy, pageSize = 50, pageToken = '0'} = body as Asked
  if (orderBy !== 'timestamp desc') return {status: 400, said: {error: 'not modelled: another order'}}
  const tests = filter.split(' AND ').map(testOf)
  if (tests.includes(undefined)) return {status: 400, said: {error: 'not modelled: that filter'}}
  const found = entries
    .filter((one) => resourceNames.some((name) => String(one['logName']).startsWith(`${name}/logs/`)))
    .filter((one) => tests.every((test) => test?.(one)))
    .sort((one, other) => Date.parse(String(other['timestamp'])) - Date.parse(String(one['timestamp'])))
  const [from, size] = [Number(pageToken), Math.min(page, pageSize)]
  const next = from + size < found.length ? {nextPageToken: String(from + size)} : {}
  return {status: 200, said: {entries: found.slice(from, from + size), ...next}}
}

type Test = (entry: Record<string, unknown>) => boolean

function testOf(text: string): Test | undefined {
  const [, field = '', sign, value = ''] = /^([\w.]+)(>=|<|=|:)"([^"]*)"$/.exec(text) ?? []
  const at = (entry: Record<string, unknown>): string =>
    String(
      field
        .split('.')
        .reduce<unknown>((one, name) => (one as Record<string, unknown> | undefined)?.[name], entry),
    )
  const tests: Readonly<Record<string, Test>> = {
    '=': (entry) => at(entry) === value,
    ':': (entry) => at(entry).includes(value),
    '>=': (entry) => Date.parse(at(entry)) >= Date.parse(value),
    '<': (entry) => Date.parse(at(entry)) < Date.parse(value),
  }
  return tests[sign ?? '']
}
