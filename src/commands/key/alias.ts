import {Args} from '@oclif/core'
import {planAlias} from '../../keys/index.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {KeyChange} from '../../ui/key-change.ts'
import {keyArg, moveFlags} from '../../ui/key-move.ts'

export default class KeyAlias extends KeyChange {
  static override summary =
    'Give a key an alias at its service, or move one to it: whoever uses that name uses this key from then on.'
  static override description =
    'For keys in AWS KMS, which moves an alias between keys of one usage only. It is set in every region in which the key lies.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt alias/payments',
    '<%= config.bin %> <%= command.id %> payments-jwt payments --reason "it is used from today"',
  ]
  static override args = {
    ...keyArg,
    alias: Args.string({description: 'the name, with or without alias/ before it', required: true}),
  }
  static override flags = moveFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyAlias)
    this.concerns = args.key
    const {ledger} = this.app
    const {name} = findKey(ledger, args.key)
    return this.change(name, planAlias(ledger.view, name, args.alias, flags.version ?? null), flags)
  }
}
