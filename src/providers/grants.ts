/** Rights to use a key that the service itself keeps, beside every policy: whoever has one uses the key, whatever a policy says. */
import type {Purpose} from './algorithms.ts'

export interface Grant {
  readonly id: string
  /** In which it counts: copies of a key have grants of their own. */
  readonly region: string
  readonly name: string | null
  readonly grantee: string
  readonly operations: readonly string[]
  /** Only with an encryption context that the grant names. */
  readonly onlyInContext: boolean
  readonly createdAt: Date | null
}

/** In the service's own words. */
export interface GrantWish {
  readonly grantee: string
  readonly operations: readonly string[]
  readonly region: string
}

/** What a service can grant at all, known without asking it. */
export interface Grantable {
  /** The operations that use a key of this purpose, or read what is not secret of it. */
  readonly operations: (purpose: Purpose) => readonly string[]
  /** What is wrong with this grantee, in one sentence; undefined where nothing is. */
  readonly granteeFault: (grantee: string) => string | undefined
  /** Where its places lie, by their identity; their region where it is absent. */
  readonly regionOf?: (identity: Readonly<Record<string, string>>) => string
  /** How many operations one grant is for at most; absent where any number. */
  readonly most?: number
  /** How somebody is named there, as help has it; `ARN` where it is absent. */
  readonly example?: string
  /** Where places of this kind differ: why the one of this identity keeps none, and what gives them there; undefined where it keeps them. */
  readonly keptElsewhere?: (
    identity: Readonly<Record<string, string>>,
    key: string,
  ) => {readonly fact: string; readonly fix: string} | undefined
}
