/**
 * What is known of incidents: emergencies about one key each, from the first second until they are closed. One folded state;
 * whatever is shown, exported or told of an incident is read from here.
 */
import {Versions} from '../base/versions.ts'
import type {Availability} from '../providers/ports.ts'

/** Why a key is revoked (R2). */
export const reasons = [
  'key-compromise',
  'departure',
  'system-compromise',
  'legal',
  'customer-request',
] as const
export type Reason = (typeof reasons)[number]

/** What is done first: containing, or putting another key in its place. */
export const orders = ['contain', 'replace'] as const
export type Order = (typeof orders)[number]

/** `proven`: refused again and again, for the right reason. `still-usable`: done. `not-proven`: it could not be tried. */
export const verdicts = ['proven', 'not-proven', 'still-usable'] as const
export type Verdict = (typeof verdicts)[number]

/**
 * What is done to a version that is no change of its state: one that has none to be suspended from is disabled; rights to use it
 * are taken away; and how each is taken back.
 */
export const acts = ['disable', 'restore', 'strip', 'return'] as const
export type Act = (typeof acts)[number]

export interface ProvedVersion {
  readonly version: number
  readonly proof: Verdict
  /** How many refusals in a row ended it. */
  readonly refusals: number
  readonly detail: string
}

export interface ProofTry {
  readonly seq: number
  readonly at: string
  readonly proof: Verdict
  readonly lastSuccess: string | null
  readonly firstRefusal: string | null
  readonly refusals: number
  readonly versions: readonly ProvedVersion[]
}

/** One containment act on one version: what was intended, and what came of it. */
export interface ContainmentAct {
  readonly version: number
  /** `promote`: it took the place of what was contained, and is none of that. */
  readonly act: 'suspend' | 'resume' | 'promote' | Act
  /** The intent. */
  readonly seq: number
  readonly id: string
  readonly begun: string
  readonly approved: number | null
  /** SHA-256 of the blob with the rights that there were; null of any other act. */
  readonly saved: string | null
  readonly outcome: {
    readonly seq: number
    readonly at: string
    readonly ok: boolean
    /** Why the provider refused it; null where it was done. */
    readonly code: string | null
    readonly enforced: Availability | null
    /** How many rights were taken away, and how many are left that let somebody use it; null of any other act. */
    readonly rights: {readonly taken: number; readonly left: number} | null
  } | null
}

export interface Replaced {
  /** The entry by which it became primary. */
  readonly seq: number
  readonly at: string
  readonly version: number
  readonly from: number
  /** Whether whoever contained it promoted a standby, or the emergency quorum replaced it. */
  readonly by: 'standby' | 'quorum'
}

export interface Note {
  readonly seq: number
  readonly at: string
  readonly by: string | null
  /** Private: null where it is withheld. */
  readonly words: string | null
}

export interface Hooked {
  readonly seq: number
  readonly at: string
  readonly hook: string
  readonly phase: string
  readonly sha256: string
  readonly ok: boolean
  readonly exit: number | null
}

export interface Incident {
  /** `i` and the seq of `incident.opened`. */
  readonly id: string
  readonly seq: number
  readonly key: string
  readonly profile: string
  readonly reason: Reason
  /** Private: null where it is withheld, or none was given. */
  readonly ticket: string | null
  readonly order: Order
  /** An exercise on a key of a test profile: everything is done, and nothing of it counts as an incident. */
  readonly drill: boolean
  /** When the clock started: RFC 3339. */
  readonly startedAt: string
  readonly openedBy: string
  /** What probes before containment carry. */
  readonly intent: string
  /** What was found before anything was done; null before that. */
  readonly looked: {
    readonly seq: number
    readonly at: string
    /** SHA-256 of the blob: preflight, impact, and what every version was. */
    readonly facts: string
    readonly lastSuccess: string | null
  } | null
  /** Who used the key, as the log of its place said since it was opened, the newest reading; null: it was not read. */
  readonly used: Used | null
  readonly acts: readonly ContainmentAct[]
  /** Who approved what was contained, each once. */
  readonly containedBy: readonly string[]
  /** What took its place as the primary version; null while nothing has. */
  readonly replaced: Replaced | null
  readonly proofs: readonly ProofTry[]
  /** Null, too, once more was contained since. */
  readonly ratified: {readonly seq: number; readonly at: string} | null
  /** The entry up to which others have looked at what was done; -1 before the first time. */
  readonly ratifiedTo: number
  readonly notes: readonly Note[]
  readonly hooked: readonly Hooked[]
  readonly closed: {
    readonly seq: number
    readonly at: string
    readonly by: string | null
    readonly outcome: 'over' | 'confirmed-compromise'
    readonly waived: readonly {readonly duty: number; readonly reason: string | null}[]
  } | null
  /** What was contained where the ledger could not be written, and how many of its journals were taken in. */
  readonly journals: readonly Absorbed[]
}

/** What the log of a key's place said of its use. */
export interface Used {
  readonly seq: number
  readonly since: string
  readonly until: string
  readonly events: number
  /** How many of them put something under it; null where that was not counted. */
  readonly protecting: number | null
  /** The last of them; private: null where it is withheld, or there was none. */
  readonly last: string | null
  /** Who, the most refused first; private: null where it is withheld. */
  readonly callers: readonly Caller[] | null
  /** What that log cannot show, in sentences. */
  readonly gaps: readonly string[]
}

export interface Caller {
  readonly caller: string
  /** Whether they used it; else they changed it, or looked at it. */
  readonly uses: boolean
}

/** A journal that was taken in. */
export interface Absorbed {
  readonly seq: number
  readonly at: string
  /** The journal's own id, 32 hex. */
  readonly id: string
  readonly blob: string
  /** Lines after the last signature: nobody vouches for them. */
  readonly stated: number
  /** Whether this incident had a journal, or was opened here, before. */
  readonly second: boolean
}

export interface Incidents {
  /** By seq. */
  readonly all: Versions<number, Incident>
  /** Intents of proofs that have no outcome yet, by seq. */
  readonly proving: Versions<number, {readonly seq: number; readonly id: string; readonly incident: number}>
  /** How each key was used, as its log was read last; by its name. */
  readonly used: Versions<string, Used>
}

/** Where other folders find the incidents in a view. */
export const incidents = {
  name: 'incidents',
  initial: (): Incidents => ({all: new Versions(), proving: new Versions(), used: new Versions()}),
}

export function isOpen({closed}: Incident): boolean {
  return closed === null
}

/** The open incident about a key. */
export function openOn({all}: Pick<Incidents, 'all'>, key: string): Incident | undefined {
  return [...all.values()].find((one) => one.key === key && isOpen(one))
}
