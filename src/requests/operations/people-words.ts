/** Changes of the roster as people read them. */
import {parsePublicKey, type Change, type EnrolledKey} from '../../custody/index.ts'

const trust: Readonly<Record<EnrolledKey['class'], string>> = {
  attested: 'attested: its maker vouches that it lives in hardware',
  asserted: 'asserted: a security key by its type, which software can claim too',
  stated: 'stated: nothing shows where it lives',
}

export function keyInWords({key, class: keyClass}: EnrolledKey): string {
  const {fingerprint, type} = parsePublicKey(key)
  return `${fingerprint} (${type}), ${trust[keyClass]}`
}

function sharesInWords(recipient: string | null): string {
  return recipient === null
    ? 'They have no recipient: no share can be given to them.'
    : `Shares for them are encrypted to ${recipient}.`
}

/** One sentence a line; the person stands as their id in braces, and a new one's name and address as `{name}`, `{address}`. */
export function changeInWords(change: Change): readonly string[] {
  const who = `{${change.person}}`
  switch (change.act) {
    case 'enroll':
      return [
        `Enrol {name} ({address}) in the roster, as ${change.roles.join(' and ')}.`,
        ...change.keys.map((key) => `They sign with ${keyInWords(key)}.`),
        sharesInWords(change.recipient),
        'It takes effect only once they have signed with that key.',
      ]
    case 'replace-key':
      return [
        `Replace the keys of ${who}: from then on only these count, on open requests too.`,
        ...change.keys.map((key) => `They sign with ${keyInWords(key)}.`),
        'It takes effect only once they have signed with the new one.',
      ]
    case 'set-recipient':
      return [
        `Change the recipient of ${who}. ${sharesInWords(change.recipient)}`,
        'It takes effect only once they have signed for it.',
      ]
    case 'confirm':
      return [`Confirm the suspension of ${who}: it lasts until they are restored.`]
    case 'restore':
      return [`Restore ${who}: their signatures count again, on open requests too.`]
    case 'retire':
      return [
        `Retire ${who}, for good: none of their signatures count any more, on open requests neither.`,
        'To come back they are enrolled anew, as somebody new with a new key.',
      ]
  }
}

export function suspensionInWords(person: string): readonly string[] {
  return [
    `Suspend {${person}} at once: none of their signatures count, on open requests neither.`,
    'Signed by themselves, it lasts until the roster quorum restores them; by somebody else, it ends after 72 hours unless the roster quorum confirms it.',
  ]
}
