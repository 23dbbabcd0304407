/** CRC-32C (Castagnoli; RFC 3720, section 12.1), which goes with every request and every answer. */
import {KeyriteError} from '../../base/errors.ts'

const table = Uint32Array.from({length: 256}, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82_f6_3b_78 : crc >>> 1
  return crc
})

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xff_ff_ff_ff
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0)
  return (crc ^ 0xff_ff_ff_ff) >>> 0
}

/** As it is sent: an Int64Value. */
export function checksum(bytes: Uint8Array): {value: number} {
  return {value: crc32c(bytes)}
}

type Answer = Readonly<Record<string, unknown>>

/** Whether what was sent arrived whole (its `verified…` fields), and what came back is whole. */
export function isWhole(answer: Answer, verified: readonly string[], content: string): boolean {
  const bytes = answer[content]
  const sum = answer[`${content}Crc32c`] as {value?: unknown} | null | undefined
  return (
    verified.every((field) => answer[field] === true) &&
    bytes instanceof Uint8Array &&
    Number(sum?.value) === crc32c(bytes)
  )
}

/** @throws KeyriteError `PROVIDER_FAILED` when it was damaged on the way three times. */
export async function whole<T>(
  what: string,
  ask: () => Promise<T>,
  good: (answer: T) => boolean,
): Promise<T> {
  for (let tries = 0; tries < 3; tries++) {
    const answer = await ask()
    if (good(answer)) return answer
  }
  throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: requests or answers are damaged on the way`, {
    hints: ['look at what stands between this machine and Google: a proxy that changes what passes'],
  })
}
