import {Flags} from '@oclif/core'
import {custodyFold, findPerson} from '../../custody/index.ts'
import {duties, dutyDocument, statusOfDuty, worstFirst} from '../../duties/index.ts'
import {dueEnds} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {dutyRows, endLines} from '../../ui/show-duty.ts'

export default class DutyList extends KeyriteCommand {
  static override summary =
    'List what people owe after ceremonies, worst first, and keys whose end has come; exit 10 when something is overdue.'
  static override description =
    'A key whose destruction was approved waits: for its grace, and then for the days in which that can be taken back. When such a wait is over nothing happens by itself: it is listed here until somebody goes on with it, or takes it back.'
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
    const ends = dueEnds(ledger).filter((one) => owner === null || one.owner === owner)
    const all = wanted.map((one) => dutyDocument(ledger, one))
    const late = all.find(({overdue}) => overdue)
    const next = late ?? all.find(({status}) => status === 'open')
    const exit = late === undefined && ends.length === 0 ? 0 : 10
    const empty = flags.overdue ? 'No duty is overdue.' : 'Nobody owes anything.'
    return this.show({schema: 'keyrite.duties/1', exit, duties: all, ends}, [
      ...(all.length === 0 && ends.length > 0 ? [] : dutyRows(this.print, all, empty)),
      ...endLines(ends),
      ...(next === undefined
        ? []
        : ['', `Next: keyrite duty show ${next.id}; keyrite duty done ${next.id} --evidence TEXT|FILE`]),
    ])
  }
}
