/** Padding, so that the length does not show, and AES-256-KWP (RFC 5649) by node:crypto. */
import {KeyriteError} from '../base/errors.ts'
import {kwpUnwrap, kwpWrap} from '../base/kwp.ts'
import {buckets, wrappedSizes} from './format.ts'

export const mostBytes = 4096 - 2

/** @throws KeyriteError `UNSUPPORTED` for an empty secret, or a longer one than is escrowed. */
export function padded(secret: Uint8Array): Buffer {
  if (secret.length === 0) throw new KeyriteError('UNSUPPORTED', 'cannot escrow the secret: it is empty')
  const size = buckets.find((one) => secret.length + 2 <= one)
  if (size === undefined)
    throw new KeyriteError('UNSUPPORTED', `cannot escrow the secret: it is longer than ${mostBytes} bytes`, {
      hints: ['escrow the key that encrypts it'],
    })
  const whole = Buffer.alloc(size)
  whole.writeUInt16BE(secret.length)
  whole.set(secret, 2)
  return whole
}

/** @throws TypeError if these bytes were not padded by `padded`. */
export function unpadded(whole: Uint8Array): Buffer {
  const bytes = Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength)
  const length = bytes.length < 2 ? 0 : bytes.readUInt16BE()
  const size = buckets.find((one) => length + 2 <= one)
  if (length === 0 || size !== bytes.length || bytes.subarray(2 + length).some((byte) => byte !== 0))
    throw new TypeError('not padded as keyrite pads')
  return Buffer.from(bytes.subarray(2, 2 + length))
}

export function wrap(wrapKey: Uint8Array, whole: Uint8Array): Buffer {
  return kwpWrap(wrapKey, whole)
}

/** @throws TypeError unless it is of a length that `wrap` makes, and was wrapped by this key. */
export function unwrap(wrapKey: Uint8Array, wrapped: Uint8Array): Buffer {
  if (!wrappedSizes.includes(wrapped.length)) throw new TypeError('not of a length that keyrite wraps to')
  try {
    return kwpUnwrap(wrapKey, wrapped)
  } catch (cause) {
    throw new TypeError('not wrapped by this key', {cause})
  }
}
