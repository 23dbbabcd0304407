/**
 * What keyrite asks of a place that holds keys and never gives them up.
 *
 * Five small ports by meaning. Implementations share nothing of what is done at a service; each does what is native to it.
 * What holds of a key everywhere, before any place is asked, stands beside them: `purposes.ts`, `outside.ts`.
 * A provider knows nothing of lifecycle or policy: it says what it can do, does it, and says what it did with evidence.
 * What it cannot do it refuses with UNSUPPORTED *before* anything is touched, naming what it can do.
 *
 * Every method may throw KeyriteError PROVIDER_FAILED (retry may help), PROVIDER_UNREACHABLE, or CREDENTIALS_REFUSED.
 */
import type {ErrorCode} from '../base/errors.ts'
import type {Secret} from '../base/secret.ts'
import type {Algorithm, Purpose, Scheme} from './algorithms.ts'
import type {HsmClusters} from './clusters.ts'
import type {Dates} from './dates.ts'
import type {KeptBackups} from './kept-backups.ts'
import type {KeyPolicies} from './key-policies.ts'
import type {KeyBackups} from './key-backups.ts'
import type {PlaceSettings} from './place-settings.ts'
import type {Policy, Standing} from './permissions.ts'
import type {KeyRights, KeyTold} from './rights.ts'
import type {KeySchedule} from './schedule.ts'
import type {KeyGrants, KeyService} from './service.ts'
import type {ReadUsage} from './usage.ts'
import type {KeyUse} from './use.ts'
import type {Availability, Description, Found, IntentId, KeySpec, Protection, VersionRef} from './version.ts'
import type {WholeBackups} from './whole-backups.ts'

export type {HsmCluster, HsmClusters} from './clusters.ts'
export type {KeptBackup, KeptBackups} from './kept-backups.ts'
export type {Access, KeyGrants, KeyService, LastUse, Replica} from './service.ts'
export type {KeyUse} from './use.ts'
export {
  probeLabel,
  strengths,
  type Availability,
  type Description,
  type Found,
  type IntentId,
  type KeySpec,
  type Protection,
  type Strength,
  type VersionRef,
} from './version.ts'

export interface KeyStore {
  /** Makes a key with one version, available as `probe` (or `enabled` where the provider knows no such state). May not be repeated: ask `find` first. @param dates - only for a kind with `keepsDates`. */
  create(spec: KeySpec, intent: IntentId, dates?: Dates): Promise<VersionRef>
  /** @returns undefined if there is no such version. */
  describe(ref: VersionRef): Promise<Description | undefined>
  /** Streams every version, in no promised order. */
  list(): AsyncIterable<Description>
  /** Answers "did it happen?" after a crash. @param before - the versions that were there when the intent was written. */
  find(intent: IntentId, before: readonly VersionRef[]): Promise<Found>
}

/** Each may be repeated with the same effect, except `rotate`: ask `find` first. */
export interface KeyLife {
  /** Makes the version available as said. @returns what the provider itself now enforces, which may be less where it can hold this version to no more. @throws KeyriteError `KEY_STATE` if it is destroyed or waiting for it, `PROVIDER_FAILED` if the service said yes and did nothing. */
  setAvailability(ref: VersionRef, availability: Availability): Promise<Availability>
  /** A new version of the same key, available as `probe`. @param dates - as of `create`. */
  rotate(key: string, intent: IntentId, dates?: Dates): Promise<VersionRef>
  /** Makes the version the one that the service takes for whoever names only the key, and looks that it is. Does nothing for a key that has no such version there; absent where no key has. */
  setPrimary?(ref: VersionRef): Promise<void>
  /** Both dates of the version become these. May be repeated; absent where the service keeps none. @returns what it says then. */
  setDates?(ref: VersionRef, dates: Dates): Promise<Dates>
  /** @returns when the material will be gone; a repetition does not move that date. A wait that the provider cannot keep is UNSUPPORTED, naming the range. */
  scheduleDestruction(ref: VersionRef, afterDays: number): Promise<Date>
  /** How many days the service waits for this version and no other, asked before people are: nothing is changed. Absent where it waits as it is told. @param purge - whether that wait shall be cut short. @throws KeyriteError `UNSUPPORTED` where its end would be refused. */
  fixedWait?(ref: VersionRef, purge: boolean): Promise<number>
  /** Begins the service's own wait of a version whose wait `purge` shall cut short. May be repeated; absent where none can be. @returns when the service would end it by itself. @throws KeyriteError `UNSUPPORTED`, before anything is touched, where it lets nobody. */
  scheduleForPurge?(ref: VersionRef): Promise<Date>
  /** Ends the service's wait now: nothing brings the material back. May be repeated. @throws KeyriteError `UNSUPPORTED` where it lets nobody, saying when it ends. */
  purge?(ref: VersionRef): Promise<void>
  /** @returns the availability it is left with. @throws KeyriteError `KEY_STATE` if nothing is scheduled or it is too late. */
  cancelDestruction(ref: VersionRef): Promise<Availability>
}

export interface KeyMove {
  /** Takes key material from outside: raw for symmetric keys, PKCS#8 DER for pairs. The provider's own wrapping is used on the way. It stays the caller's to wipe. @param endsAt - when the service shall delete it by itself: only for a kind with `materialEnds`. @param dates - as of `create`. */
  import(spec: KeySpec, material: Secret, intent: IntentId, endsAt?: Date, dates?: Dates): Promise<VersionRef>
  /** Why an export is not even tried: the service has no call that could give a key away. Absent where it can be tried. */
  readonly noExport?: string
  /** The private or secret half, wrapped under an RSA public key (SPKI DER). @throws KeyriteError `UNSUPPORTED` with the provider's reason where the key cannot leave. */
  export(ref: VersionRef, under: Uint8Array): Promise<Uint8Array>
  /** The whole store, encrypted, opaque to everyone but the provider. */
  backup(): Promise<Uint8Array>
  /** Into an empty store only. Ids of keys and versions stay; what each is available for may be less than it was. @throws KeyriteError `EXISTS` otherwise. */
  restore(backup: Uint8Array): Promise<void>
}

