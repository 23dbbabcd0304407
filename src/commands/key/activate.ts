import {Args} from '@oclif/core'
import {planActivate} from '../../keys/index.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {changeFlags, KeyChange} from '../../ui/key-change.ts'

export default class KeyActivate extends KeyChange {
  static override summary =
    'Activate a key that was made and proved: from then on it signs, encrypts, or whatever it is for.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --sign-with alice=alice.key --sign-with bob=bob.pub',
    '<%= config.bin %> <%= command.id %> payments-jwt --dry-run',
  ]
  static override args = {key: Args.string({description: "the key's name", required: true})}
  static override flags = changeFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyActivate)
    this.concerns = args.key
    const {ledger} = this.app
    const {name} = findKey(ledger, args.key)
    return this.change(name, planActivate(ledger.view, name), flags)
  }
}
