import {Args} from '@oclif/core'
import {findIncident, incidentDocument, noteIncident} from '../../incidents/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {contextFor} from '../../ui/gather.ts'
import {incidentLines} from '../../ui/incident/screen.ts'

export default class IncidentNote extends KeyriteCommand {
  static override summary = 'Write a line into an incident, for those who read of it later (private).'
  static override examples = [
    '<%= config.bin %> <%= command.id %> i41 "pager to checkout, answered 03:20Z"',
    '<%= config.bin %> <%= command.id %> payments-jwt "WAF rule 17 blocks the old kid" --json',
  ]
  static override args = {
    incident: Args.string({description: 'its id, or the key that it is about', required: true}),
    text: Args.string({description: 'what to write', required: true}),
  }

  async execute(): Promise<Shown> {
    const {args} = await this.parse(IncidentNote)
    const {ledger} = this.app
    ledger.demandWriter()
    const incident = findIncident(ledger, args.incident)
    const noted = await noteIncident(contextFor(this.app, await this.actor()), incident, args.text)
    const one = incidentDocument(ledger, noted)
    return this.show({schema: 'keyrite.incident/1', ...one}, incidentLines(this.print, one))
  }
}
