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
import type {Secret} from '../base/secret.ts'
import type {Algorithm, Purpose, Scheme} from './algorithms.ts'
import type {Dates} from './dates.ts'
import type {Grant, GrantWish} from './grants.ts'
import type {KeyBackups} from './key-backups.ts'
import type {PlaceSettings} from './place-settings.ts'
import type {Policy, Standing} from './permissions.ts'
import type {KeyRights, KeyTold} from './rights.ts'
import type {KeySchedule} from './schedule.ts'
import type {ReadUsage} from './usage.ts'
import type {WholeBackups} from './whole-backups.ts'

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

/**
 * Each refuses with KEY_STATE what the version's availability does not allow, and with UNSUPPORTED what its purpose does not.
 * All may be repeated. Where `probe` is enforced, `decrypt` and `unwrap` give out only what begins with `probeLabel`.
 */
export interface KeyUse {
  /** A raw signature over the message (ECDSA: r and s side by side, as JOSE has it). */
  sign(ref: VersionRef, message: Uint8Array): Promise<Uint8Array>
  /** @returns whether the signature (of a MAC key: the MAC) is good; a malformed one is false, not an error. */
  verify(ref: VersionRef, message: Uint8Array, signature: Uint8Array): Promise<boolean>
  /** The ciphertext is opaque and holds what `decrypt` needs. @param context - authenticated beside it, not stored; must be given again. Empty where the scheme has none. */
  encrypt(ref: VersionRef, plaintext: Uint8Array, context: Uint8Array): Promise<Uint8Array>
  /** @throws KeyriteError `PROVIDER_FAILED` if the ciphertext is not this version's, or was touched. */
  decrypt(ref: VersionRef, ciphertext: Uint8Array, context: Uint8Array): Promise<Secret>
  /** The material stays the caller's to wipe. @throws KeyriteError `UNSUPPORTED` if it is empty, or too long for the scheme. */
  wrap(ref: VersionRef, material: Secret): Promise<Uint8Array>
  /** @throws KeyriteError `PROVIDER_FAILED` if this version did not wrap it, or it was touched. */
  unwrap(ref: VersionRef, wrapped: Uint8Array): Promise<Secret>
  /** Wraps anew without giving out what is in it; null where the service does not do that between these two. Absent where it never does. */
  rewrap?(from: VersionRef, to: VersionRef, wrapped: Uint8Array): Promise<Uint8Array | null>
  /** HMAC-SHA-256, 32 bytes. */
  mac(ref: VersionRef, message: Uint8Array): Promise<Uint8Array>
  /** The public half as SubjectPublicKeyInfo DER. @throws KeyriteError `UNSUPPORTED` where there is none. */
  publicKey(ref: VersionRef): Promise<Uint8Array>
}

