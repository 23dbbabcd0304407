import {planSuspend} from '../../requests/index.ts'
import type {Shown} from '../../ui/command.ts'
import {personArg} from '../../ui/flags.ts'
import {askFlags} from '../../ui/key-change.ts'
import {PeopleChange} from '../../ui/people-change.ts'

export default class CustodianSuspend extends PeopleChange {
  static override summary =
    'Suspend a person at once: none of their signatures count, on open requests neither.'
  static override description =
    'The person themselves, or one security lead, signs for it alone. By themselves it lasts until the roster quorum restores them; by somebody else it ends after 72 hours unless the roster quorum confirms it, and cannot be repeated by the same.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> dave --dry-run',
    '<%= config.bin %> <%= command.id %> dave --reason "laptop stolen" --as dave --sign-with dave=dave.pub',
  ]
  static override args = personArg
  static override flags = askFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CustodianSuspend)
    return this.change(planSuspend(this.app.ledger, this.person(args.person), await this.actor()), flags)
  }
}
