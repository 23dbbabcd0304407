/** The policy that a service keeps with a key: who may do what with it, in the service's own language. */
import type {JsonObject} from '../base/jcs.ts'
import type {VersionRef} from './version.ts'

/** A place has this port only where its service keeps such a policy, and lets it be changed. */
export interface KeyPolicies {
  /**
   * Changes nothing.
   * @throws KeyriteError `UNSUPPORTED` for a policy that the service would not take, or by which keyrite's own identity could no longer
   * look after the key, as far as the text alone tells: conditions and what the account's own policies say are not known from it.
   */
  permit(ref: VersionRef, policy: JsonObject): Promise<void>
  /** In place of the one that stands; the service's own check that it can be changed again stays on. May be repeated. @throws KeyriteError as `permit`, before anything is changed. */
  set(ref: VersionRef, policy: JsonObject): Promise<void>
  /** What stands, as the service gives it back. */
  read(ref: VersionRef): Promise<string>
  /** Whether what the service gives back says the same: it may write it otherwise. */
  isSame(policy: JsonObject, read: string): boolean
}
