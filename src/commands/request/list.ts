import {Flags} from '@oclif/core'
import {requests} from '../../requests/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {foundingLine, requestLine, waits} from '../../ui/show-request.ts'

export default class RequestList extends KeyriteCommand {
  static override summary = 'List what waits for people, each with the command that deals with it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --all --json',
  ]
  static override flags = {all: Flags.boolean({summary: 'also those that are over'})}

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(RequestList)
    this.app.useDraft()
    const {ledger, operations} = this.app
    const founding = foundingLine(ledger)
    const waiting = [...ledger.of(requests).all.values()]
      .filter((request) => flags.all || waits(ledger, operations, request))
      .sort((a, b) => (a.expires < b.expires ? -1 : 1))
      .map((request) => requestLine(ledger, operations, request))
    const lines = [...(founding === undefined ? [] : [founding]), ...waiting]
    const rows = lines.map(({id, inWords, status, missing, inTheWay, next}) => [
      ...[id, status, inWords],
      ...[inTheWay === null ? missing : `cannot be done: ${inTheWay}`, next],
    ])
    return this.show(
      {schema: 'keyrite.requests/1', requests: lines},
      this.print.table(['Request', 'Status', 'What', 'Missing', 'Next'], rows, 'Nothing waits for people.'),
    )
  }
}
