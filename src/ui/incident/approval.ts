/** Who approves that a key is contained, and what an earlier run was approved to do. */
import type {App} from '../../app.ts'
import type {Person} from '../../custody/index.ts'
import {applyEach, demandNotWaiting, peopleOf, type Incident} from '../../incidents/index.ts'
import {
  answer,
  lacksSignatures,
  meet,
  openRequest,
  requests,
  statusNow,
  type ActContext,
  type Plan,
  type Request,
} from '../../requests/index.ts'
import {called} from '../actor.ts'
import {said} from './acts.ts'
import {signing} from './signs.ts'

type Context = Omit<ActContext, 'approved'>

interface Asking {
  readonly incident: Incident
  readonly plan: Plan
}

interface Hands {
  /** Who was named to sign, as `--sign-with` has them. */
  readonly signWith: readonly string[] | undefined
  readonly person: Person
  readonly hurry: (line: string) => void
  readonly say: (line: string) => void
  /** Whether one more question may be asked. */
  readonly mayAsk: boolean
}

/** The requests to contain that belong to this incident, in the order in which they were opened. */
function toContain({ledger}: Pick<Context, 'ledger'>, {seq}: Incident): readonly Request[] {
  return [...ledger.of(requests).all.values()].filter(
    ({operation, plan}) => operation === 'incident.contain' && plan.change['incident'] === seq,
  )
}

/** What an earlier run was approved to do, and did not finish. */
export async function goOn(
  {operations}: App,
  context: Context,
  incident: Incident,
  hurry: (line: string) => void,
): Promise<void> {
  for (const request of toContain(context, incident)) {
    if (request.met === null || request.withdrawn) continue
    // By its own phases: one that rights were taken away under has something left to contain all the same.
    if (request.plan.phases.every(({name, needed}) => needed === false || request.done.has(name))) continue
    await applyEach(context, operations, request, said(hurry))
  }
}

/**
 * The request to contain, with the signatures of whoever is at hand; one that waits already is gone on with.
 * @returns it; `met` is null where it waits for more.
 */
export async function approved(
  app: App,
  context: Context,
  {incident, plan}: Asking,
  {signWith, person, hurry, say, mayAsk}: Hands,
): Promise<Request> {
  const {ledger} = app
  const waiting = toContain(context, incident).find((one) => statusNow(ledger, one) === 'open')
  let request =
    waiting ?? (await openRequest(context, {plan, names: {}, reason: null, ticket: null, only: null}))
  const test = request.plan.profile?.environment === 'test'
  for (const one of await signing(app, signWith, person, test, say, mayAsk)) {
    if (!lacksSignatures(ledger, request)) break
    if (request.answers.some((each) => each.person === one.person.id)) continue
    if (request.needs.people === 1)
      demandNotWaiting(ledger.view, [...peopleOf(request), one.person.id], incident)
    const signer = await one.signer()
    const approval = {person: one.person, signer, decision: 'approve', reason: null} as const
    request = await answer(context, request, approval)
    hurry(`${called(one.person)} signed it.`)
    request = await meet(context, request)
  }
  // A run that was killed after the last signature left it signed, and not met.
  return meet(context, request)
}
