/** One person's answer: on the terminal, or with a key that was named. */
import type {App} from '../../app.ts'
import type {Interruptible} from '../../base/world.ts'
import {custodyFold, peopleCalled, signerFor, type Person, type Signer} from '../../custody/index.ts'
import {
  answer,
  demandOpen,
  givePossession,
  isProposal,
  lacksProposal,
  possessor,
  propose,
  type Request,
} from '../../requests/index.ts'
import {called} from '../actor.ts'
import type {Context} from './context.ts'

/** Somebody shows that they hold a key. @throws KeyriteError `REQUEST_STATE` if it is too late, `BAD_SIGNATURE`. */
export async function showKey(app: App, context: Context, request: Request, path: string): Promise<Request> {
  if (request.met === null) demandOpen(app.ledger, request)
  return givePossession(context, request, await signerAt(app, path, false))
}

const keyQuestion = 'Key file (private, or .pub of a key in ssh-agent)'

/** Whoever has to show that they hold a key, if these words fit them. */
export function holderCalled(app: App, request: Request, typed: string): Person | undefined {
  const {roster} = app.ledger.of(custodyFold)
  const holder = request.possession === null ? possessor(request, roster) : null
  if (holder === null) return undefined
  return peopleCalled(new Map([[holder.id, holder]]), typed)[0]
}

/** One person's answer on the terminal; null when nobody answers now. */
export async function askPerson(app: App, context: Context, request: Request): Promise<Request | null> {
  const {ask} = app.world
  const {roster} = app.ledger.of(custodyFold)
  const holder = request.possession === null ? possessor(request, roster) : null
  const author = lacksProposal(request) && request.author !== null ? [{person: request.author}] : []
  const silent = [...author, ...request.who]
    .filter(({person}) => !request.answers.some((one) => one.person === person))
    .flatMap(({person}) => (request.met === null ? (roster.get(person) ?? []) : []))
    .filter(({state}) => state === 'active')
    .sort((a, b) => (called(a) < called(b) ? -1 : 1))
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
  const decision = isProposal(request, person)
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
  return sign(app, context, request, {person, path, decision})
}

/** Who answers what, with which key. */
interface Decided {
  readonly person: Person
  readonly path: string
  readonly decision: 'approve' | 'reject'
}

/** Their answer to the plan, or that they propose it. */
export async function sign(
  app: App,
  context: Context,
  request: Request,
  {person, path, decision}: Decided,
): Promise<Request> {
  const signer = await signerAt(app, path, request.plan.profile?.environment === 'test')
  return isProposal(request, person)
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
