import {Flags} from '@oclif/core'
import {queue} from '../../notifications/index.ts'
import {policyFold, untold} from '../../policy/index.ts'
import {readChannels} from '../../profiles/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {channelsOf, queuedDocument, queuedRows} from '../../ui/show-notifications.ts'

export default class NotificationList extends KeyriteCommand {
  static override summary =
    'List the channels that tell people of an incident, and what waits, was sent or failed.'
  static override description =
    'The policy says which channels there are and whom they reach; what each needs that nobody else may know lies in a file of this machine: notification connect.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --all --json',
  ]
  static override flags = {
    all: Flags.boolean({summary: 'everything that was ever sent, not only the last ten'}),
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(NotificationList)
    const {home} = this.world
    const channels = channelsOf(this.app)
    const missing = untold(this.app.ledger.of(policyFold).policy)
    const local = readChannels(home)
    const everything = queue(home)
    const shown = flags.all ? everything : everything.slice(-10)
    const rows = channels.map((one) => {
      const connected = local.has(one.name) || one.kind === 'mail'
      return {name: one.name, kind: one.kind, roles: [...one.roles], connected}
    })
    const unconnected = rows.find(({connected}) => !connected)
    const waiting = everything.some(({status}) => status === 'waiting')
    return this.show(
      {
        schema: 'keyrite.notifications/1',
        exit: 0,
        channels: rows,
        untold: [...missing],
        queued: shown.map(queuedDocument),
      },
      [
        ...this.print.table(
          ['Channel', 'Kind', 'Reaches', 'On this machine'],
          rows.map(({name, kind, roles, connected}) => [
            name,
            kind,
            roles,
            connected ? 'ready' : 'no secret file',
          ]),
          'The policy names no channel: nobody is told of an incident but by you.',
        ),
        ...(missing.length === 0
          ? []
          : ['', `No channel reaches: ${missing.join(', ')}. Tell them yourself.`]),
        '',
        ...queuedRows(this.print, shown, 'Nothing was sent from here.'),
        ...(unconnected === undefined
          ? []
          : ['', `Next: keyrite notification connect ${unconnected.name} --secret-file FILE`]),
        ...(waiting ? ['', 'Next: keyrite notification send'] : []),
      ],
    )
  }
}
