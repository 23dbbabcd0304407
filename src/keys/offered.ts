/** Whether a place can have the key that a plan is about: refused before anybody signs. */
import {KeyriteError} from '../base/errors.ts'
import type {JsonObject} from '../base/jcs.ts'
import {lackOf, type Offered} from '../providers/offered.ts'
import {parseSpec} from './spec.ts'

/**
 * @param change - what the plan says of the key that it makes, or brings.
 * @param profile - where.
 * @throws KeyriteError `UNSUPPORTED`, naming what the place can do.
 */
export function demandOffered(
  change: JsonObject,
  profile: string,
  offered: Offered,
  {brought}: {readonly brought: boolean},
): void {
  const {key, algorithm, scheme, purpose} = parseSpec(change)
  const lack = lackOf({profile, algorithm, schemes: [scheme], purpose, brought}, offered)
  if (lack !== undefined)
    throw new KeyriteError('UNSUPPORTED', `cannot ${brought ? 'bring' : 'make'} key "${key}": ${lack.fact}`, {
      hints: ['keyrite profile list'],
    })
}
