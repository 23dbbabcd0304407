import {planRestore} from '../../requests/index.ts'
import type {Shown} from '../../ui/command.ts'
import {personArg} from '../../ui/flags.ts'
import {askFlags} from '../../ui/key-change.ts'
import {PeopleChange} from '../../ui/people-change.ts'

export default class CustodianRestore extends PeopleChange {
  static override summary = 'End a suspension: the signatures of the person count again.'
  static override description =
    'The roster quorum approves it. A key that somebody else may hold is replaced first: custodian replace-key.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> dave --dry-run',
    '<%= config.bin %> <%= command.id %> dave --reason "checked with them" --sign-with alice=alice.pub --sign-with bob=bob.pub --sign-with carol=carol.pub',
  ]
  static override args = personArg
  static override flags = askFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CustodianRestore)
    return this.change(planRestore(this.app.ledger, this.person(args.person)), flags)
  }
}
