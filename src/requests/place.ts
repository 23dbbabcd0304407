/** Where an approval is used: in the ceremony that gave it, and of a plan that lasts for weeks, once it was begun there, outside it. */
import {KeyriteError} from '../base/errors.ts'
import type {Operation} from './operation.ts'
import type {Request} from './state.ts'

/** Whether a ceremony approved the whole plan, did its first phase, and leaves the others to their days. */
export function isLeftByCeremony(
  {outlasts}: Pick<Operation, 'outlasts'>,
  {ceremony, plan, done, voided}: Request,
): boolean {
  const [first] = plan.phases
  return (
    outlasts === true && ceremony !== null && voided === null && first !== undefined && done.has(first.name)
  )
}

/** Whether a request can be gone on with outside every ceremony. */
export function goesOnOutside(operation: Pick<Operation, 'outlasts'>, request: Request): boolean {
  return request.ceremony === null || isLeftByCeremony(operation, request)
}

/**
 * What was approved in a ceremony is done in it, before the people who approved it; an aborted one leaves nothing to be done.
 * @throws KeyriteError `REQUEST_STATE`.
 */
export function demandPlace(
  ceremony: string | null,
  request: Request,
  operation: Pick<Operation, 'outlasts'>,
): void {
  const {id, ceremony: own, voided} = request
  if (own === ceremony || (ceremony === null && goesOnOutside(operation, request))) return
  const refuse = (fact: string, hints: readonly string[]): KeyriteError =>
    new KeyriteError('REQUEST_STATE', `cannot apply ${id} here: ${fact}`, {hints})
  if (own === null) throw refuse('it was asked for outside this ceremony', [`keyrite request apply ${id}`])
  if (voided !== null) throw refuse(voided, [`keyrite request show ${id}`, 'ask anew'])
  const short = own.slice(0, 8)
  throw refuse(`it belongs to ceremony ${short}`, [`keyrite ceremony resume ${short}`])
}
