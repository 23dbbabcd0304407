import {planRetire} from '../../requests/index.ts'
import type {Shown} from '../../ui/command.ts'
import {personArg} from '../../ui/flags.ts'
import {askFlags} from '../../ui/key-change.ts'
import {PeopleChange} from '../../ui/people-change.ts'

export default class CustodianRetire extends PeopleChange {
  static override summary = 'Retire a person for good: none of their signatures count any more.'
  static override description =
    'The roster quorum approves it; the person whom it is about does not answer. It is refused where too few would be left to change the roster. To come back they are enrolled anew, with a new key.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> dave --dry-run',
    '<%= config.bin %> <%= command.id %> dave --reason "checked with them" --sign-with alice=alice.pub --sign-with bob=bob.pub --sign-with carol=carol.pub',
  ]
  static override args = personArg
  static override flags = askFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CustodianRetire)
    return this.change(planRetire(this.app.ledger, this.person(args.person)), flags)
  }
}
