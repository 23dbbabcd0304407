/** What a real ceremony stops at because the device is not as it should be. In a rehearsal another stands in for the device: there it is said, and recorded. */
import type {KeyriteError} from '../../base/errors.ts'
import type {RunContext} from '../run-context.ts'

/** @returns what was not met, for the record. @throws the error itself, where this is no rehearsal. */
export function notMet({app, room}: Pick<RunContext, 'app' | 'room'>, error: KeyriteError): string {
  if (!app.ledger.view.facts.rehearsal) throw error
  room.say([`NOT MET IN REHEARSAL: ${error.message}. In earnest the ceremony stops here.`])
  return error.message
}
