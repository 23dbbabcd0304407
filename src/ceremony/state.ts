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

export interface SignOff {
  readonly seq: number
  readonly leaf: string
  readonly at: string
}

export interface Signed {
  readonly person: string
  readonly seq: number
  readonly at: string
  readonly key: string
}

/** Something that happened around the steps. */
export interface Note {
  readonly seq: number
  readonly at: string
  readonly what: 'stopped' | 'resumed' | 'aborted'
  readonly reason: string | null
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
  readonly signOff: SignOff | null
  readonly signed: readonly Signed[]
  readonly bundles: readonly {readonly seq: number; readonly sha256: string}[]
  readonly lastSeq: number
}

export type Ceremonies = Versions<string, Ceremony>

/** Everyone who takes part, once, in the order of the roles. */
export function everyone(ceremony: Pick<Ceremony, 'participants'>): readonly string[] {
  return [...new Set(ceremony.participants.flatMap(({people}) => people))]
}

/** Participants whose signature under the transcript is missing. */
export function missingSignatures(ceremony: Ceremony): readonly string[] {
  return everyone(ceremony).filter((id) => !ceremony.signed.some(({person}) => person === id))
}

export function statusOfCeremony(ceremony: Ceremony): CeremonyStatus {
  if (ceremony.aborted) return 'aborted'
  if (ceremony.signOff !== null)
    return missingSignatures(ceremony).length === 0 ? 'signed-off' : 'waiting-for-signatures'
  return ceremony.stopped ? 'stopped' : 'running'
}
