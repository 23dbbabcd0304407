import {Args} from '@oclif/core'
import {
  demandOpenIncident,
  findIncident,
  incidentDocument,
  planRatify,
  planUnrevoke,
} from '../../incidents/index.ts'
import {openRequest, requests, statusNow} from '../../requests/index.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {contextFor} from '../../ui/gather.ts'
import {incidentLines} from '../../ui/incident/screen.ts'
import {askFlags} from '../../ui/key-change.ts'

export default class IncidentRatify extends AskingCommand {
  static override summary = 'Let others look at what was contained at night, and sign that: within a day.'
  static override description =
    'Whoever contained it does not sign. A quorum that says no undoes nothing: a request to give the key back is opened then.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> i41 --sign-with bob=bob.pub --sign-with carol=carol.pub',
    '<%= config.bin %> <%= command.id %> i41 --dry-run',
  ]
  static override args = {
    incident: Args.string({description: 'its id, or the key that it is about', required: true}),
  }
  static override flags = askFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(IncidentRatify)
    const {ledger} = this.app
    const incident = findIncident(ledger, args.incident)
    this.concerns = incident.key
    demandOpenIncident(incident, 'ratify')
    const refused = [...ledger.of(requests).all.values()].some(
      (one) =>
        one.operation === 'incident.ratify' &&
        one.plan.change['incident'] === incident.seq &&
        statusNow(ledger, one) === 'rejected',
    )
    const plan = planRatify(ledger.view, incident)
    if (refused) await this.#askBack(incident.key)
    const shown = (): Shown => {
      const one = incidentDocument(ledger, findIncident(ledger, incident.id))
      return this.show({schema: 'keyrite.incident/1', ...one}, incidentLines(this.print, one))
    }
    return this.asked({plan, names: {}}, flags, shown)
  }

  /** Nothing undoes itself: that people said no asks for an unrevocation, once. */
  async #askBack(key: string): Promise<void> {
    const {ledger} = this.app
    const open = [...ledger.of(requests).all.values()].find(
      (one) =>
        one.operation === 'key.unrevoke' &&
        one.plan.change['key'] === key &&
        ['open', 'met'].includes(statusNow(ledger, one)),
    )
    if (open !== undefined) return
    ledger.demandWriter()
    const {plan} = planUnrevoke(ledger.view, key)
    const asking = {plan, names: {}, reason: 'it was not ratified', ticket: null, only: null}
    const request = await openRequest(contextFor(this.app, await this.actor()), asking)
    this.say(
      `It was not ratified: ${request.id} asks to give the key back. keyrite request show ${request.id}`,
    )
  }
}
