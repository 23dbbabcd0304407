/** A request as a JSON document (`keyrite.request/1`) and in plain words. */
import {words} from '../base/words.ts'
import {custodyFold, personRef, type Roster} from '../custody/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {missing} from './answer.ts'
import {operationOf, type Operations} from './operation.ts'
import type {Plan} from './plan.ts'
import {statusOf, type Request, type RequestStatus} from './state.ts'

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
  }[]
  readonly missing: string
  readonly author: {readonly id: string; readonly name: string | null} | null
  readonly opened: string
  readonly expires: string
  readonly ceremony: string | null
}

export function requestDocument(ledger: Ledger, operations: Operations, request: Request): RequestDocument {
  const {roster} = ledger.of(custodyFold)
  return {
    id: request.id,
    operation: request.operation,
    plan: request.plan,
    planSha256: request.planSha256,
    planWords: words(Buffer.from(request.planSha256, 'hex')),
    inWords: planInWords(roster, operations, request),
    status: statusOf(request, ledger.time),
    needs: {quorum: request.needs.people, roles: request.needs.roles},
    who: request.who.map(({person}) => personRef(roster, person)),
    approvals: request.answers.map(({person, key, at, class: keyClass, decision}) => ({
      person: personRef(roster, person),
      key,
      at,
      class: keyClass,
      decision,
    })),
    missing: request.met === null ? missing(ledger, request) : '',
    author: request.author === null ? null : personRef(roster, request.author),
    opened: request.openedAt,
    expires: request.expires,
    ceremony: request.ceremony,
  }
}

/** The plan in words, with the names that stand for its parties. */
export function planInWords(
  roster: Roster,
  operations: Operations,
  {plan, names}: Pick<Request, 'plan' | 'names'>,
): readonly string[] {
  const named = (line: string): string =>
    line.replace(
      /\{(p-[0-9a-f]{16}|owner|consumer-\d+)\}/g,
      (_all, party: string) => names[party] ?? roster.get(party)?.name ?? party,
    )
  return operationOf(operations, plan.operation).inWords(plan).map(named)
}
