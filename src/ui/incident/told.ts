/** People are told of an incident as it goes, by the channels of the policy. Nothing of the incident waits for that, or fails by it. */
import {setTimeout as sleep} from 'node:timers/promises'
import type {App} from '../../app.ts'
import {drillMark, drillMarked, type IncidentDocument} from '../../incidents/index.ts'
import {tell, type NoticeDraft, type Told} from '../../notifications/index.ts'
import {contactInWords, contactsFor, policyFold, untold} from '../../policy/index.ts'
import {verdictLine} from './screen.ts'

/** For one try; and how long the end of a command waits to say what came of it. */
const tryMs = 5_000
const waitMs = 2_000

export interface ToldOf {
  readonly channel: string
  readonly status: 'sent' | 'waiting' | 'failed'
  readonly detail: string
}

/** Tells every channel, and goes on at once. */
export function tellOf(app: App, one: IncidentDocument, status: NoticeDraft['status']): Told {
  const {notifications = []} = app.ledger.of(policyFold).policy
  const isOver = status === 'closed'
  return tell({...app.way, timeoutMs: tryMs}, notifications, {
    // The same in every notice of one incident, and in no other ledger's.
    about: `keyrite-${app.ledger.view.facts.fingerprint.slice(0, 16)}-${one.id}`,
    status,
    severity: isOver ? 'info' : 'critical',
    title:
      status === 'going-on'
        ? verdictLine(one)
        : drillMarked(
            one.drill,
            isOver
              ? `Incident ${one.id} about key "${one.key}" is closed (${one.outcome ?? ''})`
              : `Incident ${one.id}: key "${one.key}" is being revoked (${one.reason})`,
          ),
    // No ticket, no note, nobody's name: those are private, and a channel is not.
    lines: [
      ...(one.drill
        ? [`${drillMark}: an exercise on a key of a test profile. No system of yours is concerned.`]
        : []),
      `Incident ${one.id}, key ${one.key} in profile ${one.profile}: ${one.reason}`,
      `Began ${one.startedAt}`,
      ...(isOver ? [] : one.open.map(({what, due}) => `To do: ${what}${due === null ? '' : `, by ${due}`}`)),
      `On the machine of the ledger: keyrite incident show ${one.id}`,
    ],
  })
}

/** What came of it so far; waits two seconds for it, and no longer. */
export async function outcomeOf({tried, channels, queued}: Told): Promise<readonly ToldOf[] | null> {
  if (channels === 0) return []
  const late = new AbortController()
  const all = await Promise.race([tried, sleep(waitMs, null, {signal: late.signal, ref: false})])
  late.abort()
  if (all === null) return null
  return all.map(({channel, status, detail}) => ({
    channel: channel.name,
    status: queued || status === 'sent' ? status : 'failed',
    detail,
  }))
}

/** Who was told, and whom nobody told. */
export function toldLines(app: App, all: readonly ToldOf[] | null): readonly string[] {
  const {policy} = app.ledger.of(policyFold)
  const missed = untold(policy)
  const left = all === null || all.some(({status}) => status !== 'sent')
  return [
    ...(all ?? []).map(
      ({channel, status, detail}) =>
        `Told by "${channel}": ${status === 'sent' ? 'sent' : `${status}, ${detail}`}.`,
    ),
    ...(all === null ? ['Some channels have not answered yet.'] : []),
    ...(missed.length === 0 ? [] : [`No channel reaches ${missed.join(', ')}: TELL THEM YOURSELF.`]),
    ...contactsFor(policy, missed).map((one) => `Call ${contactInWords(one)}.`),
    ...(left ? ['Sent again by: keyrite notification send --now'] : []),
  ]
}
