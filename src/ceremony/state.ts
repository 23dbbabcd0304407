/** What is known of ceremonies. */
import type {Versions} from '../base/versions.ts'
import type {Entry} from '../ledger/index.ts'

export interface Done {
  readonly step: string
  readonly kind: string
  readonly seq: number
  readonly started: string
  readonly at: string
  /** Planned. */
  readonly minutes: number
  readonly by: readonly string[]
  readonly result: Entry['data']
}

/** One round of signatures: over everything of the ceremony before it. */
export interface SignOff {
  readonly round: number
  readonly seq: number
  readonly leaf: string
  readonly at: string
}

export interface Signed {
  /** The round of the sign-off that it is about. */
  readonly round: number
  readonly person: string
  readonly seq: number
  readonly at: string
  readonly key: string
}

/** Somebody signed that they are here. */
export interface Present {
  readonly person: string
  readonly seq: number
  readonly at: string
  readonly key: string
}

/** Something was done otherwise than the template has it. */
export interface Deviation {
  /** `D1`, `D2` … */
  readonly name: string
  readonly seq: number
  readonly at: string
  readonly step: string
  /** Null where withheld. */
  readonly what: string | null
  readonly why: string | null
  readonly decidedBy: string
  readonly agreedBy: readonly string[]
}

/** Something that happened around the steps. */
export interface Note {
  readonly seq: number
  readonly at: string
  readonly what: 'stopped' | 'paused' | 'resumed' | 'aborted'
  readonly reason: string | null
  /** The step that was next; empty for an end. */
  readonly step: string
  /** Who stayed, or who is back. */
  readonly people: readonly string[]
  /** Of an end before its time: what was left behind, in words. */
  readonly left: readonly string[]
}

export type CeremonyStatus = 'running' | 'waiting-for-signatures' | 'signed-off' | 'stopped' | 'aborted'

export interface Ceremony {
  /** 32 hex. */
  readonly id: string
  readonly seq: number
  readonly title: string
  /** SHA-256 of the template's bytes, hex: the blob's name. */
  readonly template: string
  readonly opened: Entry
  readonly participants: readonly {readonly role: string; readonly people: readonly string[]}[]
  readonly profile: string | null
  readonly stopped: boolean
  readonly aborted: boolean
  readonly done: readonly Done[]
  readonly notes: readonly Note[]
  /** Leaf hashes, hex, of every entry of this ceremony so far, in order. */
  readonly leaves: readonly string[]
  readonly keys: readonly {readonly key: string; readonly version: number}[]
  /** Sets of shares that were split in it, void ones among them, in order. */
  readonly sets: readonly string[]
  /** Who signed their presence; of all others it is stated. */
  readonly present: readonly Present[]
  readonly deviations: readonly Deviation[]
  /** The last round. */
  readonly signOff: SignOff | null
  /** Of the last round, in order. */
  readonly signed: readonly Signed[]
  /** Of the rounds before it. */
  readonly signedBefore: readonly Signed[]
  readonly bundles: readonly {readonly seq: number; readonly sha256: string}[]
  readonly lastSeq: number
}

export type Ceremonies = Versions<string, Ceremony>

/** Everyone who takes part, once, in the order of the roles. */
export function everyone(ceremony: Pick<Ceremony, 'participants'>): readonly string[] {
  return [...new Set(ceremony.participants.flatMap(({people}) => people))]
}

/** Participants whose signature under the transcript is missing: all of them while a deviation waits for its round. */
export function missingSignatures(ceremony: Ceremony): readonly string[] {
  if (roundIsDue(ceremony)) return everyone(ceremony)
  return everyone(ceremony).filter((id) => !ceremony.signed.some(({person}) => person === id))
}

/** Whether a deviation came after the last round was opened: then nobody signs before the next. */
export function roundIsDue({signOff, deviations}: Pick<Ceremony, 'signOff' | 'deviations'>): boolean {
  return signOff !== null && (deviations.at(-1)?.seq ?? -1) > signOff.seq
}

/** Participants who have not signed that they are here. */
export function unsignedPresence(ceremony: Ceremony): readonly string[] {
  return everyone(ceremony).filter((id) => !ceremony.present.some(({person}) => person === id))
}

export function statusOfCeremony(ceremony: Ceremony): CeremonyStatus {
  if (ceremony.aborted) return 'aborted'
  if (ceremony.signOff !== null)
    return missingSignatures(ceremony).length === 0 ? 'signed-off' : 'waiting-for-signatures'
  return ceremony.stopped ? 'stopped' : 'running'
}
