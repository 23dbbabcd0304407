import {resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {readPublic} from '../../base/files.ts'
import {writeChannel} from '../../profiles/index.ts'
import {readSecretFile} from '../../surroundings.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {channelNamed} from '../../ui/show-notifications.ts'

export default class NotificationConnect extends KeyriteCommand {
  static override summary =
    'Tell this machine which file holds what a channel needs and nobody else may know.'
  static override description =
    'Only the path is remembered. A webhook: the key that signs it (whsec_…, or any bytes). Slack: the address of the incoming webhook. PagerDuty: the routing key. Mail: USER:PASSWORD. The first line counts; nobody but you may be able to write the file.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> oncall --secret-file ~/secrets/pagerduty',
    '<%= config.bin %> <%= command.id %> mail --secret-file smtp --ca-file ca.pem',
    '<%= config.bin %> <%= command.id %> oncall --forget',
  ]
  static override args = {channel: Args.string({description: 'a channel of the policy', required: true})}
  static override flags = {
    'secret-file': Flags.string({
      summary: 'the file; its first line is read when something is sent',
      helpValue: 'FILE',
    }),
    'ca-file': Flags.string({
      summary: 'certificates, PEM, that the server’s must lead to, in place of those that Node trusts',
      helpValue: 'FILE',
      dependsOn: ['secret-file'],
    }),
    forget: Flags.boolean({summary: 'forget the file', default: false, exclusive: ['secret-file']}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(NotificationConnect)
    const {name, kind} = channelNamed(this.app, args.channel)
    const file = flags['secret-file']
    if ((file === undefined) !== flags.forget)
      throw new KeyriteError('USAGE', 'expected --secret-file FILE, or --forget')
    if (file !== undefined) readSecretFile(file).wipe()
    const ca = flags['ca-file']
    if (ca !== undefined) readPublic(ca, 1_000_000)
    const caFile = ca === undefined ? undefined : resolve(ca)
    writeChannel(this.world.home, name, file === undefined ? null : {secretFile: resolve(file), caFile})
    return this.show({schema: 'keyrite.channel/1', exit: 0, name, kind, connected: file !== undefined}, [
      file === undefined
        ? `Channel "${name}" is forgotten on this machine.`
        : `Channel "${name}" (${kind}) is ready on this machine: its secret is read from ${resolve(file)} when something is sent.`,
      ...(file === undefined ? [] : [`Next: keyrite notification test ${name}`]),
    ])
  }
}
