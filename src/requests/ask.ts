/** Opens a request: writes down the question that a plan puts to people. */
import {hex} from '../base/bytes.ts'
import {parseDuration} from '../base/duration.ts'
import {KeyriteError} from '../base/errors.ts'
import {custodyFold, rosterDocument, type Person} from '../custody/index.ts'
import {Blob, jsonBlob, Private, type Ledger} from '../ledger/index.ts'
import {
  authorStandsAside,
  mayAnswer,
  meetable,
  needsOf,
  policyFold,
  ruleFor,
  type Rule,
} from '../policy/index.ts'
import type {JsonObject} from '../base/jcs.ts'
import {concernOf, matterOfPlan, type ActContext} from './operation.ts'
import {planBytes, type Plan} from './plan.ts'
import {requests, statusOf, type Request, type RequestStatus} from './state.ts'

export interface Asking {
  readonly plan: Plan
  /** Names of the parties in the plan: private. */
  readonly names: Readonly<Record<string, string>>
  readonly reason: string | null
  readonly ticket: string | null
  /** Narrows who may answer, as a ceremony does to those in the room; null for all whom the rule allows. */
  readonly only: readonly string[] | null
}

type Asked = Pick<ActContext, 'ledger' | 'random' | 'actor' | 'ceremony'>

/**
 * @returns the request, open.
 * @throws KeyriteError `QUORUM_MISSING` if too few people could ever answer, `POLICY_REFUSES`.
 */
export async function openRequest(
  {ledger, random, actor, ceremony}: Asked,
  {plan, names, reason, ticket, only}: Asking,
): Promise<Request> {
  const {policy} = ledger.of(policyFold)
  const {roster} = ledger.of(custodyFold)
  const rule = ruleFor(policy, matterOfPlan(plan))
  const aside = authorStandsAside(plan.profile?.environment ?? null, plan.operation)
  const may = mayAnswer(rule, roster, concernOf(plan)).filter(({id}) => only === null || only.includes(id))
  const people = may.filter(({id}) => !(aside && id === actor.person))
  // Asked all the same, it would be called rejected, and nobody said no.
  if (!meetable(rule, people))
    throw new KeyriteError(
      'QUORUM_MISSING',
      `cannot ask for ${plan.operation}: rule "${rule.id}" needs ${lackIn(rule, people)}`,
      {
        hints: [
          ...(people.length < may.length ? ['--as PERSON: in production whoever asks does not approve'] : []),
          `keyrite policy explain ${plan.operation}`,
          'keyrite custodian list',
        ],
      },
    )
  const who = people.map(({id}) => id)
  const expires = new Date(ledger.time.getTime() + parseDuration(policy.times.request)).toISOString()
  const [entry] = await ledger.append([
    {
      type: 'quorum.opened',
      actor,
      ceremony,
      data: {
        operation: plan.operation,
        plan: new Blob(planBytes(plan), 'application/json'),
        policy: jsonBlob(policy),
        roster: jsonBlob(rosterDocument(roster.values())),
        who,
        needs: needsOf(rule) as unknown as JsonObject,
        nonce: hex(random.bytes(16)),
        expires,
        names: Object.fromEntries(Object.entries(names).map(([party, name]) => [party, new Private(name)])),
        reason: reason === null ? null : new Private(reason),
        ticket: ticket === null ? null : new Private(ticket),
      },
    },
  ])
  return requestAt(ledger, entry?.seq ?? -1)
}

/** What a rule needs, and what these people lack of it. */
function lackIn(rule: Rule, people: readonly Person[]): string {
  const count = rule.people === 1 ? 'one person' : `${rule.people} people`
  if (people.length < rule.people)
    return `${count}, and ${people.length === 0 ? 'nobody' : `only ${people.length}`} may answer here`
  const missing = rule.roles.filter((role) => !people.some(({roles}) => roles.includes(role)))
  const here =
    missing.length > 0 ? `nobody who may answer here is ${missing.join(' or ')}` : 'too few have them'
  return `${count}, among them ${rule.roles.join(' and ')}, each another person, and ${here}`
}

/** @throws KeyriteError `REQUEST_NOT_FOUND`. */
export function requestAt(ledger: Ledger, seq: number): Request {
  const request = ledger.of(requests).all.get(seq)
  if (request === undefined)
    throw new KeyriteError('REQUEST_NOT_FOUND', `cannot find request r${seq}`, {
      hints: ['keyrite request list'],
    })
  return request
}

/** The status of a request now, with the people as they are. */
export function statusNow(ledger: Pick<Ledger, 'of' | 'time'>, request: Request): RequestStatus {
  return statusOf(request, ledger.time, ledger.of(custodyFold).roster)
}

/** Finds the request that someone typed: `r41`, or `41`. @throws KeyriteError `REQUEST_NOT_FOUND`. */
export function findRequest(ledger: Ledger, typed: string): Request {
  const seq = /^r?(\d{1,15})$/.exec(typed)?.[1]
  if (seq === undefined)
    throw new KeyriteError('REQUEST_NOT_FOUND', `cannot find request "${typed}": requests are called r41`, {
      hints: ['keyrite request list'],
    })
  return requestAt(ledger, Number(seq))
}
