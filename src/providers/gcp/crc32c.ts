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

/** What came of an answer's checksums: `bare` where it bears none at all, as of a server that knows nothing of them; `unverified` where only it bears them, and does not say that it looked at ours. */
export type Judgement = 'whole' | 'damaged' | 'bare' | 'unverified'

interface Expected {
  /** The version that must have answered; absent where the answer names none. */
  readonly name?: string
  /** Its fields that say that what was sent arrived whole. */
  readonly verified?: readonly string[]
  /** Its fields with bytes, each beside its checksum. */
  readonly content?: readonly string[]
}

type Answer = Readonly<Record<string, unknown>>

/** Whether what was sent arrived whole, what came back is whole, and it is about the version that was asked. */
export function judged(answer: object, {name, verified = [], content = []}: Expected): Judgement {
  const said = answer as Answer
  const sums = content.map((field) => sumOf(said[`${field}Crc32c`]))
  if (content.some((field) => !(said[field] instanceof Uint8Array))) return 'damaged'
  const isBare = sums.every((sum) => sum === null) && verified.every((field) => said[field] !== true)
  if (name !== undefined && said['name'] !== name && !(isBare && (said['name'] ?? '') === ''))
    return 'damaged'
  if (isBare) return 'bare'
  if (!content.every((field, at) => sums[at] === crc32c(said[field] as Uint8Array))) return 'damaged'
  if (verified.every((field) => said[field] === true)) return 'whole'
  return verified.some((field) => said[field] === true) ? 'damaged' : 'unverified'
}

/** Null where there is none. @param sum - an Int64Value. */
export function sumOf(sum: unknown): number | null {
  const {value} = (sum ?? {}) as {readonly value?: unknown}
  return value === undefined || value === null ? null : Number(value)
}

/**
 * Asks until an answer is whole: three times at most.
 * @param isEmulator - whether it is asked on this machine, in the clear: then an answer that lacks checksums is taken, and one with a wrong one is not.
 * @throws KeyriteError `PROVIDER_FAILED`.
 */
export async function whole<T>(
  what: string,
  isEmulator: boolean,
  ask: () => Promise<T>,
  judge: (answer: T) => Judgement,
): Promise<T> {
  let last: Judgement = 'damaged'
  for (let tries = 0; tries < 3; tries++) {
    const answer = await ask()
    last = judge(answer)
    if (last === 'whole' || (last !== 'damaged' && isEmulator)) return answer
  }
  throw last === 'bare'
    ? new KeyriteError(
        'PROVIDER_FAILED',
        `cannot ${what}: answers come without the checksums that Google gives, so nothing says that they are whole`,
        {
          hints: [
            'look at what answers there: keyrite profile show PROFILE names the endpoint',
            'an emulator on this machine: keyrite profile add … --endpoint http://localhost:PORT',
          ],
        },
      )
    : new KeyriteError('PROVIDER_FAILED', `cannot ${what}: requests or answers are damaged on the way`, {
        hints: ['look at what stands between this machine and Google: a proxy that changes what passes'],
      })
}
