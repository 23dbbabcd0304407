import {Args} from '@oclif/core'
import {dutyDocument, findDuty} from '../../duties/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {dutyLines} from '../../ui/show-duty.ts'

export default class DutyShow extends KeyriteCommand {
  static override summary = 'Show one duty: what is owed, by whom, until when, and what became of it.'
  static override examples = ['<%= config.bin %> <%= command.id %> d57']
  static override args = {
    duty: Args.string({description: 'its id, such as d57, or its name', required: true}),
  }

  async execute(): Promise<Shown> {
    const {args} = await this.parse(DutyShow)
    const {ledger} = this.app
    const document = dutyDocument(ledger, findDuty(ledger, args.duty))
    const {id, status} = document
    return this.show({schema: 'keyrite.duty/1', ...document}, [
      ...dutyLines(this.print, document),
      ...(status === 'done' ? [] : ['', `Next: keyrite duty done ${id} --evidence TEXT|FILE`]),
    ])
  }
}
