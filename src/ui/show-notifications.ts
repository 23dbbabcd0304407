/** Channels and what was sent by them, for people and for scripts. */
import {KeyriteError} from '../base/errors.ts'
import type {Queued} from '../notifications/index.ts'
import {policyFold, type Channel} from '../policy/index.ts'
import type {App} from '../app.ts'
import type {Print} from './print.ts'

/** @throws KeyriteError `NOT_FOUND` naming those that there are. */
export function channelNamed(app: App, name: string): Channel {
  const all = channelsOf(app)
  const found = all.find((one) => one.name === name)
  if (found !== undefined) return found
  const are = all.map((one) => one.name).join(', ')
  throw new KeyriteError(
    'NOT_FOUND',
    `the policy has no channel "${name}"${are === '' ? '' : `: there are ${are}`}`,
    {
      hints: [
        'keyrite notification list',
        'keyrite policy show --yaml, and keyrite policy adopt FILE with one more',
      ],
    },
  )
}

export function channelsOf(app: App): readonly Channel[] {
  return app.ledger.of(policyFold).policy.notifications ?? []
}

export function queuedDocument({notice, channel, status, tries, next, detail}: Queued): object {
  const {id, at, about, title} = notice
  return {
    id,
    at,
    about,
    title,
    channel: channel.name,
    kind: channel.kind,
    status,
    tries,
    detail,
    next: status === 'waiting' ? next : null,
  }
}

export function queuedRows(print: Print, all: readonly Queued[], empty: string): string[] {
  return print.table(
    ['Made', 'Channel', 'Status', 'What', 'Detail'],
    all.map(({notice, channel, status, tries, next, detail}) => [
      notice.at.slice(0, 19) + 'Z',
      channel.name,
      status,
      notice.title,
      status === 'waiting' ? `${detail}; ${tries} tries, next ${next.slice(11, 19)}Z` : detail,
    ]),
    empty,
  )
}
