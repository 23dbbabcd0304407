/** Lists: pages with opaque tokens, and the few forms of filter that are told for certain. */
import {invalid, notModelled} from './failures.ts'
import type {Message} from './messages.ts'
import {text} from './messages.ts'

/** K: 100 unless asked, 1000 at most. */
export function page<T>(
  request: Message,
  all: readonly T[],
): {readonly shown: readonly T[]; readonly rest: Message} {
  const asked = Number(request['pageSize'] ?? 0)
  if (asked < 0) throw invalid('Page size must not be negative.')
  const size = asked === 0 ? 100 : Math.min(asked, 1000)
  const from = tokenIn(text(request, 'pageToken'))
  const next = from + size
  return {
    shown: all.slice(from, next),
    rest: {
      nextPageToken: next < all.length ? Buffer.from(`from ${next}`).toString('base64url') : '',
      // T: not where there is a filter.
      ...(text(request, 'filter') === '' ? {totalSize: all.length} : {}),
    },
  }
}

function tokenIn(token: string): number {
  if (token === '') return 0
  const [, from] = /^from (\d+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? []
  if (from === undefined) throw invalid('Invalid page token.')
  return Number(from)
}

/** D: `labels.NAME=VALUE` and `state=VALUE`, with `=` or `!=`, joined by AND. Other filters exist, and are not here. */
export function filtered<T>(
  request: Message,
  all: readonly T[],
  value: (one: T, path: string) => string,
): T[] {
  const filter = text(request, 'filter').trim()
  if (filter === '') return [...all]
  const terms = filter.split(/\s+AND\s+/).map((term) => {
    const [, path, isNot, wanted] =
      /^(labels\.[a-z0-9_-]+|state)\s*(!?)=\s*"?([A-Za-z0-9_-]*)"?$/.exec(term) ?? []
    if (path === undefined || wanted === undefined) throw notModelled(`the filter ${term}`)
    return {path, wanted, holds: isNot === ''}
  })
  return all.filter((one) => terms.every(({path, wanted, holds}) => (value(one, path) === wanted) === holds))
}
