/** What is known of requests. */
import type {JsonObject} from '../base/jcs.ts'
import {PackedMap} from '../base/packed-map.ts'
import {Versions} from '../base/versions.ts'
import type {Approver, Needs} from '../custody/index.ts'
import {canBeMet, enrolledKey, type Roster} from '../custody/index.ts'
import type {OperationName} from '../policy/index.ts'
import type {Plan} from './plan.ts'

/** One answer that counts, or a no. */
export interface Answer extends Approver {
  readonly seq: number
  readonly at: string
  readonly decision: 'approve' | 'reject'
  readonly class: string
}

export interface Request {
  /** `r` and the seq of `quorum.opened`. */
  readonly id: string
  readonly seq: number
  readonly leaf: string
  readonly operation: OperationName
  readonly plan: Plan
  readonly planSha256: string
  readonly policySha256: string
  readonly rosterSha256: string
  readonly needs: Needs
  /** Who may answer, with their keys that count. */
  readonly who: readonly Approver[]
  readonly author: string | null
  readonly openedAt: string
  readonly expires: string
  readonly ceremony: string | null
  /** The names of parties in the plan, by party: private values of the entry. */
  readonly names: Readonly<Record<string, string | null>>
  /** What these names stand as in the entry. */
  readonly hidden: JsonObject
  readonly answers: readonly Answer[]
  readonly proposed: boolean
  /** The statement of whoever is to have the key that a change of the roster brings; null where none was signed. */
  readonly possession: Omit<Answer, 'decision' | 'roles'> | null
  readonly met: number | null
  readonly withdrawn: boolean
  /** Why it can never be met, or carried out, any more, although nobody said no: another policy stands, the clock was set back, or its ceremony was aborted. Null where nothing speaks against it. */
  readonly voided: string | null
  /** The time that the ledger had reached when its clock was set back after this was asked; null if it was not. */
  readonly setBack: string | null
  /** What began already: each a phase, a blank, and the type that began it. */
  readonly begun: ReadonlySet<string>
  /** The phases whose outcome is recorded. */
  readonly done: ReadonlySet<string>
  /** Whether the provider definitely refused a phase: the approval is used up, and the plan was not done. */
  readonly failed: boolean
}

export interface Requests {
  readonly all: Versions<number, Request>
  /** From the seq of `quorum.met` to that of its request. */
  readonly byMet: Versions<number, number>
  /** The newest time that a provider is known to have answered with, at a quorum since the clock was last set back. */
  readonly external: string | null
}

/** Where other folders find the requests in a view. */
export const requests = {
  name: 'requests',
  initial: (): Requests => ({all: new Versions(new PackedMap()), byMet: new Versions(), external: null}),
}

export type RequestStatus =
  'open' | 'met' | 'applied' | 'withdrawn' | 'void' | 'expired' | 'rejected' | 'failed'

/**
 * @param roster - the people as they are: who is retired, or lost the key that they signed with, is not counted. Who is
 * suspended is not either, but may be again, so that their absence alone rejects nothing. Null judges without them.
 */
export function statusOf(request: Request, now: Date, roster: Roster | null = null): RequestStatus {
  if (request.withdrawn) return 'withdrawn'
  const {phases} = request.plan
  const over = ({name, needed}: (typeof phases)[number]): boolean =>
    needed === false && request.done.has(name)
  if (phases.some(over) || phases.every(({name, needed}) => needed === false || request.done.has(name)))
    return 'applied'
  if (request.failed) return 'failed'
  if (request.voided !== null) return 'void'
  if (request.met !== null) return 'met'
  const may = ({person}: {readonly person: string}): boolean => roster?.get(person)?.state !== 'retired'
  const yes = request.answers.filter(
    (answer) => answer.decision === 'approve' && may(answer) && hasKey(roster, answer),
  )
  const silent = request.who.filter(
    (one) => may(one) && !request.answers.some(({person}) => person === one.person),
  )
  if (!canBeMet(request.needs, yes, silent)) return 'rejected'
  return now.toISOString() > request.expires ? 'expired' : 'open'
}

function hasKey(roster: Roster | null, {person, key}: Answer): boolean {
  const signer = roster?.get(person)
  return signer === undefined || enrolledKey(signer, key) !== undefined
}
