import {Args} from '@oclif/core'
import {readPublic} from '../../base/files.ts'
import {findIncident, incidentDocument} from '../../incidents/index.ts'
import {absorbDrafts, journalLimitBytes} from '../../incidents/journal/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {contextFor} from '../../ui/gather.ts'
import {incidentLines} from '../../ui/incident/screen.ts'

export default class IncidentAbsorb extends KeyriteCommand {
  static override summary =
    'Take in the journal of a revocation that the ledger could not record, once it can.'
  static override description =
    'Its signatures, its ledger and its lines are verified; the clock is that of the journal. What it says was done is looked at again by keyrite incident resume.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> incident-3f2a.jsonl',
    '<%= config.bin %> <%= command.id %> incident-3f2a.jsonl --json',
  ]
  static override args = {file: Args.string({description: 'the journal', required: true})}

  async execute(): Promise<Shown> {
    const {args} = await this.parse(IncidentAbsorb)
    const {ledger} = this.app
    ledger.demandWriter()
    const context = contextFor(this.app, await this.actor())
    const {incident, draft} = await absorbDrafts(context, readPublic(args.file, journalLimitBytes))
    this.concerns = incident.key
    await ledger.append([draft])
    const one = incidentDocument(ledger, findIncident(ledger, incident.id))
    return this.show({schema: 'keyrite.incident/1', ...one}, incidentLines(this.print, one))
  }
}
