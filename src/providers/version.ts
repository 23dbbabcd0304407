/** One version of a key at its provider, and what is said of it. */
import type {Algorithm, Purpose, Scheme} from './algorithms.ts'
import type {Dates} from './dates.ts'

/** One piece of key material at one provider, by the provider's own ids. `key` names the key, `version` the material. */
export interface VersionRef {
  readonly key: string
  readonly version: string
}

/** The id of a committed intent: 32 lower-case hex digits. Carried as tag, label or id, so that `find` can answer after a crash. */
export type IntentId = string

export interface KeySpec {
  /** The key's name in keyrite's inventory: 1 to 63 of `a-z 0-9 -`, starting with a letter. */
  readonly label: string
  readonly algorithm: Algorithm
  readonly scheme: Scheme
  readonly purpose: Purpose
  /** By which name a key manager outside the service has it, where the service only reaches it there; absent elsewhere. */
  readonly outside?: string
}

/**
 * What a version may be used for, as far as the provider can enforce it.
 * `probe`: proof of possession only, over messages that start with `probeLabel`. `enabled`: both ways.
 * `historic`: verify, decrypt, unwrap of what was made before. `disabled`: nothing.
 */
export type Availability = 'probe' | 'enabled' | 'historic' | 'disabled'

/** Every message that is signed, MACed or encrypted only to prove that a key works begins with these bytes. */
export const probeLabel = 'keyrite/v1/probe\n'

export interface Description {
  readonly ref: VersionRef
  readonly spec: KeySpec
  readonly intent: IntentId | null
  readonly availability: Availability | 'destruction-pending' | 'destroyed'
  /** Null where the provider does not say it, as of a version that it keeps from being used. */
  readonly createdAt: Date | null
  /** When the material will be gone, where a waiting period runs. */
  readonly destroyAt: Date | null
  /** When the service deletes by itself what was brought from outside; absent where it never does. */
  readonly endsAt?: Date
  /** When something new may be protected with it; absent where its service keeps no such dates. */
  readonly dates?: Dates
}

/** How strong a fact is, the strongest first. `attested` hardware signature verified; `verified` tried; `asserted` the provider says so; `stated` a person says so. */
export const strengths = ['attested', 'verified', 'asserted', 'stated'] as const
export type Strength = (typeof strengths)[number]

export interface Protection {
  /** `software` is never presented as hardware; `unknown` where no evidence says. */
  readonly level: 'hardware' | 'software' | 'unknown'
  /** The FIPS 140 level that the evidence gives, else null. */
  readonly fips: string | null
  readonly evidence: Strength
  /** One sentence: what says so. */
  readonly detail: string
  /** What the hardware signed, with all that is needed to judge it again: JCS. Absent where it signs nothing. */
  readonly attestation?: Uint8Array
}

/** "Did it happen?" */
export type Found =
  | {readonly kind: 'one'; readonly ref: VersionRef}
  | {readonly kind: 'none'}
  | {readonly kind: 'ambiguous'; readonly refs: readonly VersionRef[]}
