/**
 * From a plan to its outcome, with people: the plan is shown, asked about, answered with signatures, and applied.
 * Every changing command comes through here, so that each shows, asks and refuses alike.
 */
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import type {Secret} from '../base/secret.ts'
import type {Holder} from '../providers/whole-backups.ts'
import type {Interruptible} from '../base/world.ts'
import {wordLines} from '../base/words.ts'
import {custodyFold, findPerson, peopleCalled, signerFor, type Person, type Signer} from '../custody/index.ts'
import {
  answer,
  apply,
  demandFounded,
  demandPlace,
  demandOpen,
  givePossession,
  lacksProposal,
  lacksSignatures,
  meet,
  missing,
  openRequest,
  operationOf,
  planDigest,
  planInWords,
  possessor,
  propose,
  requestDocument,
  statusNow,
  requests as requestsHandle,
  type ActContext,
  type Asking,
  type Request,
} from '../requests/index.ts'
import type {Hands} from '../shares/index.ts'
import {makerFor} from '../profiles/index.ts'
import {isSolo, policyFold, ruleFor, soloInWords} from '../policy/index.ts'
import {called} from './actor.ts'
import type {Document} from './command.ts'
import {signers} from './flags.ts'

/** How a run is to gather. */
export interface Manner {
  /** `PERSON=KEY`, as `--sign-with` took them. */
  readonly signWith: readonly string[] | undefined
  readonly actor: Person
  readonly say: (line: string) => void
  /** What is typed again before anybody is asked for what cannot be taken back, and what was typed on the command line. */
  readonly final?: {
    readonly name: string
    readonly given: string | undefined
    /** Another warning than that there is no way back. */
    readonly warning?: string
  }
  /** Whose yes stands from an earlier run of the same command: they are passed over, once each. */
  readonly answered?: ReadonlySet<string>
  /** Who gives shares out, or takes them, where the act needs that. */
  readonly hands?: Hands | undefined
  /** What is brought from outside, where the act needs that. */
  readonly material?: (() => Promise<Secret>) | undefined
  /** Where goes what is taken out, sealed; its digest. */
  readonly keep?: ((secret: Secret) => Promise<string>) | undefined
  /** To whom the service seals what is taken out, where it does. */
  readonly holders?: readonly Holder[] | undefined
}

type Context = Omit<ActContext, 'approved'>

/** What an act outside a ceremony works with. */
export function contextFor(app: App, actor: Person | null): Context {
  const {clock, random} = app.world
  return {
    ledger: app.ledger,
    clock,
    random,
    provider: (name, facts) => app.provider(name, facts),
    maker: async (name, kind) => makerFor(app.world.home, name, kind),
    progress: app.world.say,
    actor: {person: actor?.id ?? null, evidence: 'stated'},
    ceremony: null,
  }
}

/** What the plan will do, for whoever is asked. */
export function planLines(app: App, asking: Pick<Asking, 'plan' | 'names'>): readonly string[] {
  const {roster} = app.ledger.of(custodyFold)
  const {policy} = app.ledger.of(policyFold)
  const {profile} = asking.plan
  return [
    ...(profile?.environment === 'production' ? [`PRODUCTION: profile "${profile.name}".`] : []),
    ...planInWords({roster, policy}, app.operations, asking),
    `It rests on this: ${asking.plan.rests.join('; ')}.`,
    ...(isSolo(policy) ? [soloInWords(policy)] : []),
    `SHA-256 of the plan ${planDigest(asking.plan)}`,
    ...wordLines(Buffer.from(planDigest(asking.plan), 'hex')),
  ]
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
  const answered = new Set(
    (waiting?.answers ?? []).filter(({decision}) => decision === 'approve').map(({person}) => person),
  )
  return gatherAndApply(app, request, {...manner, answered})
}

/** @throws KeyriteError `NOT_CONFIRMED`, `NO_TERMINAL`. */
export async function demandName(
  app: App,
  {name, given, warning = 'There is no way back.'}: NonNullable<Manner['final']>,
): Promise<void> {
  const flag = `--confirm ${name}`
  const said = given ?? (await app.world.ask.text({message: `${warning} Type "${name}" to go on`, flag}))
  if (said.trim() === name) return
  throw new KeyriteError(
    'NOT_CONFIRMED',
    `cannot ask for this: "${said}" is not "${name}"; nothing was changed`,
    {
      hints: [flag],
    },
  )
}

function openOver(app: App, sha256: string): Request | undefined {
  const {ledger} = app
  return requestsOf(app).find(
    (one) =>
      one.ceremony === null &&
      one.planSha256 === sha256 &&
      ['open', 'met'].includes(statusNow(ledger, one)) &&
      // A suspension that was signed and not done was refused to whoever signed it, and is not in the way of others.
      (one.operation !== 'custodian.suspend' || one.met === null) &&
      canGoOn(app, one),
  )
}

/** Whether what is left of a request that was begun can still be done: of a destruction that was taken back it cannot, and people are asked anew. */
function canGoOn({ledger, operations}: App, {plan, operation, done}: Request): boolean {
  const next = plan.phases.find(({name, needed}) => needed !== false && !done.has(name))
  if (done.size === 0 || next === undefined) return true
  try {
    operationOf(operations, operation).stillTrue(ledger.view, plan, next.name)
    return true
  } catch (error) {
    if (error instanceof KeyriteError) return false
    throw error
  }
}

