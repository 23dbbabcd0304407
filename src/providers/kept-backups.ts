/** Backups that a service makes by itself. */
import type {IntentId} from './version.ts'

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
