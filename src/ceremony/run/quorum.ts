/** `quorum`: the people of a role answer the plan, each with a signature over it. */
import {KeyriteError} from '../../base/errors.ts'
import {aloudLines} from '../aloud.ts'
import {custodyFold, type Person} from '../../custody/index.ts'
import type {DraftObject} from '../../ledger/index.ts'
import {
  answer,
  lacksProposal,
  meet,
  missing,
  openRequest,
  planDigest,
  planInWords,
  policyOf,
  propose,
  requestAt,
  statusNow,
  type Request,
} from '../../requests/index.ts'
import type {StepBase} from '../step.ts'
import {allSteps, planOfQuorum, requestOfQuorum} from '../plans.ts'
import {actContext, peopleIn, type RunContext} from '../run-context.ts'

export interface QuorumStepLike extends StepBase {
  readonly for: readonly string[]
}

export async function runQuorum(context: RunContext, step: QuorumStepLike): Promise<DraftObject> {
  const request = await gather(context, step, await reopened(context, step))
  return {
    request: request.id,
    plan_sha256: request.planSha256,
    met: request.met,
    approvals: request.answers.filter((one) => one.decision === 'approve').length,
  }
}

/** The same plan once more, where what was approved broke off and is used up. */
export async function approveAnew(context: RunContext, id: string): Promise<Request> {
  const step = allSteps(context.filled).find((one): one is QuorumStepLike => one.id === id && 'for' in one)
  if (step === undefined) throw new TypeError('there is a quorum step')
  return gather(context, step, await reopened(context, step))
}

/** The request of this step: as a crash left it, or a new one. */
async function reopened(context: RunContext, step: QuorumStepLike): Promise<Request> {
  const {ledger} = context.app
  const planned = planOfQuorum(ledger.view, context.filled, step.id)
  const before = requestOfQuorum(context, planDigest(planned.plan))
  if (before !== undefined && ['open', 'met'].includes(statusNow(ledger, before))) return before
  const act = actContext(context)
  const only = peopleIn(context, step.by)
    .map((person) => person.id)
    .filter((id) => id !== act.actor.person)
  return openRequest(act, {...planned, reason: null, ticket: ticketOf(context, step), only})
}

/** What an approved step says that it belongs to. */
function ticketOf({filled}: RunContext, {for: covered}: QuorumStepLike): string | null {
  const tickets = allSteps(filled).flatMap((step) =>
    covered.includes(step.id) && 'ticket' in step ? [step.ticket] : [],
  )
  return typeof tickets[0] === 'string' ? tickets[0] : null
}

async function gather(context: RunContext, step: QuorumStepLike, opened: Request): Promise<Request> {
  const {app, room} = context
  const {roster} = app.ledger.of(custodyFold)
  room.say([
    `Request ${opened.id}. It needs ${missing(app.ledger, opened) || 'nobody more'}; it expires ${opened.expires}.`,
    ...planInWords({roster, policy: policyOf(app.ledger.view, opened)}, app.operations, opened),
    '',
    'The plan, by its digest:',
    ...aloudLines(opened.planSha256),
  ])
  let request = await proposed(context, opened)
  // In the order in which the role was given, as people stand in the room.
  const asked = peopleIn(context, step.by).filter(({id}) => opened.who.some(({person}) => person === id))
  for (const person of asked) {
    request = await meet(actContext(context), request)
    if (request.met !== null) return request
    if (!request.answers.some((one) => one.person === person.id))
      request = await ask(context, step, request, person)
  }
  request = await meet(actContext(context), request)
  if (request.met !== null) return request
  throw new KeyriteError(
    'QUORUM_MISSING',
    `the quorum of ${request.id} is not met: it needs ${missing(app.ledger, request)}`,
    {
      changed: true,
      hints: [`keyrite ceremony resume ${context.id.slice(0, 8)}`, `keyrite request show ${request.id}`],
    },
  )
}

/** In production the author signs the request first, and is never counted. */
async function proposed(context: RunContext, request: Request): Promise<Request> {
  if (!lacksProposal(request)) return request
  const author = context.app.ledger.of(custodyFold).roster.get(request.author ?? '')
  const signer =
    author === undefined ? null : await context.room.signer(author, `the proposal of ${request.id}`)
  if (author === undefined || signer === null)
    throw new KeyriteError(
      'QUORUM_MISSING',
      `cannot go on with ${request.id}: in production its author signs it first`,
      {hints: [`keyrite ceremony resume ${context.id.slice(0, 8)}`]},
    )
  const after = await propose(actContext(context), request, author, signer)
  context.room.say([
    `${author.name ?? author.id}: signed ${request.id} as its author, which does not count, signature verified.`,
  ])
  return after
}

async function ask(
  context: RunContext,
  step: QuorumStepLike,
  request: Request,
  person: Person,
): Promise<Request> {
  const {app, room} = context
  const decision = await room.decide(step.id, person)
  const signer =
    decision === 'later'
      ? null
      : await room.signer(person, `${decision === 'approve' ? 'yes' : 'no'} to ${request.id}`)
  if (decision === 'later' || signer === null) return request
  const after = await answer(actContext(context), request, {person, signer, decision, reason: null})
  const left = missing(app.ledger, after)
  room.say([
    `${person.name ?? person.id}: ${decision === 'approve' ? 'approved' : 'rejected'}, signature verified. ${left === '' ? 'The quorum is there.' : `Still needed: ${left}.`}`,
  ])
  return requestAt(app.ledger, after.seq)
}
