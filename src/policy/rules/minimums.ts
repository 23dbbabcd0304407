/** What a policy asks at least: of algorithms in production, and of witnesses. */
import {KeyriteError} from '../../base/errors.ts'
import type {Policy} from '../document.ts'

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
