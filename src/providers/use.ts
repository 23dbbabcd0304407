/** What is done with a key where it lies. */
import type {Secret} from '../base/secret.ts'
import type {VersionRef} from './version.ts'

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
