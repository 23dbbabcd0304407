/** Whether what protects a version is what the policy wants of its class. */
import type {View} from '../ledger/index.ts'
import {demandHardware, policyFold} from '../policy/index.ts'
import {profilesFold} from '../profiles/index.ts'
import {keysFold} from './fold.ts'
import type {Version} from './state.ts'

/** @throws KeyriteError `POLICY_REFUSES` in production, for a key that is not in hardware where the policy wants that. */
export function demandProtected(view: Pick<View, 'of'>, name: string, {protection}: Version): void {
  const key = view.of(keysFold).keys.get(name)
  const environment = view.of(profilesFold).profiles.get(key?.profile ?? '')?.environment
  if (key === undefined || environment === undefined) return
  demandHardware(view.of(policyFold).policy, {name, class: key.spec.class, environment}, protection.level)
}
