/** What every part of `keyrite-share/1` agrees on. docs/share-format.md has it in words. */
import {KeyriteError} from '../base/errors.ts'

/** Of each share: any `threshold` of `holders` give back the secret. */
export interface Share {
  /** 16 bytes, drawn for this set alone. */
  readonly set: Buffer
  /** 1 to `holders`. */
  readonly index: number
  readonly threshold: number
  readonly holders: number
  /** 69 ASCII letters: `8`, two hex digits of the index, and 66 of points. */
  readonly raw: Buffer
}

/** What the secret became: useless without `threshold` shares. */
export interface Wrapped {
  readonly set: Buffer
  /** 32 bytes: whether the right key was put together. */
  readonly kcv: Buffer
  /** AES-256-KWP of the padded secret. */
  readonly bytes: Buffer
}

export const setBytes = 16
export const keyBytes = 32
export const kcvBytes = 32
export const rawLength = 69
/** The points of a share: one byte that is the same for every secret, and 32 of the key. */
export const pointBytes = 33
/** A secret is padded up to one of these, with the two bytes of its length. */
export const buckets = [64, 256, 1024, 4096] as const
/** RFC 5649: 8 bytes more than what is wrapped. */
export const wrappedSizes: readonly number[] = buckets.map((size) => size + 8)
export const mostHolders = 255

/** @throws KeyriteError `USAGE`. */
export function demandThreshold(threshold: number, holders: number): void {
  if (Number.isInteger(threshold) && Number.isInteger(holders) && threshold >= 2 && threshold <= holders) {
    if (holders <= mostHolders) return
    throw new KeyriteError('USAGE', `cannot split for ${holders} holders: at most ${mostHolders}`)
  }
  throw new KeyriteError(
    'USAGE',
    `cannot split so that ${threshold} of ${holders} recover: expected from 2 up to as many as there are holders`,
  )
}

/** A share that is not what it must be. Its letters never stand in the message. */
export function badShare(message: string, hints: readonly string[] = []): KeyriteError {
  return new KeyriteError('SHARE_BAD', message, {hints})
}
