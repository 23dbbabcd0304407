/** CRC-32C (RFC 3720, appendix B.4). Another than the provider's own, so that both ends are not one. */
import {Refused} from './failures.ts'

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xff_ff_ff_ff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0x82_f6_3b_78 & -(crc & 1))
  }
  return (crc ^ 0xff_ff_ff_ff) >>> 0
}

/** An Int64Value, as protocol buffers have it. */
export const checksum = (bytes: Uint8Array): {value: string} => ({value: String(crc32c(bytes))})

/** @returns whether the caller sent a checksum; one that does not fit is refused (D, T; the real text is not evidenced). */
export function checked(bytes: Uint8Array, given: unknown, what: string): boolean {
  if (given === null || given === undefined) return false
  const {value} = given as {value: string}
  if (Number(value) !== crc32c(bytes))
    throw new Refused('INVALID_ARGUMENT', `The checksum of ${what} did not match the data.`)
  return true
}
