/** A service that gives out one key with all its versions, to be brought back under the same name, there or elsewhere. */
import type {Secret} from '../base/secret.ts'

export interface KeyBackups {
  /** Where the service itself encrypts it: who opens it, as a sentence. Absent where it comes in the clear. */
  readonly openedBy?: string
  /** Why this key's backup is not even asked for: it was not made for that. Undefined where it was. @param key - the provider's own id. */
  refusal(key: string): Promise<string | undefined>
  /** Everything of the key, in the clear unless `openedBy` says otherwise: it is the caller's to seal at once, and to wipe. @throws KeyriteError `UNSUPPORTED` with the reason, `KEY_NOT_FOUND`. */
  take(key: string): Promise<Secret>
  /** Whether a key of that id is there. */
  has(key: string): Promise<boolean>
  /** Brings it back under the id that it had. The backup stays the caller's to wipe. @throws KeyriteError `KEY_EXISTS` if there is one of that id. */
  putBack(key: string, backup: Secret): Promise<void>
}
