/** Another key in the place of one that is contained, as the lines of a revocation say it. */
import type {App} from '../../app.ts'
import {
  applyThese,
  askForChildren,
  findIncident,
  incidentDocument,
  promotes,
  type Incident,
} from '../../incidents/index.ts'
import {requests, type ActContext, type Request} from '../../requests/index.ts'

type Hurry = (line: string) => void

/**
 * Does what was approved to be put in its place and is not there yet: the standby of whoever contained it, once nothing is left
 * to contain, or what the emergency quorum replaces it by. What fails is said, and left for the next run.
 */
export async function putInPlace(
  app: App,
  context: Omit<ActContext, 'approved'>,
  {id}: Pick<Incident, 'id'>,
  hurry: Hurry,
): Promise<void> {
  const {ledger, operations} = app
  for (const request of approvedPlaces(app, findIncident(ledger, id))) {
    const standby = request.operation === 'incident.contain'
    if (standby && !incidentDocument(ledger, findIncident(ledger, id)).contained) continue
    const before = findIncident(ledger, id).replaced
    const phases = request.plan.phases.map(({name}) => name).filter((name) => !standby || promotes(name))
    const failure = await applyThese(context, operations, request, phases)
    if (failure !== null) {
      hurry(`NO OTHER KEY IN ITS PLACE YET: ${failure.message} (${failure.code}).`)
      continue
    }
    const {replacement} = incidentDocument(ledger, findIncident(ledger, id))
    if (replacement === null || before !== null) continue
    const names =
      replacement.aliases.length === 0
        ? ''
        : `, with its ${replacement.aliases.length === 1 ? 'alias' : 'aliases'} ${replacement.aliases.join(', ')}`
    hurry(
      `Version ${replacement.version} is in its place${names}${standby ? ': the standby' : ''}. ${replacement.proof === 'proven' ? 'It was tried, and works.' : 'That it works could NOT BE TRIED here.'}`,
    )
  }
}

/** Those that are met, are about this incident, and have something of it left to be done. */
function approvedPlaces(app: App, {seq, replaced}: Incident): readonly Request[] {
  return [...app.ledger.of(requests).all.values()].filter(
    ({operation, plan, met, withdrawn, done}) =>
      (operation === 'incident.contain' || operation === 'incident.replace') &&
      plan.change['incident'] === seq &&
      met !== null &&
      !withdrawn &&
      plan.phases.some(({name}) => promotes(name) && !done.has(name)) &&
      // What was replaced otherwise needs nothing more of it; what this one began is finished.
      (replaced === null || [...done].some(promotes)),
  )
}

/** Asks to rotate the keys under it, and says so. */
export async function saidOfChildren(
  context: Omit<ActContext, 'approved'>,
  incident: Incident,
  hurry: Hurry,
): Promise<void> {
  for (const {id, plan} of await askForChildren(context, incident)) {
    const {key} = plan.change
    hurry(`Key "${typeof key === 'string' ? key : ''}" stands under it: request ${id} asks to rotate it.`)
  }
}
