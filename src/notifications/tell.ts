/** Telling people without waiting for it. */
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

/** A notice of this moment. */
export function noticeOf({random, clock}: Pick<Way, 'random' | 'clock'>, draft: NoticeDraft): Notice {
  return {...draft, id: `n-${random.bytes(8).toString('hex')}`, at: timeText(clock.now())}
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
  return {...facts, queued: true, tried: ours(way, notice)}
}

async function once(
  way: Way,
  channel: Channel,
  notice: Notice,
): Promise<Pick<Queued, 'channel' | 'status' | 'detail'>> {
  const {status, detail} = await attempt(way, channel, notice)
  return {channel, status, detail}
}

/** Sends what is due, older notices too, and says what came of this one. */
async function ours(way: Way, {id}: Notice): ReturnType<typeof deliver> {
  try {
    return (await deliver(way)).filter(({notice}) => notice.id === id)
  } catch {
    return []
  }
}
