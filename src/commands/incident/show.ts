import {Args} from '@oclif/core'
import {findIncident, incidentDocument} from '../../incidents/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {incidentLines} from '../../ui/incident/screen.ts'

export default class IncidentShow extends KeyriteCommand {
  static override summary = 'Show an incident: whether the key is dead, what is open, and what to type next.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> i41',
    '<%= config.bin %> <%= command.id %> payments-jwt --json',
  ]
  static override args = {
    incident: Args.string({description: 'its id, or the key that an open one is about', required: true}),
  }

  async execute(): Promise<Shown> {
    const {args} = await this.parse(IncidentShow)
    const {ledger} = this.app
    const one = incidentDocument(ledger, findIncident(ledger, args.incident))
    return this.show({schema: 'keyrite.incident/1', ...one}, incidentLines(this.print, one))
  }
}
