/** Sends what waits: all at once, each bounded in time. */
import {KeyriteError} from '../base/errors.ts'
import {readPublic} from '../base/files.ts'
import {Secret} from '../base/secret.ts'
import type {Clock, Random} from '../base/world.ts'
import type {Channel} from '../policy/index.ts'
import type {LocalChannel} from '../profiles/index.ts'
import {send} from './channels.ts'
import type {Notice} from './notice.ts'
import {queue, take, type Queued} from './queue.ts'
import type {Result} from './result.ts'

const usualMs = 10_000

export interface Way {
  readonly home: string
  readonly clock: Clock
  readonly random: Random
  /** keyrite/VERSION. */
  readonly agent: string
  /** How long a try may take; ten seconds unless told. */
  readonly timeoutMs?: number
  /** What this machine needs for each channel. @throws KeyriteError where that cannot be read. */
  readonly channels: () => ReadonlyMap<string, LocalChannel>
  /** Reads a secret file. */
  readonly readSecret: (path: string) => Secret
}

/** Tries what is due, or with `all` whatever waits, once. @returns what was tried, as it is now. */
export async function deliver(way: Way, all = false): Promise<readonly Queued[]> {
  const now = way.clock.now().getTime()
  const due = queue(way.home).filter(
    (one) => one.status === 'waiting' && (all || Date.parse(one.next) <= now),
  )
  const tried = await Promise.all(due.map((one) => tryOne(way, one)))
  return tried.filter((one) => one !== null)
}

/** One try that is not queued. @throws nothing: what went wrong is the result. */
export async function attempt(way: Way, channel: Channel, notice: Notice): Promise<Result> {
  try {
    const local = way.channels().get(channel.name)
    if (local === undefined && channel.kind !== 'mail')
      return {
        status: 'waiting',
        detail: `this machine has no secret for it: keyrite notification connect ${channel.name} --secret-file FILE`,
      }
    // A mail server that asks for no account needs no file.
    const secret = local === undefined ? new Secret(new Uint8Array(0)) : way.readSecret(local.secretFile)
    try {
      const ca = local?.caFile === undefined ? undefined : readPublic(local.caFile, 1_000_000)
      return await send(channel, {
        notice,
        secret,
        ca,
        timeoutMs: way.timeoutMs ?? usualMs,
        now: way.clock.now(),
        agent: way.agent,
      })
    } finally {
      secret.wipe()
    }
  } catch (error) {
    return {
      status: 'waiting',
      detail: error instanceof KeyriteError ? error.message : 'keyrite could not send it',
    }
  }
}

async function tryOne(way: Way, one: Queued): Promise<Queued | null> {
  const taken = take(way.home, one)
  if (taken === null) return null
  return taken.done(await attempt(way, one.channel, one.notice), way.clock.now())
}
