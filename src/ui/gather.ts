/**
 * From a plan to its outcome, with people: the plan is shown, asked about, answered with signatures, and applied.
 * Every changing command comes through here, so that each shows, asks and refuses alike.
 */
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import type {Secret} from '../base/secret.ts'
import {custodyFold, findPerson, type Person} from '../custody/index.ts'
import {policyFold, ruleFor} from '../policy/index.ts'
import type {Holder} from '../providers/whole-backups.ts'
import {
  apply,
  demandFounded,
  demandPlace,
  isProposal,
  lacksSignatures,
  meet,
  missing,
  openRequest,
  operationOf,
  planDigest,
  statusNow,
  type Asking,
  type Request,
} from '../requests/index.ts'
import type {Hands} from '../shares/index.ts'
import {signers} from './flags.ts'
import {askPerson, holderCalled, showKey, sign} from './gather/answer.ts'
import {demandName, type Final} from './gather/confirm.ts'
import {contextFor, type Context} from './gather/context.ts'
import {planLines, said} from './gather/said.ts'
import {sayingWhatTakesLong} from './gather/under-way.ts'
import {openOver} from './gather/waiting.ts'

export {signerAt} from './gather/answer.ts'
export {demandName, type Final} from './gather/confirm.ts'
export {contextFor} from './gather/context.ts'
export {planLines, waitingDocument} from './gather/said.ts'

/** What acts take from whoever runs them, and give them, where they need that. */
export interface Brought {
  /** Who gives shares out, or takes them. */
  readonly hands?: Hands | undefined
  /** What is brought from outside. */
  readonly material?: (() => Promise<Secret>) | undefined
  /** Where goes what is taken out, sealed; its digest. */
  readonly keep?: ((secret: Secret) => Promise<string>) | undefined
  /** To whom the service seals what is taken out, where it does. */
  readonly holders?: readonly Holder[] | undefined
}

/** How a run is to gather. */
export interface Manner extends Brought {
  /** `PERSON=KEY`, as `--sign-with` took them. */
  readonly signWith: readonly string[] | undefined
  readonly actor: Person
  readonly say: (line: string) => void
  /** What is typed again before anybody is asked for what cannot be taken back. */
  readonly final?: Final | undefined
  /** Whose yes stands from an earlier run of the same command: they are passed over, once each. */
  readonly answered?: ReadonlySet<string>
}

/**
 * Opens a request for a plan, gathers what answers can be had now, and applies it if they are enough.
 * @returns the request, `applied` or still open.
 */
export async function askAndApply(app: App, asking: Asking, manner: Manner): Promise<Request> {
  const {policy} = app.ledger.of(policyFold)
  demandFounded(
    {ledger: app.ledger},
    ruleFor(policy, {operation: 'custodian.change', class: null, kind: null}).people,
  )
  for (const line of planLines(app, asking)) manner.say(line)
  // A request of the same plan that still waits is gone on with, so that asking twice does not make people sign twice.
  const waiting = openOver(app, planDigest(asking.plan))
  if (waiting === undefined && manner.final !== undefined) await demandName(app, manner.final)
  else if (waiting === undefined && app.world.ask.interactive && manner.signWith === undefined) {
    const yes = await app.world.ask.confirm({message: 'Ask for this', flag: '--sign-with PERSON=KEY'})
    if (!yes)
      throw new KeyriteError('NOT_CONFIRMED', 'nothing was asked for', {hints: ['the same command again']})
  }
  const request = waiting ?? (await openRequest(contextFor(app, manner.actor), asking))
  // Killed half-way, the same command again: whoever answered then does not answer twice.
  const answered = new Set([
    ...(waiting?.answers ?? []).filter(({decision}) => decision === 'approve').map(({person}) => person),
    ...(waiting?.proposed === true && waiting.author !== null ? [waiting.author] : []),
  ])
  return gatherAndApply(app, request, {...manner, answered})
}

/** Goes on with a request: more answers, and the act if they are enough. */
export async function gatherAndApply(app: App, request: Request, manner: Manner): Promise<Request> {
  const {hands, material, keep, holders} = manner
  const context = {...contextFor(app, manner.actor), hands, material, keep, holders}
  demandPlace(context.ceremony, request, operationOf(app.operations, request.operation))
  app.goesOn = request.seq
  const gathered = await meet(context, await gather(app, context, request, manner))
  if (lacksSignatures(app.ledger, gathered)) return gathered
  return sayingWhatTakesLong(app, gathered, manner.say, async () => apply(context, app.operations, gathered))
}

/** Meets a request whose answers are enough already; any other stays as it is, for whoever asks next. */
async function counted(context: Context, request: Request): Promise<Request> {
  const open = statusNow(context.ledger, request) === 'open'
  return open ? meet(context, request) : request
}

/** What the author of a production plan does: it is no approval, and counts toward no quorum. */
const proposing = 'signed the request as its author, which does not count'

async function gather(app: App, context: Context, opened: Request, manner: Manner): Promise<Request> {
  const {roster} = app.ledger.of(custodyFold)
  // A run that ended after the last answer, and before they were counted, is gone on with: nobody signs twice.
  let request = await counted(context, opened)
  const before = new Set(manner.answered)
  for (const {person: typed, path} of signers(manner.signWith)) {
    if (!lacksSignatures(app.ledger, request)) return request
    const holder = holderCalled(app, request, typed)
    if (holder !== undefined) {
      request = await showKey(app, context, request, path)
      manner.say(said(app, request, holder, 'holds the key'))
      continue
    }
    if (request.met !== null) continue
    const person = findPerson(roster, typed)
    if (before.delete(person.id)) {
      const approved = request.answers.some((one) => one.person === person.id)
      manner.say(said(app, request, person, `${approved ? 'approved' : proposing} already`))
      continue
    }
    const did = isProposal(request, person) ? proposing : 'approved'
    request = await meet(context, await sign(app, context, request, {person, path, decision: 'approve'}))
    manner.say(said(app, request, person, did))
  }
  const asks = app.world.ask.interactive && manner.signWith === undefined
  if (asks && lacksSignatures(app.ledger, request))
    manner.say(`Request ${request.id} needs ${missing(app.ledger, request)}; it expires ${request.expires}.`)
  while (asks && lacksSignatures(app.ledger, request)) {
    const next = await askPerson(app, context, request)
    if (next === null) return request
    request = await meet(context, next)
    manner.say(
      missing(app.ledger, request) === ''
        ? 'The quorum is there.'
        : `Still needed: ${missing(app.ledger, request)}.`,
    )
  }
  return request
}
