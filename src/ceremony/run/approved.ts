/** What people of this ceremony approved of a step, by whatever names it: the newest that was met. */
import {KeyriteError} from '../../base/errors.ts'
import {requests, type Request} from '../../requests/index.ts'
import {allSteps} from '../plans.ts'
import type {StepBase} from '../step.ts'
import type {RunContext} from '../run-context.ts'

/** @throws KeyriteError `QUORUM_MISSING`. */
export function approvedOf(
  {app, id}: Pick<RunContext, 'app' | 'id'>,
  operation: Request['operation'],
  member: 'name' | 'set',
  value: string,
): Request {
  const request = [...app.ledger.of(requests).all.values()].findLast(
    (one) =>
      one.ceremony === id &&
      one.met !== null &&
      one.operation === operation &&
      one.plan.change[member] === value,
  )
  if (request !== undefined) return request
  throw new KeyriteError(
    'QUORUM_MISSING',
    `cannot go on with set "${value}": no quorum of this ceremony approved it`,
    {hints: ['keyrite request list']},
  )
}

/** The quorum step that approves a step. */
export function quorumFor({filled}: Pick<RunContext, 'filled'>, step: StepBase): string {
  const found = allSteps(filled).find(
    (one) => one.kind === 'quorum' && 'for' in one && Array.isArray(one.for) && one.for.includes(step.id),
  )
  if (found !== undefined) return found.id
  throw new KeyriteError('QUORUM_MISSING', `cannot do step "${step.id}": no quorum approves it`, {
    hints: ['keyrite ceremony lint FILE'],
  })
}

/** @throws KeyriteError `UNSUPPORTED` where shares cannot be handed from one to another. */
export function sharesOf({room}: Pick<RunContext, 'room'>): NonNullable<RunContext['room']['shares']> {
  if (room.shares !== undefined) return room.shares
  throw new KeyriteError('UNSUPPORTED', 'cannot hand out shares here: there is nobody to take them')
}
