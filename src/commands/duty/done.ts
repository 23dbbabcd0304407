import {Args, Flags} from '@oclif/core'
import {dutyDocument, findDuty, meetDuty} from '../../duties/index.ts'
import {evidenceFrom} from '../../ui/evidence.ts'
import {stated} from '../../ui/actor.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {dutyLines} from '../../ui/show-duty.ts'

export default class DutyDone extends KeyriteCommand {
  static override summary = 'Record that a duty is done, and what shows it.'
  static override description =
    'Where --evidence names a file, its name and SHA-256 are recorded (privately), not what is in it: keep the file.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> d57 --evidence "inventory row 118" --as alice',
    '<%= config.bin %> <%= command.id %> d58 --evidence restore-test.pdf --as bob',
  ]
  static override args = {
    duty: Args.string({description: 'its id, such as d57, or its name', required: true}),
  }
  static override flags = {
    evidence: Flags.string({
      summary: 'what shows it: words, or a file',
      helpValue: 'TEXT|FILE',
      required: true,
    }),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(DutyDone)
    const {ledger} = this.app
    const duty = findDuty(ledger, args.duty)
    ledger.demandWriter()
    const evidence = evidenceFrom(flags.evidence)
    const person = await this.actor()
    const after = await meetDuty(ledger, duty, {...stated(person), person: person.id}, evidence)
    const document = dutyDocument(ledger, after)
    return this.show({schema: 'keyrite.duty/1', ...document}, dutyLines(this.print, document))
  }
}
