import {Args, Flags} from '@oclif/core'
import {planWhole, wholeBackupsOf} from '../../backups/index.ts'
import {profileOf} from '../../keys/index.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {changeFlags} from '../../ui/key-change.ts'
import {lastWhole, opensBy, sasFlag, textIn} from '../../ui/whole-backup.ts'

export default class BackupStart extends AskingCommand {
  static override summary =
    'Have a Managed HSM of Azure write a backup of all its keys to a storage container, and wait until it is there.'
  static override description =
    'The service encrypts it, and keyrite sees nothing of it. Elsewhere only a Managed HSM with the same security domain opens it (keyrite backup domain). Without --sas-file the HSM’s own identity opens the storage.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> azure-hsm --to https://acme.blob.core.windows.net/backups --dry-run',
    '<%= config.bin %> <%= command.id %> azure-hsm --to https://acme.blob.core.windows.net/backups --sas-file sas.txt --sign-with alice=alice.pub',
  ]
  static override args = {profile: Args.string({description: 'the profile of a Managed HSM', required: true})}
  static override flags = {
    to: Flags.string({summary: 'the container', helpValue: 'https://ACCOUNT/CONTAINER', required: true}),
    'sas-file': sasFlag,
    ...changeFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(BackupStart)
    const {ledger} = this.app
    const {name} = profileOf(ledger.view, args.profile)
    wholeBackupsOf(await this.app.provider(name))
    const {opens, material} = opensBy(flags['sas-file'])
    const planned = planWhole(ledger.view, 'start', name, {to: flags.to, opens})
    const done = (): Shown => {
      const folder = textIn(lastWhole(ledger, 'backup.started', name), 'folder')
      return this.show({schema: 'keyrite.whole-backup/1', profile: name, folder}, [
        `The service says that its backup is at ${folder}. That it lies there is the service’s word: nobody else reads it, and only taking it in tries it.`,
        `Taken in again by: keyrite backup load ${name} --from ${folder}${opens === 'token' ? ' --sas-file FILE' : ''}; elsewhere its security domain must be there.`,
      ])
    }
    return this.asked(planned, flags, done, {material})
  }
}
