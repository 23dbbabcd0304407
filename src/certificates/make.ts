/** Making certificates and requests: written twice, linted before the key signs, and read again after. */
import {X509Certificate} from 'node:crypto'
import {sameBytes} from '../base/bytes.ts'
import {signed, toBeSigned, type Filling} from './encode.ts'
import {faultOf} from './judge.ts'
import {x509Signature} from './signature.ts'
import type {CertificateSpec} from './spec.ts'

/**
 * A serial number of 16 bytes, positive, with 126 bits that nobody can foresee (RFC 5280 section 4.1.2.2).
 * @param random - 16 bytes.
 */
export function serialFrom(random: Uint8Array): Buffer {
  const serial = Buffer.from(random)
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0)
  return serial
}

/** What the key is to sign. @throws Error if the two ways of writing it differ, or a rule of `lint.ts` does not hold: nothing was asked of the key then. */
export async function prepared(spec: CertificateSpec, filling: Filling): Promise<Buffer> {
  const {toBeSignedByLibrary} = await import('./library.ts')
  const tbs = toBeSigned(spec, filling)
  if (!sameBytes(tbs, toBeSignedByLibrary(spec, filling)))
    throw new Error('what is to be signed was written in two ways that differ')
  await demandSound(spec, tbs, filling)
  return tbs
}

/**
 * The whole, after it was looked at.
 * @param raw - the signature as providers give it.
 * @returns the bytes, or in words why they are not what was approved.
 */
export async function completed(
  spec: CertificateSpec,
  filling: Filling,
  raw: Uint8Array,
): Promise<{readonly der: Buffer} | {readonly fault: string}> {
  const tbs = toBeSigned(spec, filling)
  const der = signed(tbs, filling.scheme, x509Signature(filling.scheme, raw))
  const fault = faultOf(der, tbs, filling)
  if (fault !== undefined) return {fault}
  await demandSound(spec, tbs, filling)
  if (spec.form === 'self-signed') demandReadable(der, spec)
  return {der}
}

async function demandSound(spec: CertificateSpec, tbs: Uint8Array, filling: Filling): Promise<void> {
  const {lintBytes} = await import('./lint.ts')
  const faults = lintBytes(spec.form, tbs, filling)
  if (faults.length > 0)
    throw new Error(`what is to be signed is not sound: ${faults.map(({says}) => says).join('; ')}`)
}

/** Node reads it too, and sees the same. */
function demandReadable(der: Buffer, spec: CertificateSpec): void {
  const read = new X509Certificate(der)
  const same =
    read.raw.equals(der) &&
    read.ca === spec.authority &&
    read.validFromDate.toISOString() === spec.not_before &&
    read.validToDate.toISOString() === spec.not_after &&
    read.verify(read.publicKey)
  if (!same) throw new Error('what was made is read otherwise than it was written')
}
