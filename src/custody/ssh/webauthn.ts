import {sha256} from '../../base/bytes.ts'
import {WireError} from './wire.ts'

/**
 * What a browser's authenticator signed in place of the message's hash: the SHA-256 of the client data, after checking
 * that this is an assertion, and for this message. Source: PROTOCOL.u2f, "webauthn signatures"; W3C WebAuthn, 5.8.1.
 * @throws WireError if the client data is another's
 */
export function webauthnHash(origin: string, clientData: Uint8Array, data: Uint8Array): Buffer {
  if (/["\\]/.test(origin)) throw new WireError('its origin holds a quotation mark')
  const challenge = Buffer.from(data).toString('base64url')
  const start = Buffer.from(`{"type":"webauthn.get","challenge":"${challenge}","origin":"${origin}"`)
  const next = clientData[start.length]
  // Compared as bytes from the start, as WebAuthn's "limited verification algorithm" does: no JSON parser decides here.
  const same = start.equals(clientData.subarray(0, start.length))
  if (!same || (next !== 0x2c && next !== 0x7d) || clientData.at(-1) !== 0x7d) {
    throw new WireError('its client data is not about this message and origin')
  }
  return sha256(clientData)
}
