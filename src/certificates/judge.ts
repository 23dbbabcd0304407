/** Whether a certificate or request is the one that was approved, by this key: for the record, and for whoever holds a copy. */
import {sameBytes} from '../base/bytes.ts'
import {signatureAlgorithm, type Filling} from './encode.ts'
import {isSignedBy, partsOf} from './signature.ts'

/**
 * What is wrong with a certificate or request; undefined if nothing is.
 * @param der - the whole.
 * @param tbs - what was to be signed.
 */
export function faultOf(
  der: Uint8Array,
  tbs: Uint8Array,
  {scheme, spki}: Pick<Filling, 'scheme' | 'spki'>,
): string | undefined {
  let parts
  try {
    parts = partsOf(der)
  } catch (error) {
    if (error instanceof TypeError) return `it cannot be read: ${error.message}`
    throw error
  }
  if (!sameBytes(parts.tbs, tbs)) return 'it does not say what was approved'
  if (!sameBytes(parts.algorithm, signatureAlgorithm(scheme))) return 'it names another signature algorithm'
  return isSignedBy(scheme, spki, tbs, parts.signature) ? undefined : 'it is not signed by the key'
}
