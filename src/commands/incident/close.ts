import {Args, Flags} from '@oclif/core'
import {findIncident, incidentDocument} from '../../incidents/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {pinFileFlag} from '../../ui/flags.ts'
import {contextFor, demandName} from '../../ui/gather.ts'
import {closeIncident} from '../../ui/incident/close.ts'
import {incidentLines} from '../../ui/incident/screen.ts'
import {outcomeOf, tellOf, toldLines} from '../../ui/incident/told.ts'

export default class IncidentClose extends KeyriteCommand {
  static override summary =
    'Close an incident, once nothing of it is open; or call its key compromised, for good.'
  static override description =
    'What was contained must be ratified, and every duty that came of it done, or waived here by name with a reason. Without --confirmed-compromise the key stays as it is.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> i41',
    '<%= config.bin %> <%= command.id %> i41 --confirmed-compromise --confirm payments-jwt@hsm',
    '<%= config.bin %> <%= command.id %> i41 --waive breach-assessed --reason "no personal data, legal 2026-11-29"',
  ]
  static override args = {
    incident: Args.string({description: 'its id, or the key that it is about', required: true}),
  }
  static override flags = {
    'confirmed-compromise': Flags.boolean({
      summary: 'the key was in foreign hands: it is called compromised, and no path leads back',
    }),
    confirm: Flags.string({
      summary: 'its name and profile again, to skip the question',
      helpValue: 'NAME@PROFILE',
    }),
    waive: Flags.string({
      summary: 'a duty of this incident that is not waited for, any number of times',
      helpValue: 'DUTY',
      multiple: true,
    }),
    reason: Flags.string({summary: 'why duties are waived (private)'}),
    'pin-file': pinFileFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(IncidentClose)
    const {app} = this
    app.ledger.demandWriter()
    const incident = findIncident(app.ledger, args.incident)
    this.concerns = incident.key
    const confirmed = flags['confirmed-compromise']
    const closing = {confirmed, waive: flags.waive ?? [], reason: flags.reason ?? null}
    const name = `${incident.key}@${incident.profile}`
    await closeIncident(app, contextFor(app, await this.actor()), incident, closing, () =>
      demandName(app, {name, given: flags.confirm}),
    )
    const one = incidentDocument(app.ledger, findIncident(app.ledger, incident.id))
    const told = await outcomeOf(tellOf(app, one, 'closed'))
    return this.show({schema: 'keyrite.incident/1', ...one, told: told ?? []}, [
      ...incidentLines(this.print, one),
      '',
      ...toldLines(app, told),
    ])
  }
}
