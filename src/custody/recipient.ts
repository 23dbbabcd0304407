/** age recipients: bech32 (BIP 173) of a 32-byte X25519 key under "age". Sources: C2SP age specification, BIP 173. */
import {KeyriteError} from '../base/errors.ts'

const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const prefix = 'age'
/** `age1`, 52 characters for 32 bytes, and 6 of checksum. */
const length = prefix.length + 1 + 52 + 6

/** Whether this is the one spelling of an age recipient for an X25519 key. */
export function isRecipient(text: string): boolean {
  if (text.length !== length || !text.startsWith(`${prefix}1`)) return false
  const values = Array.from(text.slice(prefix.length + 1), (character) => alphabet.indexOf(character))
  if (values.includes(-1)) return false
  // The last of 52 groups of five bits holds one bit of the key and four of padding, which are zero.
  const padding = (values.at(-7) ?? 0) & 0x0f
  return padding === 0 && checksum([...expanded(prefix), ...values]) === 1
}

/** @throws KeyriteError `USAGE` for anything but an age recipient. */
export function demandRecipient(text: string): string {
  if (isRecipient(text)) return text
  throw new KeyriteError(
    'USAGE',
    /^AGE-SECRET-KEY-/i.test(text)
      ? 'cannot use the recipient: this is a secret key'
      : 'cannot use the recipient: expected age1 and 58 characters, with a good checksum',
    {
      hints: [
        'age-keygen -o FILE makes a key, and prints its recipient',
        'age-keygen -y FILE prints it again',
      ],
    },
  )
}

/** BIP 173: the human-readable part as it enters the checksum. */
function expanded(text: string): number[] {
  const codes = Array.from(text, (character) => character.charCodeAt(0))
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)]
}

const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const

/** BIP 173: the BCH code; 1 for a good string. */
function checksum(values: readonly number[]): number {
  return values.reduce((sum, value) => {
    const top = sum >>> 25
    const next = ((sum & 0x1ffffff) << 5) ^ value
    return generator.reduce((mixed, term, bit) => ((top >>> bit) & 1 ? mixed ^ term : mixed), next)
  }, 1)
}
