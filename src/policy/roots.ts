/** Certificates that an attestation of hardware may lead to. */
import {sha256Hex} from '../base/bytes.ts'

/** What such a certificate is called in words: SHA-256 of its DER. */
export function attestationRootName(root: string): string {
  return `SHA-256 ${sha256Hex(Buffer.from(root, 'base64'))}`
}
