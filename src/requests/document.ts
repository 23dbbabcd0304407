/** A request as a JSON document (`keyrite.request/1`) and in plain words. */
import {words} from '../base/words.ts'
import {parseJcs} from '../base/jcs.ts'
import {custodyFold, personRef} from '../custody/index.ts'
import type {Ledger, View} from '../ledger/index.ts'
import {parsePolicy, policyFold, type Policy} from '../policy/index.ts'
import {missing} from './answer.ts'
import {operationOf, type Asked, type Operations} from './operation.ts'
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
    inWords: planInWords({roster, policy: policyOf(ledger.view, request)}, operations, request),
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
  asked: Asked,
  operations: Operations,
  {plan, names}: Pick<Request, 'plan' | 'names'>,
): readonly string[] {
  const named = (line: string): string =>
    line.replace(
      /\{(p-[0-9a-f]{16}|owner|consumer-\d+)\}/g,
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
