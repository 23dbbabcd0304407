/** What an incident contained, only the full quorum gives back: neither a resumption nor a deactivation ends it. */
import {KeyriteError} from '../base/errors.ts'
import type {Entry, View} from '../ledger/index.ts'
import {requests} from '../requests/index.ts'
import type {KeyState} from './lifecycle.ts'
import type {Version} from './state.ts'

/** The incident that an entry's approval contains; null where it approves something else. */
export function containing(view: Pick<View, 'of'>, {approved}: Pick<Entry, 'approved'>): number | null {
  const request = requestOf(view, approved)
  const incident = request?.operation === 'incident.contain' ? request.plan.change['incident'] : null
  return typeof incident === 'number' ? incident : null
}

/** What speaks against this change of a version; undefined if nothing does. */
export function containedFault(
  view: Pick<View, 'of'>,
  {approved}: Pick<Entry, 'approved'>,
  version: Pick<Version, 'containedBy'>,
  to: KeyState,
): string | undefined {
  if (version.containedBy === null || to === 'compromised') return undefined
  if (requestOf(view, approved)?.operation === 'key.unrevoke') return undefined
  return `incident i${version.containedBy} contained it, and only an unrevocation takes that back`
}

/** The same, before anybody is asked. @throws KeyriteError `KEY_STATE`. */
export function demandNotContained(name: string, {containedBy}: Pick<Version, 'containedBy'>): void {
  if (containedBy === null) return
  throw new KeyriteError(
    'KEY_STATE',
    `cannot change key "${name}" so: incident i${containedBy} contained it, and only an unrevocation takes that back`,
    {hints: [`keyrite incident show i${containedBy}`, `keyrite unrevoke ${name}`]},
  )
}

function requestOf(view: Pick<View, 'of'>, approved: number | null) {
  const {all, byMet} = view.of(requests)
  return all.get(byMet.get(approved ?? -1) ?? -1)
}