/** Who answers: plain facts that do not change while it is the same place. Compared as canonical JSON. */
export type Identity = Readonly<Record<string, string>>

export interface Capability {
  readonly algorithm: Algorithm
  readonly schemes: readonly Scheme[]
  /** Purposes of these schemes that it cannot serve all the same; absent where it serves all. */
  readonly without?: readonly Purpose[]
}

export interface Capabilities {
  readonly keys: readonly Capability[]
  /** The availabilities that this provider itself enforces. */
  readonly enforces: readonly Availability[]
  /** Of which a key can be given further versions. */
  readonly rotates: readonly Algorithm[]
  readonly imports: boolean
  /** Whether its keys lie in a key manager outside it, where each is named when it is made here. Absent: no. */
  readonly outside?: boolean
  readonly exports: boolean
  readonly backs_up: boolean
  /** The waiting periods before destruction that it can keep, in days. */
  readonly destructionDays: {readonly least: number; readonly most: number}
}

export interface CheckLine {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  /** A command or a sentence that mends it; null where it is ok. */
  readonly fix: string | null
  /** As what it would end a command; absent where it is ok, and where nothing but this check would. */
  readonly code?: ErrorCode
  /** Where it is not ok no key is made there; absent where one could be all the same. */
  readonly needed?: true
}

/** What a place says before anybody gives its secret. */
export interface BeforeSecret {
  readonly lines: readonly CheckLine[]
  /** Whether the secret is typed here; false where the place asks for it by itself, or not at all. */
  readonly here: boolean
  /** Whether one more wrong secret locks it. */
  readonly last?: boolean
}

export interface KeyEvidence {
  /** Who the other side says it is now: asked of it each time, never remembered, since it is asked right before each act. */
  identity(): Promise<Identity>
  /** Reachable, credentials, permissions: one line each, failures as lines and not as errors. */
  check(): Promise<readonly CheckLine[]>
  capabilities(): Promise<Capabilities>
  protection(ref: VersionRef): Promise<Protection>
  /** A number that only grows with every change at the provider, or null where it has none: a lower one than was recorded is a rollback. */
  generation(): Promise<number | null>
  /** Facts for the ceremony record (model, serial, firmware), as the provider gives them. */
  device(): Promise<Readonly<Record<string, string>>>
}

/** Takes what is destroyed already out of the lists of its service, for good. All may be repeated: what is gone stays gone. */
export interface KeyDeletion {
  isGone(ref: VersionRef): Promise<boolean>
  /** @throws KeyriteError `KEY_STATE` if it is not destroyed, `UNSUPPORTED` where the service keeps it, `PROVIDER_FAILED` if it shows still. */
  deleteVersion(ref: VersionRef): Promise<void>
  /** Of which no version is left. @throws KeyriteError as `deleteVersion`. */
  deleteKey(key: string): Promise<void>
}

/** An open provider. `close` logs out and wipes; after it every call throws. */
export interface Provider {
  readonly kind: string
  readonly store: KeyStore
  readonly use: KeyUse
  readonly life: KeyLife
  readonly move: KeyMove
  readonly evidence: KeyEvidence
  /** Absent where the place is no such service. */
  readonly service?: KeyService
  /** Absent where the place makes no versions by itself. */
  readonly schedule?: KeySchedule
  /** Absent where the place keeps no grants of single keys. */
  readonly grants?: KeyGrants
  /** Absent where the place keeps no policy with a key that keyrite may set. */
  readonly policies?: KeyPolicies
  /** Absent where what is destroyed cannot be deleted. */
  readonly deletion?: KeyDeletion
  /** Random bytes from the hardware of the place; the caller's to wipe. Absent where it gives none. */
  readonly random?: (count: number) => Promise<Secret>
  /** Absent where the service keeps no rights with a key. */
  readonly rights?: KeyRights
  /** The same place, open as it is, whose calls carry `keyrite/VERSION probe INTENT` as user agent, so that alarms can leave them out. Absent where calls carry none. */
  readonly probing?: (intent: IntentId) => Provider
  /** What is allowed there on these keys now, held against a policy that was written. Absent where it knows no permissions. @throws KeyriteError `NOT_FOUND` if there is no such principal. */
  readonly standing?: (policy: Policy, ids: readonly string[], principal: string | null) => Promise<Standing>
  /** Absent where the place keeps no log of what was done with its keys. */
  readonly usage?: ReadUsage
  readonly backups?: KeptBackups
  /** Absent where the place is no cluster of HSMs that a service manages. */
  readonly clusters?: HsmClusters
  /** Absent where single keys are never given out to be put back. */
  readonly keyBackups?: KeyBackups
  /** Absent where the service says nothing of who else can reach a key, or says it and more in `service` or `rights`. Nothing is changed by it. */
  readonly told?: KeyTold
  /** Absent where the service writes no backup of all its keys when it is told to. */
  readonly wholeBackups?: WholeBackups
  /** Absent where the service keeps no settings of a place that keyrite may change. */
  readonly settings?: PlaceSettings
  /** What the other side's clock says now: the newest Date that an answer carried, moved on by the time since, on a clock that nobody sets. Null where its answers carry none. */
  time(): Date | null
  close(): Promise<void>
}
