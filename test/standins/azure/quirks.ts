/** What emulators of Key Vault do otherwise than Azure: each a thing of its own, switched on by the test. None of them is Azure’s. */
import {Refused} from './failures.ts'
import {Accepted, type Body} from './messages.ts'

export const quirks = [
  'no-challenge',
  'challenge-by-uri', // it names who gives out tokens by another word
  'challenge-of-path', // lowkey-vault: who gives out tokens is the path that was asked
  'bare-challenge', // it wants a token, and says not whose
  'only-7-6', // lowkey-vault: no newer version of the protocol
  'hides-disabled', // lowkey-vault: what is disabled is not there
  'refuses-disabled', // calvinchengx: what is disabled is not read
  'breaks-on-disabled', // lowkey-vault: using what is disabled is a failure of its own
  'no-inner', // calvinchengx: a refusal says nothing beside its words
  'attributes-alone', // james-gould: what a change answers
  'resets-others', // james-gould: a change forgets what it does not say
  'zero-dates', // james-gould: 1970, where there is no date
  'lists-repeat', // james-gould: each key as often as it has versions; versions of what is only called alike
  'versions-404', // lowkey-vault: of what is not there
  'policy-404', // where nobody set one
  'policy-501',
  'flat-400', // james-gould: every refusal is this one, in a form of its own
  'html-errors', // what stands before it answers in its stead
  'empty-errors',
  'broken-errors', // it says JSON, and it is none
  'private-half', // james-gould: with every key
  'software-only', // calvinchengx: what was asked for in an HSM is made without
  'refuses-hsm',
  'pages-elsewhere', // calvinchengx: a list goes on at the name that the vault would have at Azure
  'pages-by-path', // a link without a host
  'other-blob', // james-gould: a backup is no base64url
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
      if (name === 'kty' && has('software-only')) return [name, String(value).replace('-HSM', '')]
      if (name === 'nextLink' && typeof value === 'string' && has('pages-elsewhere'))
        return [name, value.replace(/^https:\/\/[^/]+/, 'https://standin.vault.azure.net')]
      if (name === 'nextLink' && typeof value === 'string' && has('pages-by-path'))
        return [name, value.replace(/^https:\/\/[^/]+/, '')]
      if (name === 'attributes' && has('zero-dates'))
        return [name, {nbf: 0, exp: 0, ...(changed(has, value) as object)}]
      if (name === 'key' && has('private-half'))
        return [name, {...(changed(has, value) as object), d: 'c2VjcmV0'}]
      return [name, changed(has, value)]
    }),
  )
}

/** How it refuses: by Azure's form unless it has another. */
export function refusal(
  has: (quirk: Quirk) => boolean,
  {status, code, message, inner}: {status: number; code: string; message: string; inner: string | undefined},
): {readonly status: number; readonly text: string; readonly type: string} {
  const json = 'application/json; charset=utf-8'
  if (has('html-errors'))
    return {status, text: `<html><body><h1>${status}</h1></body></html>`, type: 'text/html'}
  if (has('empty-errors')) return {status, text: '', type: json}
  if (has('broken-errors')) return {status, text: '{"error":', type: json}
  if (has('flat-400'))
    return {status: 400, text: JSON.stringify({code: 'Failed', innererror: 'there', message}), type: json}
  const innererror = inner === undefined || has('no-inner') ? {} : {innererror: {code: inner}}
  return {status, text: JSON.stringify({error: {code, message, ...innererror}}), type: json}
}

/** What it says of a read, or of a use, where the version that it is about is disabled. */
export function ofDisabled(has: (quirk: Quirk) => boolean, route: string): Refused | undefined {
  const isRead = route === 'get' || route === 'getDeleted'
  if (isRead && has('hides-disabled'))
    return new Refused(404, 'NotFoundException', 'Operation get is not allowed on a disabled entity.')
  if (isRead && has('refuses-disabled'))
    return new Refused(403, 'Forbidden', 'Operation is not allowed on a disabled key.')
  if (route === 'sign' && has('breaks-on-disabled'))
    return new Refused(500, 'IllegalStateException', 'Operation attempted on disabled key.')
  return undefined
}
