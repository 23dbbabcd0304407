/** Which keys count: in production only those that hardware holds, and those that the policy names. */
import {parsePublicKey, type EnrolledKey} from '../../custody/index.ts'
import type {Policy} from '../document.ts'

/** Whether a key counts for a plan of this environment. @param environment - of the plan's profile; null without one. */
export function keyCounts(policy: Policy, environment: string | null, key: EnrolledKey): boolean {
  if (environment !== 'production' || key.class === 'attested') return true
  const {fingerprint, sk} = parsePublicKey(key.key)
  return (key.class === 'asserted' && sk) || policy.stated_keys.includes(fingerprint)
}
