/** Acts on an approved plan, phase by phase. What a crash left half done is found and finished, never done twice. */
import {KeyriteError} from '../base/errors.ts'
import {custodyFold, isMet} from '../custody/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {approvals} from './answer.ts'
import {profileStands} from './checks.ts'
import {requestAt} from './ask.ts'
import {operationOf, type ActContext, type Operation, type Operations} from './operation.ts'
import type {Phase, Plan} from './plan.ts'
import {demandPlace} from './place.ts'
import {possessionMissing} from './possession.ts'
import type {Request} from './state.ts'

/**
 * Does every phase of a met request that is not done, or only those named. Where one may not be done yet, it stops before it.
 * @throws KeyriteError `QUORUM_MISSING` if it is not met, `REQUEST_STATE` if it was withdrawn, `PLAN_MOVED` and others if its ground has moved, and what the act throws.
 */
export async function apply(
  context: Omit<ActContext, 'approved'>,
  operations: Operations,
  request: Request,
  phases: readonly string[] | null = null,
): Promise<Request> {
  const {ledger} = context
  const {met} = request
  if (met === null) {
    throw new KeyriteError('QUORUM_MISSING', `cannot apply ${request.id}: its quorum is not met`, {
      hints: [
        `keyrite request show ${request.id}`,
        `keyrite request apply ${request.id} --sign-with PERSON=KEY`,
      ],
    })
  }
  const operation = operationOf(operations, request.operation)
  demandPlace(context.ceremony, request, operation)
  if (requestAt(ledger, request.seq).withdrawn) {
    throw new KeyriteError('REQUEST_STATE', `cannot apply ${request.id}: it was withdrawn`, {
      hints: [`keyrite request show ${request.id}`, 'ask anew'],
    })
  }
  const unproved = possessionMissing(ledger.view, request)
  if (unproved !== '')
    throw new KeyriteError('QUORUM_MISSING', `cannot apply ${request.id}: ${unproved} is missing`, {
      hints: [
        `keyrite request apply ${request.id} --sign-with PERSON=KEY`,
        `keyrite request export ${request.id} --for PERSON --out DIR`,
      ],
    })
  for (const phase of request.plan.phases) {
    const {name} = phase
    if (phases === null ? phase.needed === false : !phases.includes(name)) continue
    // Alone, so that what another process has begun is not begun, or finished, a second time.
    const early = await ledger.alone(async () => {
      const now = requestAt(ledger, request.seq)
      if (now.done.has(name)) return false
      demandNotFailed(now)
      if (waits(ledger, operation, request.plan, phase)) return true
      demandProfile(ledger, request)
      operation.stillTrue(ledger.view, request.plan, name)
      await operation.act({...context, approved: met}, request.plan, name)
      return false
    })
    if (early) break
  }
  return requestAt(ledger, request.seq)
}

/** Why the next phase of an approved request cannot be done, although it is time; null where nothing is known to be in its way. */
export function inTheWay(ledger: Ledger, operations: Operations, {plan, done, met}: Request): string | null {
  const next = plan.phases.find(({name, needed}) => needed !== false && !done.has(name))
  if (met === null || next === undefined) return null
  const operation = operationOf(operations, plan.operation)
  if (waits(ledger, operation, plan, next)) return null
  try {
    operation.stillTrue(ledger.view, plan, next.name)
    return null
  } catch (error) {
    if (error instanceof KeyriteError) return error.message
    throw error
  }
}

/** Whether it is not time yet, by the plan or by what was done before. */
function waits(ledger: Ledger, operation: Operation, plan: Plan, {name, earliest}: Phase): boolean {
  const now = ledger.time.toISOString()
  const from = operation.notBefore?.(ledger.view, plan, name) ?? null
  return [earliest, from].some((time) => time !== null && now < time)
}

function demandNotFailed({id, failed}: Request): void {
  if (!failed) return
  throw new KeyriteError(
    'REQUEST_STATE',
    `cannot apply ${id}: what it began failed, or was given up, and its approval is used up`,
    {
      hints: [`keyrite request show ${id}`, 'ask anew'],
    },
  )
}

function demandProfile(ledger: Ledger, {id, plan}: Request): void {
  if (profileStands(ledger.view, plan)) return
  const name = plan.profile?.name ?? ''
  throw new KeyriteError(
    'PROFILE_MOVED',
    `cannot apply ${id}: profile "${name}" is not the one that was approved`,
    {hints: [`keyrite profile show ${name}`, 'ask anew, for the place as it is now']},
  )
}

/** Whether enough people who count have said yes. */
export function enough(context: Pick<ActContext, 'ledger'>, request: Request): boolean {
  return isMet(request.needs, approvals(context.ledger, request))
}

/** @throws KeyriteError `LEDGER_NOT_FOUNDED` while too few founders have signed. @param people - how many the roster rule needs. */
export function demandFounded({ledger}: Pick<ActContext, 'ledger'>, people: number): void {
  const {roster, unsigned} = ledger.of(custodyFold)
  const signed = roster.size - unsigned.length
  if (signed >= Math.min(people, roster.size)) return
  const names = unsigned.map((id) => roster.get(id)?.address ?? id).join(', ')
  throw new KeyriteError(
    'LEDGER_NOT_FOUNDED',
    `cannot act: ${signed} of ${roster.size} founders have signed, and ${people} must have`,
    {
      hints: [`keyrite request apply founding --sign-with PERSON=KEY, for: ${names}`],
    },
  )
}
