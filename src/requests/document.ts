/** A request as a JSON document (`keyrite.request/1`) and in plain words. */
import {words} from '../base/words.ts'
import {parseJcs} from '../base/jcs.ts'
import {custodyFold, personRef} from '../custody/index.ts'
import type {Ledger, View} from '../ledger/index.ts'
import {parsePolicy, policyFold, type Policy} from '../policy/index.ts'
import {missing} from './answer.ts'
import {counts} from './checks.ts'
import {operationOf, type Asked, type Operations} from './operation.ts'
import type {Plan} from './plan.ts'
import {inTheWay} from './apply.ts'
import {statusNow} from './ask.ts'
import {type Request, type RequestStatus} from './state.ts'

export interface RequestDocument {
  readonly id: string
  readonly operation: string
  readonly plan: Plan
  readonly planSha256: string
  /** PGP words of the digest, to be read aloud. */
  readonly planWords: readonly string[]
  readonly inWords: readonly string[]
  readonly status: RequestStatus
  readonly needs: {readonly quorum: number; readonly roles: readonly string[]}
  readonly who: readonly {readonly id: string; readonly name: string | null}[]
  readonly approvals: readonly {
    readonly person: {readonly id: string; readonly name: string | null}
    readonly key: string
    readonly at: string
    readonly class: string
    readonly decision: string
    /** Whether it counts now: its signer is active, with that key. */
    readonly counts: boolean
    /** The counter of the security key, and what it had shown before, where that was more; else null. */
    readonly outOfOrder: {readonly counter: number; readonly highest: number} | null
  }[]
  /** Who has shown that they hold the key which a change of the roster brings; null where nobody has. */
  readonly possession: {
    readonly person: {readonly id: string; readonly name: string | null}
    readonly key: string
    readonly at: string
    readonly class: string
  } | null
  readonly missing: string
  /** Why what is approved, and is due, cannot be done as things are; null where nothing is known to be in its way. */
  readonly inTheWay: string | null
  readonly author: {readonly id: string; readonly name: string | null} | null
  readonly opened: string
  readonly expires: string
  readonly ceremony: string | null
}

export function requestDocument(ledger: Ledger, operations: Operations, request: Request): RequestDocument {
  const {roster} = ledger.of(custodyFold)
  const status = statusNow(ledger, request)
  return {
    id: request.id,
    operation: request.operation,
    plan: request.plan,
    planSha256: request.planSha256,
    planWords: words(Buffer.from(request.planSha256, 'hex')),
    inWords: planInWords({roster, policy: policyOf(ledger.view, request)}, operations, request),
    status,
    needs: {quorum: request.needs.people, roles: request.needs.roles},
    who: request.who.map(({person}) => personRef(roster, person)),
    approvals: request.answers.map(({seq, person, key, at, class: keyClass, decision}) => ({
      person: personRef(roster, person),
      key,
      at,
      class: keyClass,
      decision,
      counts: counts(ledger.view, request, {person, key}),
      outOfOrder: outOfOrder(ledger, seq),
    })),
    possession: possessionOf(request),
    missing: missing(ledger, request),
    inTheWay: status === 'met' ? inTheWay(ledger, operations, request) : null,
    author: request.author === null ? null : personRef(roster, request.author),
    opened: request.openedAt,
    expires: request.expires,
    ceremony: request.ceremony,
  }
}

function possessionOf({possession, plan, names}: Request): RequestDocument['possession'] {
  if (possession === null) return null
  const {person, key, at, class: keyClass} = possession
  const name = plan.change['act'] === 'enroll' ? (names['name'] ?? null) : null
  return {person: {id: person, name}, key, at, class: keyClass}
}

function outOfOrder(ledger: Ledger, seq: number): {counter: number; highest: number} | null {
  const found = ledger.of(custodyFold).counters.outOfOrder.find((one) => one.seq === seq)
  return found === undefined ? null : {counter: found.counter, highest: found.highest}
}

/** The plan in words, with the names that stand for its parties. */
export function planInWords(
  asked: Asked,
  operations: Operations,
  {plan, names}: Pick<Request, 'plan' | 'names'>,
): readonly string[] {
  const named = (line: string): string =>
    line.replace(
      /\{(p-[0-9a-f]{16}|owner|consumer-\d+|name|address)\}/g,
      (_all, party: string) => names[party] ?? asked.roster.get(party)?.name ?? party,
    )
  return operationOf(operations, plan.operation).inWords(plan, asked).map(named)
}

/** The policy under which a request was asked. */
export function policyOf(
  view: Pick<View, 'of' | 'blob'>,
  {policySha256}: Pick<Request, 'policySha256'>,
): Policy {
  const standing = view.of(policyFold)
  return standing.sha256 === policySha256 ? standing.policy : parsePolicy(parseJcs(view.blob(policySha256)))
}
