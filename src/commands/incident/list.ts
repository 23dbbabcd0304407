import {Flags} from '@oclif/core'
import {
  drillMarked,
  incidentDocument,
  incidents,
  isOpen,
  lastDrill,
  type IncidentDocument,
} from '../../incidents/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {drillInWords} from '../../ui/incident/screen.ts'

const order = (one: IncidentDocument): number =>
  one.drill
    ? 4
    : one.status === 'closed'
      ? 3
      : one.open.some(({overdue}) => overdue)
        ? 0
        : one.proof === 'proven'
          ? 2
          : 1

/** As the screen of one incident says it. */
const howDead = {proven: 'dead', 'not-proven': 'NOT PROVED DEAD', 'still-usable': 'STILL USABLE'} as const

export default class IncidentList extends KeyriteCommand {
  static override summary =
    'List incidents, worst first, and when the last drill was held; exit 10 when something of an incident is overdue.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --all --json',
  ]
  static override flags = {all: Flags.boolean({summary: 'also those that are closed'})}

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(IncidentList)
    const {ledger} = this.app
    const all = [...ledger.of(incidents).all.values()]
      .filter((one) => flags.all || isOpen(one))
      .map((one) => incidentDocument(ledger, one))
      .sort((a, b) => order(a) - order(b) || (a.startedAt < b.startedAt ? -1 : 1))
    const late = all.some(({drill, open}) => !drill && open.some(({overdue}) => overdue))
    const last = lastDrill(ledger)
    const rows = all.map((one) => [
      one.id,
      one.key,
      drillMarked(
        one.drill,
        one.status === 'closed'
          ? `closed: ${one.outcome ?? ''}`
          : one.contained
            ? howDead[one.proof]
            : 'NOT CONTAINED',
      ),
      `${one.startedAt.slice(5, 10)} ${one.startedAt.slice(11, 16)}Z`,
      one.open[0]?.command ?? (one.status === 'open' ? `keyrite incident close ${one.id}` : null),
    ])
    return this.show({schema: 'keyrite.incidents/1', exit: late ? 10 : 0, incidents: all, lastDrill: last}, [
      ...this.print.table(['Id', 'Key', 'Status', 'Began', 'Next'], rows, 'No incident is open.'),
      '',
      drillInWords(last, ledger.time),
    ])
  }
}
