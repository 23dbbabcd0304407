/** The certificate that vouches for a security key: issued by a maker whom the policy names, for this kind of device. */
import {verify, X509Certificate} from 'node:crypto'
import {sameBytes} from '../../base/bytes.ts'

/** id-fido-gen-ce-aaguid, 1.3.6.1.4.1.45724.1.1.4, as an OBJECT IDENTIFIER in DER. */
const aaguidOid = Buffer.from('060b2b0601040182e51c010104', 'hex')

/** @throws TypeError if it is no certificate. */
export function parseCertificate(der: Uint8Array): X509Certificate {
  try {
    const certificate = new X509Certificate(Buffer.from(der))
    if (!sameBytes(certificate.raw, der)) throw new TypeError('it has trailing bytes')
    return certificate
  } catch (cause) {
    throw new TypeError('the attestation certificate cannot be read', {cause})
  }
}

/**
 * What is wrong with the certificate of a device.
 * @param roots - those whom the policy trusts to vouch: each may have issued it, or be it.
 */
export function certificateFault(
  certificate: X509Certificate,
  roots: readonly X509Certificate[],
  {aaguid, time}: {readonly aaguid: Uint8Array; readonly time: Date},
): string | undefined {
  if (!valid(certificate, time)) return 'the attestation certificate is not valid at this time'
  const named = deviceOf(certificate)
  if (named !== undefined && !sameBytes(named, aaguid))
    return 'the attestation certificate is for another kind of device'
  if (roots.some(({raw}) => sameBytes(raw, certificate.raw))) return undefined
  if (certificate.ca) return 'the attestation certificate is that of an authority'
  const issuer = roots.find(
    (root) => root.ca && certificate.checkIssued(root) && certificate.verify(root.publicKey),
  )
  if (issuer === undefined)
    return 'the attestation certificate was issued by nobody whom the policy trusts (attestation_roots)'
  return valid(issuer, time) ? undefined : 'the certificate of the issuer is not valid at this time'
}

/** Whether the device signed this, with the key of its certificate; ECDSA and RSA with SHA-256. */
export function signedByDevice(
  {publicKey}: X509Certificate,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const hash = publicKey.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  try {
    return verify(hash, data, publicKey, signature)
  } catch {
    return false // a key of a kind that signs nothing
  }
}

function valid({validFromDate, validToDate}: X509Certificate, time: Date): boolean {
  return validFromDate <= time && time <= validToDate
}

/** The kind of device in the certificate's own extension: an OCTET STRING of 16 bytes, wrapped in one. */
function deviceOf({raw}: X509Certificate): Uint8Array | undefined {
  const at = raw.indexOf(aaguidOid)
  if (at === -1) return undefined
  const after = raw.subarray(at + aaguidOid.length)
  // Not critical (the default, left out), then 04 12 04 10 and the number.
  const wrapped = after.subarray(0, 4).equals(Buffer.of(0x04, 0x12, 0x04, 0x10))
  return wrapped ? after.subarray(4, 20) : new Uint8Array()
}
