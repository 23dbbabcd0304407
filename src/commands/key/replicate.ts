import {Flags} from '@oclif/core'
import {planReplicate} from '../../keys/index.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {KeyChange} from '../../ui/key-change.ts'
import {keyArg, moveFlags} from '../../ui/key-move.ts'

export default class KeyReplicate extends KeyChange {
  static override summary =
    'Copy a key to other regions of its service, or make the copy in one of them the primary.'
  static override description =
    'For multi-Region keys in AWS KMS: those of a profile with --replica-regions. A copy can be used by itself, and has a state of its own: keyrite switches all of them on and off.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> orders-dek --region eu-west-1',
    '<%= config.bin %> <%= command.id %> orders-dek --region eu-west-1 --primary eu-west-1 --reason "failover"',
  ]
  static override args = keyArg
  static override flags = {
    ...moveFlags,
    region: Flags.string({
      summary: 'where it shall lie too',
      helpValue: 'R',
      multiple: true,
      default: [],
    }),
    primary: Flags.string({summary: 'the region whose copy becomes the primary', helpValue: 'R'}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyReplicate)
    this.concerns = args.key
    const {ledger} = this.app
    const {name} = findKey(ledger, args.key)
    const wish = {regions: flags.region, primary: flags.primary ?? null}
    return this.change(name, planReplicate(ledger.view, name, wish, flags.version ?? null), flags)
  }
}
