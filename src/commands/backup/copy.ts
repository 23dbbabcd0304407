import {Flags} from '@oclif/core'
import {backupArgs, BackupChange} from '../../ui/backup-change.ts'
import type {Shown} from '../../ui/command.ts'
import {askFlags} from '../../ui/key-change.ts'

export default class BackupCopy extends BackupChange {
  static override summary = 'Copy a backup of a CloudHSM cluster to another region, approved by people.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> hsm-cluster backup-abcdefghijk --region eu-west-1 --dry-run',
    '<%= config.bin %> <%= command.id %> hsm-cluster backup-abcdefghijk --region eu-west-1 --sign-with alice=alice.key --sign-with bob=bob.pub',
  ]
  static override args = backupArgs
  static override flags = {
    region: Flags.string({summary: 'where the copy goes', helpValue: 'REGION', required: true}),
    ...askFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(BackupCopy)
    return this.change({act: 'copy', ...args, region: flags.region}, flags)
  }
}
