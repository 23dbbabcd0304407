/** Requests put to the people of a test ledger, on a real local token. */
import type {App} from '../../src/app.ts'
import {custodyFold} from '../../src/custody/index.ts'
import {planCreate, type KeyWish, type Planned} from '../../src/keys/index.ts'
import {answer, openRequest, type ActContext, type Request} from '../../src/requests/index.ts'
import {contextFor} from '../../src/ui/gather.ts'
import type {Founder} from '../support/ledger.ts'

export type Context = Omit<ActContext, 'approved'>

export function planned(app: App, wish: Partial<KeyWish> = {}): Planned {
  return planCreate(app.ledger.view, {
    name: 'payments',
    profile: 'soft',
    algorithm: 'ed25519',
    scheme: null,
    purpose: 'sign',
    class: 'jwt-signing',
    classification: 'confidential',
    owner: 'Payments Team',
    consumers: [],
    parent: null,
    expires: null,
    activate: false,
    ...wish,
  })
}

/** @param author - who asks; nobody unless told. */
export function contextOf(app: App, author: Founder | null | undefined = null): Context {
  return contextFor(app, author?.person ?? null)
}

export function ask(
  context: Context,
  {plan, names}: Planned,
  more: {reason?: string; only?: string[]} = {},
): Promise<Request> {
  return openRequest(context, {
    plan,
    names,
    reason: more.reason ?? null,
    ticket: null,
    only: more.only ?? null,
  })
}

/** One founder's answer, signed with the key that the roster has of them. */
export function say(
  context: Context,
  request: Request,
  {person, signer}: Founder,
  decision: 'approve' | 'reject' = 'approve',
): Promise<Request> {
  const enrolled = context.ledger.of(custodyFold).roster.get(person.id)
  if (enrolled === undefined) throw new Error('a founder is in the roster')
  return answer(context, request, {person: enrolled, signer, decision, reason: null})
}

export async function sayAll(
  context: Context,
  request: Request,
  founders: readonly Founder[],
): Promise<Request> {
  let last = request
  for (const founder of founders) last = await say(context, request, founder)
  return last
}
