/** Whom the operator believes when an HSM vouches for a key: certificates from the policy, never one that comes with an answer. */
import {X509Certificate} from 'node:crypto'

/** Base64 of DER each. */
export interface HsmRoots {
  /** Of the HSM's maker. */
  readonly makers: readonly string[]
  /** Of whoever runs the HSMs. */
  readonly owners: readonly string[]
}

/** Asked each time: a policy may be adopted while a place is open. */
export interface Believing {
  readonly roots: () => HsmRoots | null
  readonly now: () => Date
}

/** @throws TypeError if it is no certificate. */
export function certificateIn(root: string): X509Certificate {
  return new X509Certificate(Buffer.from(root, 'base64'))
}

/** Whether it is one certificate, and nothing after it. */
export function isCertificate(root: string): boolean {
  try {
    return certificateIn(root).raw.equals(Buffer.from(root, 'base64'))
  } catch {
    return false
  }
}
