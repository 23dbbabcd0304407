import {
  continuationDocument,
  continuationFold,
  continuationInWords,
  custodyFold,
} from '../../custody/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {personDocument, stateInWords} from '../../ui/show-people.ts'

export default class CustodianList extends KeyriteCommand {
  static override summary = 'List the people of the roster, with their roles and whether they count.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  async execute(): Promise<Shown> {
    await this.parse(CustodianList)
    const {ledger} = this.app
    const people = [...ledger.of(custodyFold).roster.values()]
      .map((person) => personDocument(ledger, person))
      .sort((a, b) => ((a.name ?? a.id) < (b.name ?? b.id) ? -1 : 1))
    const rows = people.map((person) => [
      person.name,
      person.address ?? person.id,
      person.roles,
      [...new Set(person.keys.map((key) => key.class))],
      stateInWords(person),
    ])
    const next = people.flatMap((person) => (person.next === null ? [] : [`Next: ${person.next}`]))
    const continuation = ledger.of(continuationFold)
    const said = continuationInWords(continuation)
    return this.show(
      {schema: 'keyrite.custodians/1', people, continues: continuationDocument(continuation)},
      [
        ...(said === null ? [] : [`This ledger ${said}.`, '']),
        ...this.print.table(
          ['Name', 'Address', 'Roles', 'Keys', 'State'],
          rows,
          'There is nobody in the roster.',
        ),
        ...(next.length === 0 ? [] : ['', ...next]),
      ],
    )
  }
}
