/** What is known of keys. */
import type {JsonObject} from '../base/jcs.ts'
import type {Versions} from '../base/versions.ts'
import type {Entry} from '../ledger/index.ts'
import type {DatesText} from './dates.ts'
import type {Availability, Strength, VersionRef} from '../providers/ports.ts'
import type {ScheduleTerms} from '../providers/schedule.ts'
import type {KnownProtection} from './protection.ts'
import type {KeyState} from './lifecycle.ts'
import type {KeyPlanSpec} from './spec.ts'

/** One thing that was tried at the provider, and how it went. */
export interface ProbeResult {
  readonly probe: string
  readonly ok: boolean
  readonly evidence: Strength
  readonly detail: string
}

export interface Version {
  readonly version: number
  readonly state: KeyState
  readonly ref: VersionRef
  /** SHA-256 of the public key's blob (SPKI DER), or null. */
  readonly public: string | null
  readonly protection: KnownProtection
  /** When its service deleted it from its lists, after it was destroyed; absent where it did not. */
  readonly deletedAt?: string
  readonly createdAt: string
  readonly changedAt: string
  /** When it first became active: from then on its age counts. Null while it never was. */
  readonly activatedAt: string | null
  /** The entry that brought it into its state. */
  readonly changedBy: number
  /** While its destruction is scheduled: the state before that, and when it may be destroyed. */
  readonly cameFrom: KeyState | null
  readonly destroyAt: string | null
  /** The incident (the seq of its first entry) by which it is suspended: only the quorum of an unrevocation resumes it. Else null. */
  readonly containedBy: number | null
  /** The approval under which it was scheduled. */
  readonly scheduledBy: number | null
  /** When it was last used to protect something: when it left the state active. Null before, and while it is active. */
  readonly usedUntil: string | null
  /** When it was called compromised, also after it was destroyed. */
  readonly compromisedAt: string | null
  /** The entry that recorded it. */
  readonly seq: number
  /** Whether its material came from outside: some places make no further version of such a key. */
  readonly imported: boolean
  /** While it waits to be promoted in an emergency: the approval that made it and allows that. Null of any other. */
  readonly standby: number | null
  /** When something new may be protected with it, as its service was told and says; absent where it was told nothing. */
  readonly dates?: DatesText
  /** What the provider itself enforces now. */
  readonly enforced: Availability
  readonly tried: {
    readonly ok: boolean
    readonly at: string
    readonly seq: number
    readonly results: readonly ProbeResult[]
  } | null
  /** What was tried when it came into its state; null before the first change. */
  readonly effect: {
    readonly at: string
    readonly seq: number
    readonly results: readonly ProbeResult[]
  } | null
  /** By which others reach it at its service, sorted; as far as keyrite gave them. */
  readonly aliases: readonly string[]
  /** The other regions in which it lies, when that was looked at last. */
  readonly copies: readonly string[]
  /** Where the copy is that decides of all, where keyrite chose it; null: in its profile's region. */
  readonly primaryRegion: string | null
  /** A signature or ciphertext from its first proof, for later ones. */
  readonly sample: {readonly kind: string; readonly message: string; readonly value: string} | null
}

export interface Key {
  readonly name: string
  readonly profile: string
  readonly spec: KeyPlanSpec
  readonly createdAt: string
  /** When it was taken over, of a key that its place had already; null of one that keyrite made. */
  readonly adoptedAt: string | null
  readonly ceremony: string | null
  /** Names of the parties in the spec. */
  readonly names: Readonly<Record<string, string | null>>
  /** What these names stand as in the entries. */
  readonly hidden: JsonObject
  readonly versions: readonly Version[]
  readonly primary: number
  /** Words by which rules of retention know it, sorted. */
  readonly labels: readonly string[]
  /** What stands against destroying it; also those whose time is over. */
  readonly holds: readonly Hold[]
  /** The schedule of its service's own that was set last through this ledger, and the entry that says so; absent where none was. */
  readonly schedule?: {readonly seq: number; readonly terms: ScheduleTerms}
  /** The policy that its service gave back when one was set last through this ledger, of which version, and the entry that says so; absent where none was. */
  readonly policy?: {readonly seq: number; readonly version: number; readonly sha256: string}
  /** When its service deleted it with all its versions, and its name was used up; absent where it did not. */
  readonly deletedAt?: string
}

export const holdKinds = ['legal-hold', 'retention'] as const

export interface Hold {
  /** The entry that placed it. */
  readonly seq: number
  readonly kind: (typeof holdKinds)[number]
  readonly until: string
}

/** An intent without an outcome: indeterminate until the provider was asked. */
export interface OpenIntent {
  readonly seq: number
  readonly kind:
    | 'create'
    | 'import'
    | 'state'
    | 'try'
    | 'rotate'
    | 'standby'
    | 'primary'
    | 'replicate'
    | 'alias'
    | 'grant'
    | 'ungrant'
    | 'schedule'
    | 'dates'
    | 'delete'
  readonly key: string
  readonly version: number
  readonly profile: string
  readonly id: string
  readonly from: string | null
  readonly to: string | null
  readonly approved: number | null
  readonly ceremony: string | null
}

export interface Keys {
  readonly keys: Versions<string, Key>
  readonly open: Versions<number, OpenIntent>
  /** By what each version is called at its place, in all of the ledger (`placeKey`): the key that it is of. */
  readonly places: Versions<string, string>
}

/** What an entry of this type begins, or ends. */
export function kindOf(type: string): OpenIntent['kind'] {
  const kinds = [
    'create',
    'import',
    'state',
    'rotate',
    'standby',
    'primary',
    'replicate',
    'alias',
    'grant',
    'ungrant',
    'schedule',
    'dates',
    'delete',
  ] as const
  const found = kinds.find((kind) => type.startsWith(`key.${kind}`))
  return found ?? 'try'
}

/** Reads an intent from its entry, whose form was checked. */
export function intentOf(entry: Entry, kind: OpenIntent['kind']): OpenIntent {
  const text = (name: string): string | null => {
    const value = entry.data[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null
  }
  return {
    seq: entry.seq,
    kind,
    key: text('key') ?? '',
    version: Number(entry.data['version'] ?? entry.data['to']),
    profile: text('profile') ?? '',
    id: text('intent') ?? '',
    from: text('from'),
    to: text('to'),
    approved: entry.approved,
    ceremony: entry.ceremony,
  }
}

/** The intent of this kind on this version that has no outcome yet. */
export function openIntent(
  {open}: Keys,
  kind: OpenIntent['kind'],
  key: string,
  version: number,
): OpenIntent | undefined {
  return [...open.values()].find((one) => one.kind === kind && one.key === key && one.version === version)
}

/** Whether there is something at its place that is not on its way to be destroyed. */
export function isLiving({state}: Pick<Version, 'state'>): boolean {
  return state !== 'destroyed' && state !== 'destruction-scheduled'
}
