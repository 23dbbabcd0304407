/** Findings on who is told of an incident: a name that stands twice, and roles of R1 that no channel reaches. */
import type {Policy} from '../document.ts'
import {untold} from '../notifications.ts'
import {finding, type PolicyFinding} from './finding.ts'

export function* notifications(policy: Policy): Generator<PolicyFinding> {
  const all = policy.notifications ?? []
  for (const [at, {name}] of all.entries())
    if (all.findIndex((one) => one.name === name) !== at)
      yield finding('channel-twice', `channel "${name}" stands twice`, ['notifications', at, 'name'])
  const missed = all.length === 0 ? [] : untold(policy)
  if (missed.length > 0)
    yield finding('channel-missing', `no channel tells ${missed.join(', ')} of an incident`, [
      'notifications',
    ])
}
