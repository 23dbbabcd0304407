/** Whether a place can have the key that a plan is about: refused before anybody signs. */
import {KeyriteError} from '../base/errors.ts'
import {lackOf, type Offered} from '../providers/offered.ts'
import type {KeyPlanSpec} from './spec.ts'

/** What is done, in the word of its refusal: a key is made, brought from outside, or another version of one is made. */
export type Making = 'make' | 'bring' | 'rotate' | 'replace' | 'make a standby for'

/**
 * @param spec - of the key that is made or brought, or of which another version is.
 * @param profile - where.
 * @throws KeyriteError `UNSUPPORTED`, naming what the place can do.
 */
export function demandOffered(
  {
    key,
    algorithm,
    scheme,
    purpose,
    external_key: outside,
  }: Pick<KeyPlanSpec, 'key' | 'algorithm' | 'scheme' | 'purpose' | 'external_key'>,
  profile: string,
  offered: Offered,
  making: Making,
): void {
  const named = making === 'make' && outside !== undefined ? {outside} : {}
  const lack = lackOf(
    {profile, algorithm, schemes: [scheme], purpose, brought: making === 'bring', ...named},
    offered,
  )
  if (lack !== undefined)
    throw new KeyriteError('UNSUPPORTED', `cannot ${making} key "${key}": ${lack.fact}`, {
      hints: ['keyrite profile list'],
    })
}
