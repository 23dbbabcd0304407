/**
 * age recipients: bech32 (BIP 173) of a 32-byte X25519 key under "age", or of what the plugin NAME takes under "age1NAME".
 * Sources: C2SP age specification and age-plugin specification, BIP 173.
 */
import {KeyriteError} from '../base/errors.ts'

const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const own = 'age'
/** `age1`, 52 characters for 32 bytes, and 6 of checksum. */
const ownLength = own.length + 1 + 52 + 6
const plugin = /^age1([a-z0-9+._-]+)$/
/** As long as the plan of a split has room for. */
const most = 200

/** Whether this is the one spelling of an age recipient: for an X25519 key, or for a plugin. */
export function isRecipient(text: string): boolean {
  const prefix = text.slice(0, Math.max(text.lastIndexOf('1'), 0))
  if (prefix === own ? text.length !== ownLength : !plugin.test(prefix) || text.length > most) return false
  const values = Array.from(text.slice(prefix.length + 1), (character) => alphabet.indexOf(character))
  const data = values.slice(0, -6)
  if (values.includes(-1) || values.length <= 6) return false
  // What the last group of five bits holds beyond whole bytes is padding: less than a group, and zero.
  const spare = (data.length * 5) % 8
  return (
    spare < 5 &&
    ((data.at(-1) ?? 0) & ((1 << spare) - 1)) === 0 &&
    checksum([...expanded(prefix), ...values]) === 1
  )
}

/** The plugin that a recipient is for, by the name that its program ends with; null for an X25519 key. */
export function pluginOf(recipient: string): string | null {
  return plugin.exec(recipient.slice(0, Math.max(recipient.lastIndexOf('1'), 0)))?.[1] ?? null
}

/** @throws KeyriteError `USAGE` for anything but an age recipient. */
export function demandRecipient(text: string): string {
  if (isRecipient(text)) return text
  throw new KeyriteError(
    'USAGE',
    /^AGE-SECRET-KEY-/i.test(text)
      ? 'cannot use the recipient: this is a secret key'
      : `cannot use the recipient: expected age1 and 58 characters, or for a plugin age1NAME1 and at most ${most} in all, with a good checksum`,
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
