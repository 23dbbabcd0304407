import {backupArgs, BackupChange} from '../../ui/backup-change.ts'
import type {Shown} from '../../ui/command.ts'
import {askFlags} from '../../ui/key-change.ts'

export default class BackupRestore extends BackupChange {
  static override summary =
    'Take back the deletion of a backup of a CloudHSM cluster, approved by people. No cluster is made from it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> hsm-cluster backup-abcdefghijk --dry-run',
    '<%= config.bin %> <%= command.id %> hsm-cluster backup-abcdefghijk --sign-with alice=alice.key --sign-with bob=bob.pub',
  ]
  static override args = backupArgs
  static override flags = askFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(BackupRestore)
    return this.change({act: 'restore', ...args, region: null}, flags)
  }
}
