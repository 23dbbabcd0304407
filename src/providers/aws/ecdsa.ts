/** ECDSA signatures: r and s side by side (JOSE, IEEE P1363), and as DER (RFC 3279, section 2.2.3), which is what KMS speaks. */

/** Bytes of r, and of s. */
export const halfOf = {es256: 32, es384: 48, es512: 66} as const

/** @returns undefined where it is not two numbers of that size. */
export function derOf(signature: Uint8Array, half: number): Buffer | undefined {
  if (signature.length !== 2 * half) return undefined
  const numbers = Buffer.concat([integer(signature.subarray(0, half)), integer(signature.subarray(half))])
  return Buffer.concat([Buffer.from([0x30, ...lengthOf(numbers.length)]), numbers])
}

/** @throws TypeError for what is not the DER of two such numbers, as it would be written. */
export function plainOf(der: Uint8Array, half: number): Buffer {
  const bytes = Buffer.from(der)
  const header = bytes[1] === 0x81 ? 3 : 2
  if (bytes[0] !== 0x30 || bytes[header - 1] !== bytes.length - header)
    throw new TypeError('not an ECDSA signature')
  const r = numberAt(bytes, header, half)
  const s = numberAt(bytes, r.end, half)
  if (s.end !== bytes.length) throw new TypeError('bytes after an ECDSA signature')
  const plain = Buffer.concat([r.value, s.value])
  if (derOf(plain, half)?.equals(bytes) !== true) throw new TypeError('not as an ECDSA signature is written')
  return plain
}

function integer(number: Uint8Array): Buffer {
  const first = number.findIndex((byte) => byte !== 0)
  const shortest = first === -1 ? Buffer.from([0]) : Buffer.from(number.subarray(first))
  const positive = (shortest[0] ?? 0) < 0x80 ? shortest : Buffer.concat([Buffer.from([0]), shortest])
  return Buffer.concat([Buffer.from([0x02, positive.length]), positive])
}

function lengthOf(length: number): readonly number[] {
  return length < 0x80 ? [length] : [0x81, length]
}

function numberAt(bytes: Buffer, at: number, half: number): {readonly value: Buffer; readonly end: number} {
  const length = bytes[at + 1] ?? 0
  const end = at + 2 + length
  const digits = bytes.subarray(at + 2, end)
  const value = digits[0] === 0 ? digits.subarray(1) : digits
  if (bytes[at] !== 0x02 || end > bytes.length || length === 0 || value.length > half)
    throw new TypeError('not a number of an ECDSA signature')
  return {value: Buffer.concat([Buffer.alloc(half - value.length), value]), end}
}
