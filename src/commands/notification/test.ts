import {Args} from '@oclif/core'
import {attempt, noticeOf} from '../../notifications/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {channelNamed, channelsOf} from '../../ui/show-notifications.ts'

export default class NotificationTest extends KeyriteCommand {
  static override summary =
    'Send a test notification now, by one channel or by all; exit 7 if one did not take it.'
  static override description = 'It says that it is a test, and that nothing has happened. It is tried once.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> oncall',
  ]
  static override args = {
    channel: Args.string({description: 'a channel of the policy; all of them without it'}),
  }

  async execute(): Promise<Shown> {
    const {args} = await this.parse(NotificationTest)
    const channels =
      args.channel === undefined ? channelsOf(this.app) : [channelNamed(this.app, args.channel)]
    const notice = noticeOf(this.app.way, {
      about: 'keyrite-test',
      // Closed at once: where alerts are kept open until they are resolved, a test leaves none.
      status: 'test',
      severity: 'info',
      title: 'keyrite: a test. Nothing has happened, and nobody has to do anything.',
      lines: ['Whoever reads this would be told of an incident.'],
    })
    const tried = await Promise.all(
      channels.map(async (channel) => ({channel, ...(await attempt(this.app.way, channel, notice))})),
    )
    const ok = tried.every(({status}) => status === 'sent')
    return this.show(
      {
        schema: 'keyrite.notification-test/1',
        exit: ok ? 0 : 7,
        tried: tried.map(({channel, status, detail}) => ({
          channel: channel.name,
          ok: status === 'sent',
          detail,
        })),
      },
      this.print.table(
        ['Channel', 'Kind', 'Took it', 'Detail'],
        tried.map(({channel, status, detail}) => [channel.name, channel.kind, status === 'sent', detail]),
        'The policy names no channel: nobody is told of an incident but by you.',
      ),
    )
  }
}
