import {Args, Flags} from '@oclif/core'
import {keptBackups} from '../../backups/index.ts'
import {profileOf} from '../../keys/index.ts'
import {backupDocument} from '../../ui/backup-change.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class BackupList extends KeyriteCommand {
  static override summary =
    'List the backups that the service of a profile makes by itself, the newest first (CloudHSM).'
  static override examples = [
    '<%= config.bin %> <%= command.id %> hsm-cluster',
    '<%= config.bin %> <%= command.id %> hsm-cluster --region eu-west-1 --json',
  ]
  static override args = {
    profile: Args.string({description: 'the profile of kind cloudhsm', required: true}),
  }
  static override flags = {
    region: Flags.string({summary: 'the copies in this region', helpValue: 'REGION'}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(BackupList)
    const {name} = profileOf(this.app.ledger.view, args.profile)
    const region = flags.region ?? null
    const backups = []
    for await (const one of keptBackups(await this.app.provider(name)).list(region))
      backups.push(backupDocument(one))
    const rows = backups.map(({id, state, madeAt, goneAt, copyOf}) => [
      id,
      state,
      madeAt,
      goneAt,
      copyOf === null ? null : `${copyOf.region} ${copyOf.backup}`,
    ])
    const empty = 'There is no backup. CloudHSM makes one each day, and when an HSM comes or goes.'
    return this.show(
      {schema: 'keyrite.backups/1', profile: name, region, backups},
      this.print.table(['Backup', 'State', 'Made', 'Gone at', 'Copy of'], rows, empty),
    )
  }
}
