/** Removing a profile: the entry, and what this machine remembers. */
import type {App} from '../app.ts'
import type {Person} from '../custody/index.ts'
import {policyFold, ruleFor} from '../policy/index.ts'
import {writeConfig, type ProfileFacts} from '../profiles/index.ts'
import {operationOf, type Plan, planFor} from '../requests/index.ts'
import {contextFor} from './gather.ts'

/** @throws KeyriteError `PLAN_MOVED` if it is gone. */
export function planRemoval({ledger, operations}: App, profile: ProfileFacts): Plan {
  const plan = planFor(ledger, {
    operation: 'profile.remove',
    class: null,
    change: {name: profile.name},
    phases: ['remove'],
    profile,
    rests: [`no keys live in profile "${profile.name}"`],
  })
  operationOf(operations, 'profile.remove').stillTrue(ledger.view, plan, 'remove')
  return plan
}

/** How many people the policy asks to remove it. */
export function peopleToRemove({ledger}: App, {kind}: ProfileFacts): number {
  return ruleFor(ledger.of(policyFold).policy, {operation: 'profile.remove', class: null, kind}).people
}

/** Removes a profile that needs nobody for it. */
export async function removeProfile(app: App, profile: ProfileFacts, actor: Person | null): Promise<void> {
  const {seq} = app.ledger.of(policyFold)
  const plan = planRemoval(app, profile)
  const operation = operationOf(app.operations, 'profile.remove')
  await operation.act({...contextFor(app, actor), approved: seq}, plan, 'remove')
  forgetProfile(app, profile)
}

/** What this machine remembered of where it lies. */
export function forgetProfile(app: App, {name}: ProfileFacts): void {
  writeConfig(app.world.home, name, null)
}
