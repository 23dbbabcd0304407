import {ceremonyFold} from '../../ceremony/fold.ts'
import {statusOfCeremony} from '../../ceremony/state.ts'
import {documentOf} from '../../ui/ceremony.ts'
import {nextLines} from '../../ui/show-ceremony.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class CeremonyList extends KeyriteCommand {
  static override summary = 'List ceremonies, those that wait for something first.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  async execute(): Promise<Shown> {
    await this.parse(CeremonyList)
    const order = ['stopped', 'running', 'waiting-for-signatures', 'signed-off', 'aborted']
    const all = [...this.app.ledger.of(ceremonyFold).values()]
      .sort(
        (a, b) => order.indexOf(statusOfCeremony(a)) - order.indexOf(statusOfCeremony(b)) || b.seq - a.seq,
      )
      .map((one) => documentOf(this.app, one))
    const rows = all.map(({id, title, status, steps}) => [
      id.slice(0, 8),
      title,
      status,
      `${steps.done} of ${steps.of}`,
    ])
    const [first] = all
    return this.show({schema: 'keyrite.ceremonies/1', ceremonies: all}, [
      ...this.print.table(
        ['Ceremony', 'Title', 'Status', 'Steps'],
        rows,
        'No ceremony yet. Next: keyrite ceremony templates',
      ),
      ...(first === undefined || first.status === 'signed-off' ? [] : nextLines(first)),
    ])
  }
}
