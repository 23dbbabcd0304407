import {Flags} from '@oclif/core'
import {planDelete} from '../../keys/index.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {KeyChange} from '../../ui/key-change.ts'
import {finalFlags, keyArg} from '../../ui/key-move.ts'

export default class KeyDelete extends KeyChange {
  static override summary =
    'Delete from the lists of its service what is destroyed already: one version, or the key with all of them.'
  static override description =
    'For keys in Google Cloud KMS, and only those that it made: it keeps versions that were brought from outside. Nobody can take it back, and the name is never given again. keyrite key destroy comes first; the ledger keeps what it knows of the key.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-2024 --reason "nobody is to ask what it was" --version=1 --confirm payments-2024@kms',
    '<%= config.bin %> <%= command.id %> payments-2024 --reason "the service ends" --confirm payments-2024@kms',
  ]
  static override args = keyArg
  static override flags = {
    ...finalFlags,
    version: Flags.integer({
      summary: 'which version; all of them and then the key unless told',
      helpValue: 'N',
      min: 1,
    }),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyDelete)
    this.concerns = args.key
    const {ledger} = this.app
    const {name, profile} = findKey(ledger, args.key)
    const planned = planDelete(ledger.view, name, flags.version ?? null)
    return this.change(name, planned, flags, {
      final: {name: `${name}@${profile}`, given: flags.confirm},
    })
  }
}
