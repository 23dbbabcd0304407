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
  'no-labels', // they are left out, and nobody is told
  'strict-fields', // refuses fields that it knows nothing of, as Google's own fake of its service does
  'first-version-always', // also of a key that shall have none
  'no-destroy-time',
  'half-checksums', // of answers alone: never what was verified
  'signs-data', // and takes no digest
  'signs-digests', // and takes no data
  'key-named', // what encrypted is named by its key, not by its version
  'no-job-list',
  'no-single-tenant',
  'no-random',
  'ignores-masks', // a key that is changed is all that was sent
] as const
export type Quirk = (typeof quirks)[number]

type Has = (quirk: Quirk) => boolean

const lacking: readonly (readonly [Quirk, RegExp])[] = [
  ['no-iam', /Iam/],
  ['no-import', /Import/],
  ['no-job-list', /^listImportJobs$/],
  ['no-single-tenant', /SingleTenant/],
  ['no-random', /^generateRandomBytes$/],
]

/** The first field that Google's fake does not take (`fakekms`, its lists of fields). */
function unknownIn(request: Message, key: Message | null | undefined): string | undefined {
  if (Number(request['pageSize'] ?? 0) > 0) return 'page_size'
  if (Object.keys(key?.['labels'] ?? {}).length > 0) return 'crypto_key.labels'
  return (key?.['destroyScheduledDuration'] ?? null) === null
    ? undefined
    : 'crypto_key.destroy_scheduled_duration'
}

/** @throws Refused. */
function demandForm(has: Has, {digest, data}: Message): void {
  if (has('signs-data') && (digest ?? null) !== null)
    throw new Refused('INVALID_ARGUMENT', 'data is required')
  if (has('signs-digests') && data instanceof Uint8Array && data.length > 0)
    throw new Refused('INVALID_ARGUMENT', 'digest is required')
}

/** What it makes of a request. @throws Refused. */
export function asked(has: Has, method: string, request: Message): Message {
  if (lacking.some(([quirk, methods]) => has(quirk) && methods.test(method)))
    throw new Refused('UNIMPLEMENTED', `unknown method ${method}`)
  const isFiltered = typeof request['filter'] === 'string' && request['filter'] !== ''
  if (isFiltered && has('filter-refused')) throw new Refused('INVALID_ARGUMENT', 'filter is not supported')
  const template = (request['cryptoKey'] as Message | null | undefined)?.['versionTemplate'] as Message | null
  if (has('software-only') && template?.['protectionLevel'] === 'HSM')
    throw new Refused('INVALID_ARGUMENT', 'unsupported protection level: HSM')
  const [key, skip] = [request['cryptoKey'] as Message | null | undefined, 'skipInitialVersionCreation']
  const unknown = unknownIn(request, key)
  if (has('strict-fields') && unknown !== undefined)
    throw new Refused('UNIMPLEMENTED', `field not supported: ${unknown}`)
  if (method === 'asymmetricSign') demandForm(has, request)
  return {
    ...request,
    ...(has('no-labels') && key ? {cryptoKey: {...key, labels: {}}} : {}),
    ...(has('first-version-always') && key && skip in request
      ? {cryptoKey: {...key, importOnly: false}, [skip]: false}
      : {}),
    ...(isFiltered && has('no-filter') ? {filter: ''} : {}),
    ...(has('one-by-one') && 'pageSize' in request ? {pageSize: 1} : {}),
  }
}

/** What it makes of an answer. */
export function answered(has: Has, method: string, message: Message): Message {
  const lacks = (name: string): boolean =>
    (has('no-checksums') && /Crc32c$|^verified|^usedPrimary$|^crc32c/.test(name)) ||
    (has('half-checksums') && name.startsWith('verified')) ||
    (has('no-destroy-time') && name === 'destroyTime') ||
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
    ...(has('key-named') && method === 'encrypt'
      ? {name: String(message['name']).replace(/\/cryptoKeyVersions\/.*/, '')}
      : {}),
    ...(has('same-page') && 'nextPageToken' in message ? {nextPageToken: 'again'} : {}),
  }
}

export function refused(has: Has, error: unknown): unknown {
  return has('denies-missing') && error instanceof Refused && error.code === 5
    ? new Refused('PERMISSION_DENIED', 'The caller does not have permission')
    : error
}
