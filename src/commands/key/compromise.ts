import type {Shown} from '../../ui/command.ts'
import {finalFlags, keyArg, KeyMove} from '../../ui/key-move.ts'

export default class KeyCompromise extends KeyMove {
  static override summary = 'Call a key compromised: it is disabled, and no path leads back.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --reason "private key seen in a log" --confirm payments-jwt@hsm',
    '<%= config.bin %> <%= command.id %> payments-jwt --reason "found on a lost laptop" --dry-run',
  ]
  static override args = keyArg
  static override flags = finalFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyCompromise)
    return this.move('compromise', args.key, flags)
  }
}
