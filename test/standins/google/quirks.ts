/** What emulators of Cloud KMS do otherwise than Google: each a thing of its own, switched on by the test. None of them is Google's. */
import {Refused} from './failures.ts'
import type {Message} from './messages.ts'

export const quirks = [
  'no-checksums', // nor what was verified, nor which version it was
  'no-iam',
  'no-import',
  'no-ring-time',
  'no-times',
  'no-filter', // all are listed, whatever was asked for
  'filter-refused',
  'one-by-one', // a page has one, and the order is no order
  'same-page', // a page leads to itself
  'denies-missing', // instead of NOT_FOUND
  'destroys-at-once',
  'waits-a-day', // whatever the key was made with
  'software-only',
  'generation-fails', // of a pair, after its time
] as const
export type Quirk = (typeof quirks)[number]

type Has = (quirk: Quirk) => boolean

/** What it makes of a request. @throws Refused. */
export function asked(has: Has, method: string, request: Message): Message {
  const unimplemented =
    (has('no-iam') && method.includes('Iam')) || (has('no-import') && method.includes('Import'))
  if (unimplemented) throw new Refused('UNIMPLEMENTED', `unknown method ${method}`)
  const isFiltered = typeof request['filter'] === 'string' && request['filter'] !== ''
  if (isFiltered && has('filter-refused')) throw new Refused('INVALID_ARGUMENT', 'filter is not supported')
  const template = (request['cryptoKey'] as Message | null | undefined)?.['versionTemplate'] as Message | null
  if (has('software-only') && template?.['protectionLevel'] === 'HSM')
    throw new Refused('INVALID_ARGUMENT', 'unsupported protection level: HSM')
  return {
    ...request,
    ...(isFiltered && has('no-filter') ? {filter: ''} : {}),
    ...(has('one-by-one') && 'pageSize' in request ? {pageSize: 1} : {}),
  }
}

/** What it makes of an answer. */
export function answered(has: Has, method: string, message: Message): Message {
  const lacks = (name: string): boolean =>
    (has('no-checksums') && /Crc32c$|^verified|^usedPrimary$|^crc32c/.test(name)) ||
    (has('no-ring-time') && method === 'getKeyRing' && name === 'createTime') ||
    (has('no-times') && /^(create|generate)Time$/.test(name))
  const isUse = /encrypt|decrypt|sign|mac|publicKey/i.test(method)
  const kept = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(kept)
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
    return Object.fromEntries(
      Object.entries(value as Message).flatMap(([name, one]) => (lacks(name) ? [] : [[name, kept(one)]])),
    )
  }
  return {
    ...(kept(message) as Message),
    ...(has('no-checksums') && isUse ? {name: ''} : {}),
    ...(has('same-page') && 'nextPageToken' in message ? {nextPageToken: 'again'} : {}),
  }
}

export function refused(has: Has, error: unknown): unknown {
  return has('denies-missing') && error instanceof Refused && error.code === 5
    ? new Refused('PERMISSION_DENIED', 'The caller does not have permission')
    : error
}
