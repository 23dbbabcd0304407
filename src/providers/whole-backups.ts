/** A service that writes all its keys, encrypted for itself, to a storage of the same cloud, and takes them in again. */
import type {Secret} from '../base/secret.ts'

/** What opens the storage for the service: a token of the storage's own, or null for the identity that the place itself has there. */
export type Access = Secret | null

export interface Holder {
  /** X.509, DER. */
  readonly certificate: Uint8Array
}

export interface WholeBackups {
  /**
   * Begins a backup, once, and waits until the service says that it is there. Doing it again makes a second one, and harms nothing.
   * @param to - the address of the container
   * @returns the address of the folder that it lies in
   * @throws KeyriteError `PROVIDER_FAILED` with what the service says of it.
   */
  start(to: string, access: Access): Promise<string>
  /** Takes one in, and waits: of one key every version, or where none is named everything, in place of all that is there. Asked once, and not to be repeated unasked: what was made since would be gone. @param key - the provider's own id. */
  load(from: string, access: Access, key: string | null): Promise<void>
  /** What a new place of this kind needs to open its backups: given out sealed to the holders, of whom so many are needed. Asked once; may be repeated, and is sealed anew then. */
  domain(holders: readonly Holder[], needed: number): Promise<Uint8Array>
  /** @throws KeyriteError `KEY_NOT_AS_PLANNED` unless what was given out is for these holders, each with a share, so many of which open it. That it opens anything only its being taken in tries. */
  demandFor(domain: Uint8Array, holders: readonly Holder[], needed: number): void
  /** The certificate, DER, under which such a thing is to be sealed for this place: one that is new, and has none yet. */
  transferKey(): Promise<Uint8Array>
  /** Has the place take it in, and waits: from then on it opens what that domain's backups hold. Asked once. @param sealed - for this place alone, as its kind's `domains` does it. */
  loadDomain(sealed: Uint8Array): Promise<void>
  /** Whether the place says that one was taken in, or is being: answers "did it happen?". */
  hasLoaded(): Promise<boolean>
}
