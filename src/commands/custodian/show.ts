import {custodyFold, findPerson} from '../../custody/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {personArg} from '../../ui/flags.ts'
import {personDocument, personLines} from '../../ui/show-people.ts'

export default class CustodianShow extends KeyriteCommand {
  static override summary =
    'Show a person of the roster: roles, state, and keys with how far each is trusted.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> alice',
    '<%= config.bin %> <%= command.id %> alice@example.com --json',
  ]
  static override args = personArg

  async execute(): Promise<Shown> {
    const {args} = await this.parse(CustodianShow)
    const {ledger} = this.app
    const person = personDocument(ledger, findPerson(ledger.of(custodyFold).roster, args.person))
    return this.show({schema: 'keyrite.custodian/1', ...person}, personLines(this.print, person))
  }
}
