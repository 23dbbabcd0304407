/** Removing a profile: the entry, and what this machine remembers. */
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import type {Person} from '../custody/index.ts'
import {policyFold, ruleFor} from '../policy/index.ts'
import {factsOf, writeConfig, type ProfileFacts} from '../profiles/index.ts'
import {operationOf, phase, type Plan} from '../requests/index.ts'
import {contextFor} from './gather.ts'

/** @throws KeyriteError `PLAN_MOVED` if it is gone, `UNSUPPORTED` where people must be asked. */
export async function removeProfile(app: App, profile: ProfileFacts, actor: Person | null): Promise<void> {
  const {ledger} = app
  const {policy, seq} = ledger.of(policyFold)
  const rule = ruleFor(policy, {operation: 'profile.remove', class: null, kind: profile.kind})
  if (rule.people > 0) {
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot remove profile "${profile.name}": rule "${rule.id}" asks people for it, which is not possible yet`,
      {hints: ['keyrite policy explain profile.remove']},
    )
  }
  const plan: Plan = {
    type: 'keyrite.plan/1',
    operation: 'profile.remove',
    change: {},
    phases: [phase('remove')],
    profile: factsOf(profile),
    rests: [`no keys live in profile "${profile.name}"`],
    rule: rule.id,
  }
  const operation = operationOf(app.operations, 'profile.remove')
  operation.stillTrue(ledger.view, plan, 'remove')
  await operation.act({...contextFor(app, actor), approved: seq}, plan, 'remove')
  writeConfig(app.world.home, profile.name, null)
}
