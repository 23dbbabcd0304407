import {Args} from '@oclif/core'
import {demandOpenIncident, findIncident} from '../../incidents/index.ts'
import type {Shown} from '../../ui/command.ts'
import {ContainCommand, containFlags} from '../../ui/incident/contain.ts'

export default class IncidentResume extends ContainCommand {
  static override summary = 'Go on with an incident: contain what is not contained yet, and prove it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> i41',
    '<%= config.bin %> <%= command.id %> i41 --sign-with dan=dan.pub --json',
  ]
  static override args = {
    incident: Args.string({description: 'its id, or the key that it is about', required: true}),
  }
  static override flags = containFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(IncidentResume)
    const {ledger} = this.app
    ledger.demandWriter()
    const incident = findIncident(ledger, args.incident)
    this.concerns = incident.key
    demandOpenIncident(incident, 'go on with')
    return this.contain(incident, flags, await this.actor())
  }
}
