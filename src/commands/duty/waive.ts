import {Args, Flags} from '@oclif/core'
import {dutyDocument, findDuty, waiveDuty} from '../../duties/index.ts'
import {stated} from '../../ui/actor.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {untilDay} from '../../ui/evidence.ts'
import {dutyLines} from '../../ui/show-duty.ts'

export default class DutyWaive extends KeyriteCommand {
  static override summary = 'Put a duty off until a day, with a reason; after that day it is owed again.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> d57 --reason "the device is in repair" --until 2027-03-31 --as erin',
  ]
  static override args = {
    duty: Args.string({description: 'its id, such as d57, or its name', required: true}),
  }
  static override flags = {
    reason: Flags.string({summary: 'why, as the ledger will keep it', helpValue: 'TEXT', required: true}),
    until: Flags.string({
      summary: 'the last day on which it need not be done, or an RFC 3339 time',
      helpValue: 'DATE',
      required: true,
    }),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(DutyWaive)
    const until = untilDay(flags.until, '--until')
    const {ledger} = this.app
    const duty = findDuty(ledger, args.duty)
    ledger.demandWriter()
    const person = await this.actor()
    const by = {...stated(person), person: person.id}
    const after = await waiveDuty(ledger, duty, by, {reason: flags.reason, until})
    const document = dutyDocument(ledger, after)
    return this.show({schema: 'keyrite.duty/1', ...document}, dutyLines(this.print, document))
  }
}