/** Each may be repeated with the same effect, except `rotate`: ask `find` first. */
export interface KeyLife {
  /** Makes the version available as said. @returns what the provider itself now enforces, which may be less. @throws KeyriteError `KEY_STATE` if it is destroyed or waiting for it. */
  setAvailability(ref: VersionRef, availability: Availability): Promise<Availability>
  /** A new version of the same key, available as `probe`. @param dates - as of `create`. */
  rotate(key: string, intent: IntentId, dates?: Dates): Promise<VersionRef>
  /** Makes the version the one that the service takes for whoever names only the key, and looks that it is. Does nothing for a key that has no such version there; absent where no key has. */
  setPrimary?(ref: VersionRef): Promise<void>
  /** Both dates of the version become these. May be repeated; absent where the service keeps none. @returns what it says then. */
  setDates?(ref: VersionRef, dates: Dates): Promise<Dates>
  /** @returns when the material will be gone; a repetition does not move that date. A wait that the provider cannot keep is UNSUPPORTED, naming the range. */
  scheduleDestruction(ref: VersionRef, afterDays: number): Promise<Date>
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

/** A backup of a whole store that the service made by itself, and keeps. */
export interface KeptBackup {
  readonly id: string
  /** `deleted`: it can be restored until `goneAt`. */
  readonly state: 'being-made' | 'ready' | 'deleted'
  readonly madeAt: Date | null
  readonly goneAt: Date | null
  /** The service does not delete it by itself. */
  readonly keptForEver: boolean
  readonly copyOf: {readonly region: string; readonly backup: string} | null
  /** Of the copy that keyrite asked for. */
  readonly intent: IntentId | null
}

/**
 * Backups that a service makes by itself, and that nobody else can read. A place has this port only where its service does.
 * @remarks Each refuses with NOT_FOUND a backup that is not there, or is of another store.
 */
export interface KeptBackups {
  /** Streams those of this store, the newest first. @param region - another one, for copies; null for the store's own. */
  list(region: string | null): AsyncIterable<KeptBackup>
  /** @returns undefined if there is no such backup of this store. */
  describe(id: string): Promise<KeptBackup | undefined>
  /** Copies it to another region. May not be repeated: ask `list` there for the intent first. @throws KeyriteError `PROVIDER_FAILED` if it was asked for, and does not show yet. */
  copy(id: string, region: string, intent: IntentId): Promise<KeptBackup>
  /** May be repeated. */
  delete(id: string): Promise<KeptBackup>
  /** Takes back a deletion. May be repeated. */
  restore(id: string): Promise<KeptBackup>
}

/** Who answers: plain facts that do not change while it is the same place. Compared as canonical JSON. */
export type Identity = Readonly<Record<string, string>>

export interface Capability {
  readonly algorithm: Algorithm
  readonly schemes: readonly Scheme[]
}

export interface Capabilities {
  readonly keys: readonly Capability[]
  /** The availabilities that this provider itself enforces. */
  readonly enforces: readonly Availability[]
  /** Of which a key can be given further versions. */
  readonly rotates: readonly Algorithm[]
  readonly imports: boolean
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
}

/** What a place says before anybody gives its secret. */
export interface BeforeSecret {
  readonly lines: readonly CheckLine[]
  /** Whether the secret is typed here; false where the place asks for it by itself, or not at all. */
  readonly here: boolean
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

/** A copy of a key elsewhere, with a state of its own. */
export interface Replica {
  readonly region: string
  readonly availability: Description['availability']
}

/** Who else can reach a key. */
export interface Access {
  readonly aliases: readonly string[]
  readonly grants: readonly Grant[]
  /** In the service's own language; null where it may not be read. */
  readonly policy: string | null
}

export interface LastUse {
  /** Null where it was not used since the service looks. */
  readonly at: Date | null
  readonly operation: string | null
  readonly since: Date | null
}

/** What only services have that keep keys for many. All may be repeated with the same effect. */
export interface KeyService {
  /** What a copy elsewhere does by itself. */
  useIn(region: string): KeyUse
  /** @returns every copy, without the key itself. */
  replicas(ref: VersionRef): Promise<readonly Replica[]>
  /** @throws KeyriteError `UNSUPPORTED` where the key can have no copy there, naming where it can. */
  replicate(ref: VersionRef, region: string): Promise<Replica>
  /** Where the copy is that decides of all; null of a key that can have no copies. */
  primaryRegion(ref: VersionRef): Promise<string | null>
  /** @throws KeyriteError `UNSUPPORTED` where it has no copy, `KEY_STATE` where that copy is not enabled. */
  setPrimaryRegion(ref: VersionRef, region: string): Promise<void>
  /** The names by which others reach it, sorted. */
  aliases(ref: VersionRef): Promise<readonly string[]>
  /** The id of the key that an alias stands for, also of one that is not keyrite's. @returns undefined where there is no such alias. */
  aliased(alias: string): Promise<string | undefined>
  /**
   * The alias stands for this key from now on, wherever it has copies; what it stood for before loses it.
   * @throws KeyriteError `UNSUPPORTED` where the service moves it to no such key, `USAGE` where nothing can be called so.
   */
  setAlias(alias: string, ref: VersionRef): Promise<void>
  access(ref: VersionRef): Promise<Access>
  lastUse(ref: VersionRef): Promise<LastUse>
}

/** Rights to use a key that the service keeps beside every policy. A place has this port only where its service does. */
export interface KeyGrants {
  /** @returns those of every region in which the key lies, in no promised order. */
  list(ref: VersionRef): Promise<readonly Grant[]>
  /** Answers "was it given?" after a crash. @returns undefined where no grant carries this intent. */
  find(ref: VersionRef, intent: IntentId, region: string): Promise<Grant | undefined>
  /**
   * Gives it, and looks until the service lists it. Said again with the same intent it is the same grant.
   * @throws KeyriteError `UNSUPPORTED` for a grantee or an operation that cannot be, or a region in which the key does not lie; `KEY_STATE` where
   * the service gives none, as of a disabled key; `PROVIDER_FAILED` if it was asked for, and does not show yet.
   */
  give(ref: VersionRef, wish: GrantWish, intent: IntentId): Promise<Grant>
  /**
   * Takes it away, also from a disabled key, and looks until the service lists it no more. May be repeated: what is gone stays gone.
   * It may be refused to its grantee a while later only, as the service says.
   * @throws KeyriteError `PROVIDER_FAILED` if it was asked for, and still shows.
   */
  remove(ref: VersionRef, grant: Pick<Grant, 'id' | 'region'>): Promise<void>
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