/** Goes on with a request: more answers, and the act if they are enough. */
export async function gatherAndApply(app: App, request: Request, manner: Manner): Promise<Request> {
  const {hands, material, keep, holders} = manner
  const context = {
    ...contextFor(app, manner.actor),
    ...(hands === undefined ? {} : {hands}),
    ...(material === undefined ? {} : {material}),
    ...(keep === undefined ? {} : {keep}),
    ...(holders === undefined ? {} : {holders}),
  }
  demandPlace(context.ceremony, request, operationOf(app.operations, request.operation))
  const gathered = await meet(context, await gather(app, context, request, manner))
  return lacksSignatures(app.ledger, gathered) ? gathered : apply(context, app.operations, gathered)
}

/** Meets a request whose answers are enough already; any other stays as it is, for whoever asks next. */
async function counted(context: Context, request: Request): Promise<Request> {
  const open = statusNow(context.ledger, request) === 'open'
  return open ? meet(context, request) : request
}

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
      manner.say(said(app, request, person, 'approved already'))
      continue
    }
    request = await meet(context, await sign(app, context, request, person, path, 'approve'))
    manner.say(said(app, request, person, 'approved'))
  }
  while (lacksSignatures(app.ledger, request) && app.world.ask.interactive && manner.signWith === undefined) {
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

/** Somebody shows that they hold a key. @throws KeyriteError `REQUEST_STATE` if it is too late, `BAD_SIGNATURE`. */
async function showKey(app: App, context: Context, request: Request, path: string): Promise<Request> {
  if (request.met === null) demandOpen(app.ledger, request)
  return givePossession(context, request, await signerAt(app, path, false))
}

const keyQuestion = 'Key file (private, or .pub of a key in ssh-agent)'

/** Whoever has to show that they hold a key, if these words fit them. */
function holderCalled(app: App, request: Request, typed: string): Person | undefined {
  const {roster} = app.ledger.of(custodyFold)
  const holder = request.possession === null ? possessor(request, roster) : null
  if (holder === null) return undefined
  return peopleCalled(new Map([[holder.id, holder]]), typed)[0]
}

/** One person's answer on the terminal; null when nobody answers now. */
async function askPerson(app: App, context: Context, request: Request): Promise<Request | null> {
  const {ask} = app.world
  const {roster} = app.ledger.of(custodyFold)
  const holder = request.possession === null ? possessor(request, roster) : null
  const author = lacksProposal(request) && request.author !== null ? [{person: request.author}] : []
  const silent = [...author, ...request.who]
    .filter(({person}) => !request.answers.some((one) => one.person === person))
    .flatMap(({person}) => (request.met === null ? (roster.get(person) ?? []) : []))
    .filter(({state}) => state === 'active')
  if (silent.length === 0 && holder === null) return null
  const person = await ask.choose<Person | null>({
    message: `Who answers ${request.id}`,
    flag: '--sign-with PERSON=KEY',
    choices: [
      ...(holder === null ? [] : [{name: `${called(holder)}: shows that they hold the key`, value: holder}]),
      ...silent.map((one) => ({name: called(one), value: one})),
      {name: 'nobody now: leave it open', value: null},
    ],
  })
  if (person === null) return null
  if (person === holder) {
    const file = await ask.text({message: keyQuestion, flag: '--sign-with PERSON=KEY'})
    return showKey(app, context, request, file)
  }
  const proposes = author.some((one) => one.person === person.id)
  const decision = proposes
    ? 'approve'
    : await ask.choose<'approve' | 'reject'>({
        message: `${called(person)}: the plan above`,
        flag: '--sign-with PERSON=KEY',
        choices: [
          {name: 'approve', value: 'approve'},
          {name: 'reject', value: 'reject'},
        ],
      })
  const path = await ask.text({
    message: keyQuestion,
    flag: '--sign-with PERSON=KEY',
  })
  return sign(app, context, request, person, path, decision)
}

async function sign(
  app: App,
  context: Context,
  request: Request,
  person: Person,
  path: string,
  decision: 'approve' | 'reject',
): Promise<Request> {
  const signer = await signerAt(app, path, request.plan.profile?.environment === 'test')
  const proposes =
    request.plan.profile?.environment === 'production' && request.author === person.id && !request.proposed
  return proposes
    ? propose(context, request, person, signer)
    : answer(context, request, {person, signer, decision, reason: null})
}

/**
 * @param test - whether the profile is one for tests: only there a key file may be read into this process.
 * @param interruptible - how ssh-keygen is waited for
 */
export function signerAt(
  {world: {agentSocket, interruptible: otherwise}}: App,
  path: string,
  test: boolean,
  interruptible: Interruptible | undefined = otherwise,
): Promise<Signer> {
  return signerFor(path, {agentSocket, inProcess: test, interruptible})
}

function said(app: App, request: Request, person: Person, what: string): string {
  const left = missing(app.ledger, request)
  return `${called(person)}: ${what}, signature verified. ${left === '' ? 'The quorum is there.' : `Still needed: ${left}.`}`
}

function requestsOf(app: App): readonly Request[] {
  return [...app.ledger.of(requestsHandle).all.values()]
}

/** The document of a request that waits for people: exit 8, and what to type next. */
export function waitingDocument(
  app: App,
  request: Request,
): {
  readonly document: Document
  readonly lines: readonly string[]
} {
  const document = {
    schema: 'keyrite.request/1' as const,
    exit: 8,
    ...requestDocument(app.ledger, app.operations, request),
  }
  return {
    document,
    lines: [
      `Request ${request.id} is ${document.status}. ${request.plan.profile === null ? 'Nothing was changed.' : 'Nothing was done at the provider.'}`,
      ...(document.missing === '' ? [] : [`Still needed: ${document.missing}.`]),
      `It expires ${request.expires}.`,
      `Next: keyrite request apply ${request.id} --sign-with PERSON=KEY`,
    ],
  }
}
