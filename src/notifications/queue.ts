/**
 * What waits to be sent: one file for each notice and channel, in the ledger's folder, so that neither a crash nor the end of a
 * command loses it. A file is taken by giving it another name, which only one process can do; one whose process died is taken
 * back after two minutes.
 */
import {existsSync, mkdirSync, readdirSync, renameSync, statSync, unlinkSync, utimesSync} from 'node:fs'
import {join} from 'node:path'
import {z} from 'zod'
import {KeyriteError} from '../base/errors.ts'
import {checkPrivateDir, readOwn, replaceOwn, writeNew} from '../base/files.ts'
import {timeText} from '../base/world.ts'
import type {Channel} from '../policy/index.ts'
import {channelNow, noticeSchema, type Notice} from './notice.ts'
import type {Result} from './result.ts'

const schema = z.strictObject({
  schema: z.literal('keyrite.queued/1'),
  notice: noticeSchema,
  channel: channelNow,
  status: z.enum(['waiting', 'sent', 'failed']),
  tries: z.int().min(0),
  /** When it is tried next; of what was sent or failed, when that was. */
  next: z.iso.datetime(),
  detail: z.string(),
})
export type Queued = z.infer<typeof schema>

const largest = 1_000_000
const staleMs = 120_000
const minute = 60_000
/** After a day nobody is helped by it any more, and it says that it failed. */
const givenUpMs = 24 * 60 * minute

const folder = (home: string): string => join(home, 'notifications')
const nameOf = ({notice, channel}: Pick<Queued, 'notice' | 'channel'>): string =>
  `${notice.id}.${channel.name}.json`

/** @throws KeyriteError `STORAGE` if it cannot be written. */
export function enqueue(home: string, notice: Notice, channels: readonly Channel[]): readonly Queued[] {
  const all = channels.map((channel): Queued => ({
    schema: 'keyrite.queued/1',
    notice,
    channel,
    status: 'waiting',
    tries: 0,
    next: notice.at,
    detail: 'not tried yet',
  }))
  if (all.length > 0) mkdirSync(folder(home), {recursive: true, mode: 0o700})
  for (const one of all) writeNew(join(folder(home), nameOf(one)), bytesOf(one))
  return all
}

/** Everything that was ever queued here, oldest first. @throws KeyriteError `UNSAFE_FILE` for a file that is not as keyrite wrote it. */
export function queue(home: string): readonly Queued[] {
  if (!existsSync(folder(home))) return []
  checkPrivateDir(folder(home))
  takeBack(home)
  return readdirSync(folder(home))
    .filter((name) => /^n-[0-9a-f]{16}\.[a-z0-9-]+\.json(\.sending-\d+)?$/.test(name))
    .flatMap((name) => readOne(join(folder(home), name)) ?? [])
    .sort((one, other) => (one.notice.at < other.notice.at ? -1 : one.notice.at > other.notice.at ? 1 : 0))
}

/** Takes one to send it; null where another process has it, or had. */
export function take(
  home: string,
  one: Queued,
): {readonly done: (result: Result, now: Date) => Queued} | null {
  const path = join(folder(home), nameOf(one))
  const mine = `${path}.sending-${process.pid}`
  try {
    renameSync(path, mine)
    // Its age counts from here.
    utimesSync(mine, new Date(), new Date())
  } catch {
    return null
  }
  // Between the look at it and this another process may have sent it.
  const now = readOne(mine)
  if (now?.status !== 'waiting' || now.tries !== one.tries) {
    renameSync(mine, path)
    return null
  }
  return {
    done: (result, now) => {
      const next = after(one, result, now)
      replaceOwn(path, bytesOf(next))
      unlinkSync(mine)
      return next
    },
  }
}

/** Half a minute, then twice as long each time, an hour at most; or what the other side asks for, if that is longer. */
function after(one: Queued, result: Result, now: Date): Queued {
  const tries = one.tries + 1
  const done = {...one, tries, detail: result.detail, next: timeText(now)}
  if (result.status !== 'waiting') return {...done, status: result.status}
  if (now.getTime() - Date.parse(one.notice.at) > givenUpMs)
    return {...done, status: 'failed', detail: `given up after a day: ${result.detail}`}
  const wait = Math.max(Math.min((minute / 2) * 2 ** (tries - 1), 60 * minute), result.afterMs ?? 0)
  return {...done, next: timeText(new Date(now.getTime() + Math.min(wait, 6 * 60 * minute)))}
}

function takeBack(home: string): void {
  for (const name of readdirSync(folder(home))) {
    const path = join(folder(home), name)
    const found = /^(.+\.json)\.sending-\d+$/.exec(name)
    if (found === null || Date.now() - statSync(path).mtimeMs < staleMs) continue
    renameSync(path, join(folder(home), found[1] ?? name))
  }
}

function readOne(path: string): Queued | null {
  let bytes
  try {
    bytes = readOwn(path, largest)
  } catch (error) {
    // Another process has just taken it.
    if (error instanceof KeyriteError && error.code === 'FILE_NOT_FOUND') return null
    throw error
  }
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')))
  } catch {
    throw new KeyriteError('UNSAFE_FILE', `cannot read "${path}": it is not as keyrite wrote it`, {
      hints: ['look at it, and move it away'],
    })
  }
}

function bytesOf(one: Queued): Buffer {
  return Buffer.from(`${JSON.stringify(one)}\n`)
}
