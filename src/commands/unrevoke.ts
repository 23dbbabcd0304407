import {planUnrevoke} from '../incidents/index.ts'
import type {Shown} from '../ui/command.ts'
import {KeyChange} from '../ui/key-change.ts'
import {keyArg, wholeKeyFlags} from '../ui/key-move.ts'

export default class Unrevoke extends KeyChange {
  static override summary =
    'Give a key back that an incident contained: by the full quorum, and as it was before.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --reason "false alarm, INC-123" --confirm payments-jwt@hsm',
    '<%= config.bin %> <%= command.id %> payments-jwt --reason "false alarm" --dry-run',
  ]
  static override args = keyArg
  static override flags = wholeKeyFlags

  async execute(): Promise<Shown> {
    const {args, flags: given} = await this.parse(Unrevoke)
    this.concerns = args.key
    const {plan} = planUnrevoke(this.app.ledger.view, args.key)
    const name = `${args.key}@${plan.profile?.name ?? ''}`
    const warning = 'If the key was in foreign hands, it is in foreign hands again.'
    return this.change(args.key, {plan, names: {}}, given, {
      final: {name, given: given.confirm, warning},
    })
  }
}
