import {setTimeout as sleep} from 'node:timers/promises'
import {Flags} from '@oclif/core'
import {parseDuration} from '../../base/duration.ts'
import {KeyriteError} from '../../base/errors.ts'
import {deliver, queue} from '../../notifications/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {queuedDocument, queuedRows} from '../../ui/show-notifications.ts'

const pauseMs = 5_000

export default class NotificationSend extends KeyriteCommand {
  static override summary =
    'Send what waits, when its next try is due; exit 10 while something waits or failed.'
  static override description =
    'For cron, and after a network is back. A try comes after half a minute, then after twice as long each time, an hour at most; after a day it has failed.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --now',
    '<%= config.bin %> <%= command.id %> --wait PT30M',
  ]
  static override flags = {
    now: Flags.boolean({summary: 'try at once whatever waits, due or not'}),
    wait: Flags.string({
      summary: 'go on until nothing waits, this long at most (ISO 8601: PT30M)',
      helpValue: 'DURATION',
    }),
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(NotificationSend)
    const {way} = this.app
    const until = Date.now() + waitOf(flags.wait)
    const seen = new Map<string, string>()
    for (let first = true; ; first = false) {
      for (const {notice, channel} of await deliver(way, flags.now && first))
        seen.set(`${notice.id}.${channel.name}`, notice.id)
      const waits = queue(way.home).filter(({status}) => status === 'waiting')
      if (waits.length === 0 || Date.now() >= until) break
      this.say(`${waits.length} still waiting: ${waits[0]?.detail ?? ''}`)
      await sleep(pauseMs)
    }
    const after = queue(way.home).filter(
      ({notice, channel, status}) => status === 'waiting' || seen.has(`${notice.id}.${channel.name}`),
    )
    const left = after.some(({status}) => status !== 'sent')
    return this.show(
      {schema: 'keyrite.notifications-sent/1', exit: left ? 10 : 0, queued: after.map(queuedDocument)},
      queuedRows(this.print, after, 'Nothing waits.'),
    )
  }
}

function waitOf(text: string | undefined): number {
  if (text === undefined) return 0
  try {
    return parseDuration(text)
  } catch {
    throw new KeyriteError(
      'USAGE',
      `expected --wait as an ISO 8601 duration such as PT30M, and got "${text}"`,
    )
  }
}
