import {Flags} from '@oclif/core'
import {custodyFold, findPerson} from '../../custody/index.ts'
import {duties, dutyDocument, statusOfDuty, worstFirst} from '../../duties/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {dutyRows} from '../../ui/show-duty.ts'

export default class DutyList extends KeyriteCommand {
  static override summary =
    'List what people owe after ceremonies, worst first; exit 10 when something is overdue.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --overdue --owner alice --json',
  ]
  static override flags = {
    overdue: Flags.boolean({summary: 'only what is overdue', exclusive: ['all']}),
    all: Flags.boolean({summary: 'also what was done'}),
    owner: Flags.string({summary: 'only what this person owes', helpValue: 'PERSON'}),
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(DutyList)
    const {ledger} = this.app
    const now = ledger.time
    const owner = flags.owner === undefined ? null : findPerson(ledger.of(custodyFold).roster, flags.owner).id
    const wanted = worstFirst(ledger.of(duties).values(), now).filter(
      (one) =>
        (owner === null || one.owners.includes(owner)) &&
        (flags.all || statusOfDuty(one, now) !== 'done') &&
        (!flags.overdue || statusOfDuty(one, now) === 'overdue'),
    )
    const all = wanted.map((one) => dutyDocument(ledger, one))
    const late = all.find(({overdue}) => overdue)
    const next = late ?? all.find(({status}) => status === 'open')
    return this.show({schema: 'keyrite.duties/1', exit: late === undefined ? 0 : 10, duties: all}, [
      ...dutyRows(this.print, all, flags.overdue ? 'Nothing is overdue.' : 'Nobody owes anything.'),
      ...(next === undefined
        ? []
        : ['', `Next: keyrite duty show ${next.id}; keyrite duty done ${next.id} --evidence TEXT|FILE`]),
    ])
  }
}
