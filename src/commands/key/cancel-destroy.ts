import {planCancel} from '../../keys/index.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {keyArg, KeyMove, moveFlags} from '../../ui/key-move.ts'

export default class KeyCancelDestroy extends KeyMove {
  static override summary =
    'Take a scheduled destruction back, while it waits: the key is again what it was before.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-2024 --reason "invoices of 2019 still need it" --sign-with alice=alice.key --sign-with bob=bob.pub',
  ]
  static override args = keyArg
  static override flags = moveFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyCancelDestroy)
    this.concerns = args.key
    const {ledger} = this.app
    const {name} = findKey(ledger, args.key)
    return this.change(name, planCancel(ledger.view, name, flags.version ?? null), flags)
  }
}
