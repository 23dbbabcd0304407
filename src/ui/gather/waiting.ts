/** A request of the same plan that still waits: asked for again, it is gone on with. */
import type {App} from '../../app.ts'
import {KeyriteError} from '../../base/errors.ts'
import {operationOf, requests, statusNow, type Request} from '../../requests/index.ts'

/** @param sha256 - of the plan */
export function openOver(app: App, sha256: string): Request | undefined {
  const {ledger} = app
  return [...ledger.of(requests).all.values()].find(
    (one) =>
      one.ceremony === null &&
      one.planSha256 === sha256 &&
      ['open', 'met'].includes(statusNow(ledger, one)) &&
      // A suspension that was signed and not done was refused to whoever signed it, and is not in the way of others.
      (one.operation !== 'custodian.suspend' || one.met === null) &&
      canGoOn(app, one),
  )
}

/** Whether what is left of a request that was begun can still be done: of a destruction that was taken back it cannot, and people are asked anew. */
function canGoOn({ledger, operations}: App, {plan, operation, done}: Request): boolean {
  const next = plan.phases.find(({name, needed}) => needed !== false && !done.has(name))
  if (done.size === 0 || next === undefined) return true
  try {
    operationOf(operations, operation).stillTrue(ledger.view, plan, next.name)
    return true
  } catch (error) {
    if (error instanceof KeyriteError) return false
    throw error
  }
}
