/** Authenticator data of an enrolment: whose key was made, by what kind of device. Source: W3C WebAuthn Level 2, section 6.1. */
import {string} from '../ssh/wire.ts'
import {CborError, readCbor, type Cbor, type CborMap} from './cbor.ts'

export interface AuthData {
  /** SHA-256 of the application. */
  readonly application: Uint8Array
  readonly userPresent: boolean
  /** The kind of device, as its maker numbers it; zeros for U2F. */
  readonly aaguid: Uint8Array
  readonly credentialId: Uint8Array
  /** The public key: as SSH has it, without the application; and as the point or number that it is. */
  readonly key: {readonly type: string; readonly head: Uint8Array; readonly raw: Uint8Array}
}

const flag = {userPresent: 0x01, attestedData: 0x40, extensionData: 0x80} as const
const headBytes = 32 + 1 + 4 + 16 + 2

/** @throws TypeError if the bytes are not the authenticator data of a new credential. */
export function parseAuthData(bytes: Uint8Array): AuthData {
  const data = Buffer.from(bytes)
  if (data.length < headBytes) throw new TypeError('the authenticator data ends too early')
  const flags = data.readUInt8(32)
  if ((flags & flag.attestedData) === 0) throw new TypeError('the authenticator data is of no new credential')
  const idBytes = data.readUInt16BE(headBytes - 2)
  if (data.length < headBytes + idBytes) throw new TypeError('the authenticator data ends too early')
  const {value, rest} = readCbor(data.subarray(headBytes + idBytes))
  if (((flags & flag.extensionData) !== 0) !== rest.length > 0)
    throw new TypeError('the flags and the extensions of the authenticator data differ')
  if (rest.length > 0 && readCbor(rest).rest.length > 0)
    throw new TypeError('the authenticator data has trailing bytes')
  return {
    application: data.subarray(0, 32),
    userPresent: (flags & flag.userPresent) !== 0,
    aaguid: data.subarray(37, 53),
    credentialId: data.subarray(headBytes, headBytes + idBytes),
    key: keyOf(value),
  }
}

/** A COSE key (RFC 9053) of the two kinds that SSH knows of security keys. */
function keyOf(value: Cbor): AuthData['key'] {
  if (!(value instanceof Map)) throw new CborError('the credential’s key is no map')
  const map = value as CborMap
  const part = (label: number): Uint8Array => {
    const bytes = map.get(label)
    if (!(bytes instanceof Uint8Array) || bytes.length !== 32)
      throw new CborError('a part of the credential’s key is not of 32 bytes')
    return bytes
  }
  const [kind, algorithm, curve] = [map.get(1), map.get(3), map.get(-1)]
  if (kind === 1 && algorithm === -8 && curve === 6) {
    const type = 'sk-ssh-ed25519@openssh.com'
    const raw = part(-2)
    return {type, head: Buffer.concat([string(type), string(raw)]), raw}
  }
  if (kind === 2 && algorithm === -7 && curve === 1) {
    const type = 'sk-ecdsa-sha2-nistp256@openssh.com'
    const raw = Buffer.concat([Buffer.of(4), part(-2), part(-3)])
    return {type, head: Buffer.concat([string(type), string('nistp256'), string(raw)]), raw}
  }
  throw new CborError('the credential’s key is neither Ed25519 nor P-256')
}
