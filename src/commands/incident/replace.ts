import {Args} from '@oclif/core'
import {demandOpenIncident, findIncident, incidentDocument, planReplace} from '../../incidents/index.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {incidentLines} from '../../ui/incident/screen.ts'
import {changeFlags} from '../../ui/key-change.ts'

export default class IncidentReplace extends AskingCommand {
  static override summary =
    'Put another key in the place of one that is revoked: by the emergency quorum, 2 of the emergency contacts unless policy says otherwise.'
  static override description =
    'Another version is made where the key lies, in a way in which nobody uses it before its time, or the standby is taken if one waits. It is activated and tried by the prover, made primary, and given the aliases of the key where its place has them. After a crash the same command goes on, and makes nothing twice.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> i41 --sign-with carol=carol.pub --sign-with dan=dan.pub',
    '<%= config.bin %> <%= command.id %> i41 --dry-run',
  ]
  static override args = {
    incident: Args.string({description: 'its id, or the key that it is about', required: true}),
  }
  static override flags = changeFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(IncidentReplace)
    const {ledger} = this.app
    const incident = findIncident(ledger, args.incident)
    this.concerns = incident.key
    demandOpenIncident(incident, 'replace the key of')
    const plan = planReplace(ledger.view, incident)
    if (plan.phases.some(({name}) => name === 'make'))
      await this.demandOffered(findKey(ledger, incident.key).spec, plan, 'replace')
    return this.asked({plan, names: {}}, flags, () => {
      const one = incidentDocument(ledger, findIncident(ledger, incident.id))
      return this.show({schema: 'keyrite.incident/1', ...one}, incidentLines(this.print, one))
    })
  }
}
