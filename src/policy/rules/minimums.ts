/** What a policy asks at least: of algorithms and hardware in production, and of witnesses. */
import {KeyriteError} from '../../base/errors.ts'
import type {KeyClassName, Policy} from '../document.ts'

/** @throws KeyriteError `POLICY_REFUSES` if the policy does not allow a production key of this algorithm. */
export function demandAlgorithm(
  {name, minimums}: Pick<Policy, 'name' | 'minimums'>,
  key: {readonly name: string; readonly algorithm: string; readonly environment: string},
): void {
  if (key.environment !== 'production' || minimums.algorithms.includes(key.algorithm)) return
  throw new KeyriteError(
    'POLICY_REFUSES',
    `cannot make key "${key.name}": policy "${name}" does not allow ${key.algorithm} in production`,
    {hints: [`--algorithm ${minimums.algorithms.join('|')}`]},
  )
}

/** Whether a key of this class may only lie in hardware. */
export function wantsHardware(
  {minimums}: Pick<Policy, 'minimums'>,
  key: {readonly class: KeyClassName; readonly environment: string},
): boolean {
  return key.environment === 'production' && (minimums.hardware ?? []).includes(key.class)
}

/**
 * @param level - what protects the key, as its provider says; or what its kind of provider can be at most.
 * @throws KeyriteError `POLICY_REFUSES` if the policy wants hardware for a key of this class, and this is none.
 */
export function demandHardware(
  policy: Pick<Policy, 'name' | 'minimums'>,
  key: {readonly name: string; readonly class: KeyClassName; readonly environment: string},
  level: string,
): void {
  if (level === 'hardware' || !wantsHardware(policy, key)) return
  throw new KeyriteError(
    'POLICY_REFUSES',
    `cannot use key "${key.name}" in production: policy "${policy.name}" wants keys of class ${key.class} in hardware, and what protects it is ${level}`,
    {hints: ['--profile P, one whose keys lie in hardware', 'keyrite policy show']},
  )
}
