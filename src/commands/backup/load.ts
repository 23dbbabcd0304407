import {Args, Flags} from '@oclif/core'
import {planWhole, wholeBackupsOf} from '../../backups/index.ts'
import {profileOf} from '../../keys/index.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {changeFlags} from '../../ui/key-change.ts'
import {lastWhole, opensBy, sasFlag, textIn} from '../../ui/whole-backup.ts'

export default class BackupLoad extends AskingCommand {
  static override summary =
    'Have a Managed HSM of Azure take in a backup of its keys: all of them in place of what is there, or one.'
  static override description =
    'Azure takes in a whole backup only where one was made in the half hour before, and answers nothing else meanwhile. Afterwards it is looked which versions of the ledger are there.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> azure-hsm --from https://acme.blob.core.windows.net/backups/mhsm-acme-2026112812000000 --key orders-dek --dry-run',
    '<%= config.bin %> <%= command.id %> azure-hsm --from https://acme.blob.core.windows.net/backups/mhsm-acme-2026112812000000 --sas-file sas.txt --confirm everything@azure-hsm',
  ]
  static override args = {profile: Args.string({description: 'the profile of a Managed HSM', required: true})}
  static override flags = {
    from: Flags.string({
      summary: 'the folder',
      helpValue: 'https://ACCOUNT/CONTAINER/FOLDER',
      required: true,
    }),
    key: Flags.string({summary: 'this key alone, as the HSM calls it', helpValue: 'NAME'}),
    'sas-file': sasFlag,
    confirm: Flags.string({
      summary: 'what is replaced and where, to skip the question',
      helpValue: 'everything@PROFILE|KEY@PROFILE',
    }),
    ...changeFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(BackupLoad)
    const {ledger} = this.app
    const {name} = profileOf(ledger.view, args.profile)
    wholeBackupsOf(await this.app.provider(name))
    const {opens, material} = opensBy(flags['sas-file'])
    const key = flags.key ?? null
    const planned = planWhole(ledger.view, 'load', name, {from: flags.from, key, opens})
    const done = (): Shown => {
      const said = lastWhole(ledger, 'backup.loaded', name)
      const [there, lost] = [Number(textIn(said, 'there')), said['missing'] as readonly string[]]
      return this.show({schema: 'keyrite.whole-restore/1', profile: name, key, there, missing: [...lost]}, [
        `The service says that it is restored. Of the versions that the ledger has of it, ${there} ${there === 1 ? 'is' : 'are'} there.`,
        ...(lost.length === 0 ? [] : [`NOT THERE: versions of ${lost.join(', ')}.`]),
        `Next: keyrite key sync --profile ${name}`,
      ])
    }
    const final = {
      name: `${key ?? 'everything'}@${name}`,
      given: flags.confirm,
      warning: 'What is there of it now is replaced, and does not come back.',
    }
    return this.asked(planned, flags, done, {final, material})
  }
}
