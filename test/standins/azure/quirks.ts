/** What emulators of Key Vault do otherwise than Azure: each a thing of its own, switched on by the test. None of them is Azure’s. */
import {Accepted, type Body} from './messages.ts'

export const quirks = [
  'no-challenge',
  'challenge-by-uri', // it names who gives out tokens by another word // it asks nobody who they are
  'no-deleted-keys', // nothing that is deleted is kept
  'no-dates', // neither when it was made, nor when it goes
  'no-recovery', // nor for how long it keeps what is deleted
  'no-tags',
  'other-host', // in the ids of its keys
  'lower-case', // the kinds of keys
  'no-next-link', // where a list ends
  'created-201',
  'no-upload-404', // of a security domain that never came
] as const
export type Quirk = (typeof quirks)[number]

/** What it makes of an answer. */
export function otherwise(
  has: (quirk: Quirk) => boolean,
  said: Body | Accepted | null,
): Body | Accepted | null {
  if (said === null || said instanceof Accepted) return said
  return changed(has, said) as Body
}

const dates = ['created', 'updated', 'deletedDate', 'scheduledPurgeDate']
const recovery = ['recoveryLevel', 'recoverableDays', 'hsmPlatform', 'exportable']

function changed(has: (quirk: Quirk) => boolean, one: unknown): unknown {
  if (Array.isArray(one)) return one.map((each) => changed(has, each))
  if (typeof one !== 'object' || one === null) return one
  const left = Object.entries(one).filter(
    ([name, value]) =>
      !(has('no-dates') && dates.includes(name)) &&
      !(has('no-recovery') && recovery.includes(name)) &&
      !(has('no-tags') && name === 'tags') &&
      !(has('no-next-link') && name === 'nextLink' && value === null),
  )
  return Object.fromEntries(
    left.map(([name, value]) => {
      if (name === 'kid' && has('other-host'))
        return [name, String(value).replace(/^https:\/\/[^/]+/, 'https://emulator.example:8443')]
      if (name === 'kty' && has('lower-case')) return [name, String(value).toLowerCase()]
      return [name, changed(has, value)]
    }),
  )
}
