/** What a place offers, held against a key that is wanted there: in a ceremony's lint and in a plan, by the same words. */
import {algorithms, type Algorithm, type Purpose, type Scheme} from './algorithms.ts'
import type {Capabilities} from './ports.ts'

export type Offered = Pick<Capabilities, 'keys' | 'imports' | 'outside'>

export interface Wanted {
  /** The name of the place. */
  readonly profile: string
  readonly algorithm: Algorithm
  /** Any of these will do. */
  readonly schemes: readonly Scheme[]
  readonly purpose: Purpose
  /** Whether its material comes from outside. */
  readonly brought: boolean
  /** By which name a key manager outside the service has it; absent where it is made anew. */
  readonly outside?: string
}

export interface Lack {
  readonly of: 'profile' | 'algorithm' | 'scheme' | 'purpose'
  /** With what it can do. */
  readonly fact: string
}

/** @returns undefined where nothing is lacking. */
export function lackOf(
  {profile, algorithm, schemes, purpose, brought, outside}: Wanted,
  {keys, imports, outside: lieOutside = false}: Offered,
): Lack | undefined {
  const place = `profile "${profile}"`
  if (brought && !imports)
    return {of: 'profile', fact: `${place} takes no key from outside: make one there, or bring it to another`}
  if (lieOutside && outside === undefined)
    return {
      of: 'profile',
      fact: `the keys of ${place} are made in its own key manager, outside the service, and taken from there by name: keyrite key create NAME --external-key ID`,
    }
  if (!lieOutside && outside !== undefined)
    return {
      of: 'profile',
      fact: `${place} reaches no key manager outside its service: leave out --external-key`,
    }
  const one = keys.find((offered) => offered.algorithm === algorithm)
  if (one === undefined) {
    const can = algorithms.filter((name) => keys.some((offered) => offered.algorithm === name))
    return {
      of: 'algorithm',
      fact: `${place} cannot make ${algorithm}: it can make ${can.length === 0 ? 'none that keyrite uses' : can.join(', ')}`,
    }
  }
  if (!schemes.some((scheme) => one.schemes.includes(scheme)))
    return {
      of: 'scheme',
      fact: `${place} cannot use ${algorithm} by ${schemes.join(' or ')}: it can by ${one.schemes.join(', ')}`,
    }
  return one.without?.includes(purpose) === true
    ? {of: 'purpose', fact: `${place} has no ${algorithm} to ${purpose}: it lacks what that takes`}
    : undefined
}
