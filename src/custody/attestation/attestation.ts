/**
 * Attestation of a security key's enrolment, as `ssh-keygen -O write-attestation=FILE -O challenge=FILE` leaves it.
 * Source: OpenSSH, PROTOCOL.u2f ("ssh-sk-attest-v01"); W3C WebAuthn Level 2, sections 8.2 (packed) and 8.6 (fido-u2f).
 */
import type {X509Certificate} from 'node:crypto'
import {z} from 'zod'
import {base64, fromBase64, sameBytes, sha256} from '../../base/bytes.ts'
import type {PublicKey} from '../ssh/public-key.ts'
import {string, WireReader} from '../ssh/wire.ts'
import {parseAuthData, type AuthData} from './auth-data.ts'
import {readCbor} from './cbor.ts'
import {certificateFault, parseCertificate, signedByDevice} from './certificate.ts'

/** What the ledger keeps: the file as it is, and the challenge that it answers. */
export interface Attestation {
  readonly file: Uint8Array
  readonly challenge: Uint8Array
}

const limitBytes = 65_536
const schema = z.strictObject({
  attestation: z.string(),
  challenge: z.string(),
  type: z.literal('keyrite.attestation/1'),
})

/** The document that plans hold, and, as JCS, the blob of the entry. */
export function attestationDocument({file, challenge}: Attestation): z.infer<typeof schema> {
  return {attestation: base64(file), challenge: base64(challenge), type: 'keyrite.attestation/1'}
}

/** @throws TypeError if it is not what `attestationDocument` makes. */
export function parseAttestation(document: unknown): Attestation {
  const parsed = schema.safeParse(document)
  if (!parsed.success) throw new TypeError('the attestation is not of its form')
  return {file: fromBase64(parsed.data.attestation), challenge: fromBase64(parsed.data.challenge)}
}

/**
 * Why an attestation does not vouch for a key; undefined if it does: made for this key and application, over this
 * challenge, by a device whose maker the policy names. Never throws for hostile bytes.
 * @param roots - `attestation_roots` of the policy: certificates, base64 of DER.
 */
export function attestationFault(
  {file, challenge}: Attestation,
  key: PublicKey,
  {roots, time}: {readonly roots: readonly string[]; readonly time: Date},
): string | undefined {
  try {
    if (key.application === null) return 'it is the key of no security key'
    const {certificate, signature, authData} = parts(file)
    const data = parseAuthData(authData)
    if (!sameBytes(sha256(key.application), data.application))
      return 'it is for another application than the key'
    if (!sameBytes(Buffer.concat([data.key.head, string(key.application)]), key.blob))
      return 'it is of another key'
    if (!data.userPresent) return 'nobody touched the security key when the key was made'
    const facts = {aaguid: data.aaguid, time}
    const fault = certificateFault(
      certificate,
      roots.map((one) => parseCertificate(fromBase64(one))),
      facts,
    )
    if (fault !== undefined) return fault
    return signatures(authData, data, challenge).some((one) => signedByDevice(certificate, one, signature))
      ? undefined
      : 'its signature is not one over this challenge by the device that it names'
  } catch (error) {
    if (error instanceof TypeError) return error.message
    throw error
  }
}

/** @throws TypeError if a file is none of ssh-keygen's. */
function parts(file: Uint8Array): {
  readonly certificate: X509Certificate
  readonly signature: Uint8Array
  readonly authData: Uint8Array
} {
  if (file.length > limitBytes) throw new TypeError('it is too long')
  const reader = new WireReader(file)
  if (reader.text() !== 'ssh-sk-attest-v01') throw new TypeError('it is not of the form "ssh-sk-attest-v01"')
  const der = reader.string()
  const signature = reader.string()
  const wrapped = reader.string()
  const reserved = [reader.uint32(), reader.string().length]
  reader.end()
  if (reserved.some((one) => one !== 0)) throw new TypeError('its reserved fields are not empty')
  if (der.length === 0) throw new TypeError('nobody vouches for the security key: it has no certificate')
  const {value, rest} = readCbor(wrapped)
  if (!(value instanceof Uint8Array) || rest.length > 0)
    throw new TypeError('its authenticator data is not wrapped as a byte string')
  return {certificate: parseCertificate(der), signature, authData: value}
}

/** What a device may have signed: as FIDO2 has it, or, where its key is P-256, as U2F has it. */
function signatures(authData: Uint8Array, data: AuthData, challenge: Uint8Array): readonly Uint8Array[] {
  const hash = sha256(challenge)
  const packed = Buffer.concat([authData, hash])
  if (data.key.raw.length !== 65) return [packed]
  return [packed, Buffer.concat([Buffer.of(0), data.application, hash, data.credentialId, data.key.raw])]
}
