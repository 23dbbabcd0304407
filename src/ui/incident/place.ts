/** Another key in the place of one that is contained, as the lines of a revocation say it. */
import type {App} from '../../app.ts'
import {KeyriteError} from '../../base/errors.ts'
import {custodyFold, findPerson, type Person} from '../../custody/index.ts'
import {
  applyThese,
  askForChildren,
  findIncident,
  incidentDocument,
  planReplace,
  promotes,
  runIncidentHooks,
  type Incident,
} from '../../incidents/index.ts'
import {
  lacksSignatures,
  openRequest,
  requests,
  statusNow,
  type ActContext,
  type Request,
} from '../../requests/index.ts'
import {signers} from '../flags.ts'
import {gatherAndApply} from '../gather.ts'

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
    if (before === null) sayReplaced(app, id, hurry)
  }
}

function sayReplaced({ledger}: App, id: string, hurry: Hurry): void {
  const {replacement} = incidentDocument(ledger, findIncident(ledger, id))
  if (replacement === null) return
  const {version, aliases, by, proof} = replacement
  const names =
    aliases.length === 0
      ? ''
      : `, with its ${aliases.length === 1 ? 'alias' : 'aliases'} ${aliases.join(', ')}`
  hurry(
    `Version ${version} is in its place${names}${by === 'standby' ? ': the standby' : ''}. ${proof === 'proven' ? 'It was tried, and works.' : 'That it works could NOT BE TRIED here.'}`,
  )
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

/** A drill does all of it: where two or more sign, the emergency quorum replaces the key, too. */
export async function replaceInDrill(
  app: App,
  context: Omit<ActContext, 'approved'>,
  {id}: Pick<Incident, 'id'>,
  facts: Parameters<typeof replaceFirst>[3],
): Promise<void> {
  const now = findIncident(app.ledger, id)
  if (!now.drill || now.replaced !== null || !incidentDocument(app.ledger, now).contained) return
  const waits =
    signers(facts.signWith?.slice()).length < 2
      ? true
      : (await replaceFirst(app, context, now, facts)) !== null
  if (waits)
    facts.hurry(
      `The drill goes on: keyrite incident replace ${id}, by the emergency quorum, puts another key in its place, and keeps the time.`,
    )
  else sayReplaced(app, id, facts.hurry)
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

/** Runs the operator's programs; one that fails is said, stops those after it, and is in the way of nothing else. */
export async function runHooksAloud(
  app: App,
  context: Omit<ActContext, 'approved'>,
  {seq}: Pick<Incident, 'seq'>,
  phases: readonly string[],
  hurry: Hurry,
): Promise<void> {
  try {
    await app.ledger.alone(() =>
      runIncidentHooks(context, seq, {
        phases,
        said: ({name, phase}) => {
          hurry(`Program "${name}" (${phase}) went well.`)
        },
      }),
    )
  } catch (error) {
    if (!(error instanceof KeyriteError) || !hookFails.includes(error.code)) throw error
    hurry(`A PROGRAM FAILED: ${error.message} (${error.code}). Then: ${error.hints[0] ?? ''}`)
  }
}

const hookFails: readonly string[] = ['HOOK_FAILED', 'POLICY_REFUSES', 'FILE_NOT_FOUND', 'UNSAFE_FILE']

/**
 * Before anything is contained: the emergency quorum puts another key in its place.
 * @returns the request that waits for people; null where it is done, or failed and was said.
 */
export async function replaceFirst(
  app: App,
  context: Omit<ActContext, 'approved'>,
  incident: Incident,
  {
    signWith,
    person,
    hurry,
  }: {readonly signWith: readonly string[] | undefined; readonly person: Person; readonly hurry: Hurry},
): Promise<Request | null> {
  const {ledger} = app
  const waiting = [...ledger.of(requests).all.values()].find(
    (one) =>
      one.operation === 'incident.replace' &&
      one.plan.change['incident'] === incident.seq &&
      statusNow(ledger, one) === 'open',
  )
  const asking = {plan: planReplace(ledger.view, incident), names: {}, reason: null, ticket: null, only: null}
  const request = waiting ?? (await openRequest(context, asking))
  const {roster} = ledger.of(custodyFold)
  const may = [...request.who.map((one) => one.person), request.author]
  const able = signers(signWith?.slice()).filter(({person: typed}) =>
    may.includes(findPerson(roster, typed).id),
  )
  const answered = new Set(
    request.answers.filter(({decision}) => decision === 'approve').map((one) => one.person),
  )
  try {
    const after = await gatherAndApply(app, request, {
      signWith: able.map(({person: typed, path}) => `${typed}=${path}`),
      actor: person,
      say: hurry,
      answered,
    })
    if (lacksSignatures(ledger, after)) return after
  } catch (error) {
    if (!(error instanceof KeyriteError) || error.exit === 3 || error.code === 'STORAGE') throw error
    hurry(`NO OTHER KEY IN ITS PLACE YET: ${error.message} (${error.code}).`)
  }
  return null
}
