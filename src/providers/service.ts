/** What only services have that keep keys for many: copies elsewhere, names, and who else can reach a key. */
import type {Grant, GrantWish} from './grants.ts'
import type {KeyUse} from './use.ts'
import type {Description, IntentId, VersionRef} from './version.ts'

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
