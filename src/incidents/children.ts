/** The keys under one that is revoked: what wraps them was in foreign hands, so people are asked to rotate each. */
import {KeyriteError, type ErrorCode} from '../base/errors.ts'
import {keysFold, isRunning, liveRequest, livingUnder, planRotate, rotations} from '../keys/index.ts'
import {openRequest, requests, type ActContext, type Request} from '../requests/index.ts'
import {isContained} from './rules.ts'
import type {Incident} from './state.ts'

/** Then there is nothing to ask; the duty about that key says what is left. */
const cannot: readonly ErrorCode[] = ['UNSUPPORTED', 'KEY_STATE', 'ROTATION_STATE', 'POLICY_REFUSES']

/**
 * Opens a request for each that stands, once in an incident. A drill asks nobody.
 * @returns those that were opened now.
 */
export async function askForChildren(
  context: Omit<ActContext, 'approved'>,
  incident: Incident,
): Promise<readonly Request[]> {
  const {ledger} = context
  if (incident.drill || !isContained(incident)) return []
  const opened: Request[] = []
  for (const child of livingUnder(ledger.view, incident.key)) {
    if (isUnderWay(context, incident, child)) continue
    try {
      const {plan, names} = planRotate(ledger.view, child, ledger.time)
      opened.push(await openRequest(context, {plan, names, reason: null, ticket: null, only: null}))
    } catch (error) {
      if (!(error instanceof KeyriteError) || !cannot.includes(error.code)) throw error
    }
  }
  return opened
}

/** Whether it was asked for already, or is rotated since. */
function isUnderWay({ledger}: Pick<ActContext, 'ledger'>, {seq}: Incident, child: string): boolean {
  const last = ledger.of(rotations).last.get(child)
  const opened = last?.seq ?? -1
  return (
    !ledger.of(keysFold).keys.has(child) ||
    isRunning(last) ||
    opened > seq ||
    liveRequest(ledger, child) !== undefined ||
    [...ledger.of(requests).all.values()].some(
      (one) => one.seq > seq && one.operation === 'key.rotate' && one.plan.change['key'] === child,
    )
  )
}
