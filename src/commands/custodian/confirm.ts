import {planConfirm} from '../../requests/index.ts'
import type {Shown} from '../../ui/command.ts'
import {personArg} from '../../ui/flags.ts'
import {askFlags} from '../../ui/key-change.ts'
import {PeopleChange} from '../../ui/people-change.ts'

export default class CustodianConfirm extends PeopleChange {
  static override summary = 'Confirm a suspension, so that it lasts until the person is restored.'
  static override description = 'The roster quorum approves it; the person whom it is about does not answer.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> dave --dry-run',
    '<%= config.bin %> <%= command.id %> dave --reason "checked with them" --sign-with alice=alice.pub --sign-with bob=bob.pub --sign-with carol=carol.pub',
  ]
  static override args = personArg
  static override flags = askFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CustodianConfirm)
    return this.change(planConfirm(this.app.ledger, this.person(args.person)), flags)
  }
}
