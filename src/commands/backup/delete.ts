import {Flags} from '@oclif/core'
import {backupArgs, BackupChange} from '../../ui/backup-change.ts'
import type {Shown} from '../../ui/command.ts'
import {askFlags} from '../../ui/key-change.ts'

export default class BackupDelete extends BackupChange {
  static override summary =
    'Delete a backup of a CloudHSM cluster, approved by people; for seven days it can be restored.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> hsm-cluster backup-abcdefghijk --dry-run',
    '<%= config.bin %> <%= command.id %> hsm-cluster backup-abcdefghijk --confirm backup-abcdefghijk@hsm-cluster',
  ]
  static override args = backupArgs
  static override flags = {
    confirm: Flags.string({
      summary: 'its id and profile again, to skip the question',
      helpValue: 'BACKUP@PROFILE',
    }),
    ...askFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(BackupDelete)
    return this.change({act: 'delete', ...args, region: null, confirmed: flags.confirm}, flags)
  }
}
