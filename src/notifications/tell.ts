/** Telling people without waiting for it. */
import {KeyriteError} from '../base/errors.ts'
import {visibleLine} from '../base/visible.ts'
import {timeText} from '../base/world.ts'
import type {Channel} from '../policy/index.ts'
import {attempt, deliver, type Way} from './deliver.ts'
import type {Notice, NoticeDraft} from './notice.ts'
import {enqueue, type Queued} from './queue.ts'

export interface Told {
  readonly notice: Notice
  /** How many channels it goes to; 0 where the policy names none. */
  readonly channels: number
  /** Whether it is queued; if not (a full disk), it was tried once and never again. */
  readonly queued: boolean
  /** Ends when each channel was tried once; never rejects. Nothing that matters may wait for it. */
  readonly tried: Promise<readonly Pick<Queued, 'channel' | 'status' | 'detail'>[]>
}

/** What is longer could not be read back, and would stand in the way of all that waits. */
const most = {lines: 100, line: 1000, title: 300}

/** A notice of this moment; what is too long for one is cut, and says so. */
export function noticeOf({random, clock}: Pick<Way, 'random' | 'clock'>, draft: NoticeDraft): Notice {
  const more = draft.lines.length - most.lines
  const lines = more > 0 ? [...draft.lines.slice(0, most.lines - 1), `and ${more + 1} more`] : draft.lines
  return {
    ...draft,
    title: visibleLine(draft.title, most.title),
    lines: lines.map((one) => visibleLine(one, most.line)),
    id: `n-${random.bytes(8).toString('hex')}`,
    at: timeText(clock.now()),
  }
}

/** Queues a notice for every channel, and begins to send it. @throws nothing. */
export function tell(way: Way, channels: readonly Channel[], draft: NoticeDraft): Told {
  const notice = noticeOf(way, draft)
  const facts = {notice, channels: channels.length}
  try {
    enqueue(way.home, notice, channels)
  } catch {
    return {
      ...facts,
      queued: false,
      tried: Promise.all(channels.map((channel) => once(way, channel, notice))),
    }
  }
  return {...facts, queued: true, tried: ours(way, channels, notice)}
}

async function once(
  way: Way,
  channel: Channel,
  notice: Notice,
): Promise<Pick<Queued, 'channel' | 'status' | 'detail'>> {
  const {status, detail} = await attempt(way, channel, notice)
  return {channel, status, detail}
}

/** Sends what is due, older notices too, and says what came of this one: of each channel, also where it could not be tried. */
async function ours(way: Way, channels: readonly Channel[], {id}: Notice): Told['tried'] {
  let all: readonly Queued[] = []
  let detail = 'another run is sending it'
  try {
    all = await deliver(way)
  } catch (error) {
    detail = error instanceof KeyriteError ? error.message : 'keyrite could not send it'
  }
  return channels.map(
    (channel) =>
      all.find((one) => one.notice.id === id && one.channel.name === channel.name) ?? {
        channel,
        status: 'waiting',
        detail,
      },
  )
}
