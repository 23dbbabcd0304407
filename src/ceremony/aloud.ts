/** A digest as people read it aloud and compare it: groups of digits, and words, eight and eight. */
import {wordLines} from '../base/words.ts'

/** @param sha256 - 64 hex digits. */
export function aloudLines(sha256: string): readonly string[] {
  const digits = sha256.match(/.{4}/g) ?? []
  const words = wordLines(Buffer.from(sha256, 'hex'))
  return [
    `SHA-256  ${digits.slice(0, 8).join(' ')}`,
    `         ${digits.slice(8).join(' ')}`,
    '',
    ...words.flatMap((line, at) => (at > 0 && at % 2 === 0 ? ['', line] : [line])),
    '',
  ]
}
