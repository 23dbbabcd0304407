/** How it stands with a key where a revocation ends before its result: Ctrl-C, a name that was not typed, a disk that is full. */
import type {App} from '../../app.ts'
import {clockText, findIncident, incidentDocument, type Incident} from '../../incidents/index.ts'
import type {Standing} from '../errors.ts'
import {verdictLine} from './screen.ts'

/** After a write that failed the ledger is read anew. @returns null where it cannot be read: then what failed is told, and nothing more. */
export function standingOf(app: App, incident: Incident): Standing | null {
  try {
    return standsNow(app, incident)
  } catch {
    try {
      app.readAgain()
      return standsNow(app, incident)
    } catch {
      return null
    }
  }
}

function standsNow({ledger, world}: App, {id, startedAt}: Incident): Standing {
  const line = verdictLine(incidentDocument(ledger, findIncident(ledger, id)))
  const clock = clockText(startedAt, world.clock.now())
  return {line: `${line} Incident ${id} is open: ${clock}.`, next: `keyrite incident resume ${id}`}
}
