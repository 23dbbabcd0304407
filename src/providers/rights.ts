/** Rights to use a key that its own service keeps with the key, beside every policy of ours: read, taken away at night, given back. */

/** Kinds whose service keeps such rights, or grants of single keys, which can be taken away beside disabling it: known before one is opened. Not of an Azure Managed HSM: keyrite does not know there which are its own. */
export const stripKinds: ReadonlySet<string> = new Set(['aws', 'gcp'])

export interface Right {
  /** What it is bound on: the key itself, or what the key lies in. */
  readonly on: string
  readonly role: string
  readonly member: string
  /** Under which condition it holds, as the service has it; null: always. */
  readonly condition: Readonly<Record<string, string>> | null
  /** Whether it lets somebody use the key; null where the role is somebody's own, and the service does not say here what it holds. */
  readonly uses: boolean | null
}

export interface Stripped {
  /** What was bound on the key itself and is gone, looked at afterwards. */
  readonly taken: readonly Right[]
  /** What still lets, or may let, somebody use it: what was kept, and what is bound above the key, where other keys hang on it. */
  readonly left: readonly Right[]
}

/** All may be repeated with the same effect. What they change may take minutes to be in force: a disabled version is what stops a key. */
export interface KeyRights {
  /** Who keyrite is there, as a member; null where its credentials do not say. */
  self(): Promise<string | null>
  /** On the key, and on what it lies in as far as the service gives it out by this way. @param key - the provider's own id. */
  read(key: string): Promise<readonly Right[]>
  /**
   * Takes away everything on the key itself that lets somebody use it, or may. Rights to administer and to read stay, and what is bound above the key.
   * Read and record before it what there is: an answer that is lost on the way says no more what was taken.
   * @param keep - members who go on, as whoever proves that the key is dead: without the right to try it a refusal proves nothing.
   * @throws KeyriteError `PROVIDER_FAILED` if the service says yes and it is there still.
   */
  strip(key: string, keep: readonly string[]): Promise<Stripped>
  /** Binds on the key itself, as they were. @throws KeyriteError as `strip`. */
  give(key: string, rights: readonly Pick<Right, 'role' | 'member' | 'condition'>[]): Promise<void>
  /** Takes these from the key itself. @throws KeyriteError as `strip`. */
  take(key: string, rights: readonly Pick<Right, 'role' | 'member' | 'condition'>[]): Promise<void>
}

/** What a service says of who can reach a key, where `KeyRights` takes nothing of it away. */
export interface KeyTold {
  /** What is not told by this way, and who keeps it: a sentence for people. @param key - the provider's own id. */
  beyond(key: string): string
  /** On the key and on what it lies in; null where the place keeps them elsewhere. @param key - the provider's own id. */
  rights(key: string): Promise<readonly Right[] | null>
  /** By which policy the service gives the key itself away, in its own words; null where it never does. */
  policy(key: string): Promise<string | null>
}
