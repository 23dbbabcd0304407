/** An incident as its row in the side table: what a list needs that does not replay the ledger. */
import type {JsonObject} from '../base/jcs.ts'
import {isContained, ratifyDue} from './rules.ts'
import {isOpen, type Incident} from './state.ts'

export function rowOf(incident: Incident): JsonObject {
  const {key, startedAt} = incident
  const waits = isOpen(incident) && !incident.drill && isContained(incident)
  return {key, open: isOpen(incident), ratify_due: waits ? ratifyDue(incident) : null, started: startedAt}
}
