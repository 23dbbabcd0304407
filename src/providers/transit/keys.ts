/** A key as the server tells it, and its versions as keyrite sees them. */
import {KeyriteError} from '../../base/errors.ts'
import {schemesOf, type Algorithm} from '../algorithms.ts'
import type {Availability, Description, VersionRef} from '../ports.ts'
import {algorithmOf} from './methods.ts'
import {anyName, othersName, readName, type Name} from './names.ts'
import type {Server} from './server.ts'

export interface Key {
  /** Its name at the server. */
  readonly id: string
  /** What that says; where others gave it, what can be made of it. */
  readonly name: Omit<Name, 'intent'> & {readonly intent: Name['intent'] | null}
  readonly algorithm: Algorithm
  /** The versions that there are: what lies below was trimmed. */
  readonly lowest: number
  readonly latest: number
  readonly minDecryption: number
  readonly minEncryption: number
  /** Null where the server knows no soft deletion (Vault). */
  readonly softDeleted: boolean | null
  readonly exportable: boolean
  readonly backupable: boolean
  readonly imported: boolean
  /** What it tells of each version; nothing of those below `minDecryption`. */
  readonly shown: Readonly<Record<string, unknown>>
}

/** @returns undefined if there is no such key, or keyrite has no such keys. */
export async function readKey(server: Server, id: string): Promise<Key | undefined> {
  server.demandOpen()
  if (!anyName.test(id)) return undefined
  const data = await server.find('GET', `keys/${id}`, {what: `read key "${readName(id)?.label ?? id}"`})
  return data === undefined ? undefined : keyFrom(id, data)
}

function keyFrom(id: string, data: Readonly<Record<string, unknown>>): Key | undefined {
  const algorithm = algorithmOf(data['type'])
  // A key derived for each context gives nothing without one.
  if (algorithm === undefined || data['derived'] === true) return undefined
  const name = readName(id) ?? othersName(id, algorithm)
  const schemes: readonly string[] = schemesOf[algorithm]
  if (!schemes.includes(name.scheme)) return undefined
  const number = (field: string): number => (typeof data[field] === 'number' ? data[field] : 0)
  const {soft_deleted: soft, keys} = data
  return {
    id,
    name,
    algorithm,
    lowest: Math.max(1, number('min_available_version')),
    latest: number('latest_version'),
    minDecryption: Math.max(1, number('min_decryption_version')),
    minEncryption: Math.max(1, number('min_encryption_version')),
    softDeleted: typeof soft === 'boolean' ? soft : null,
    // What it does not say counts as the worse.
    exportable: data['exportable'] !== false,
    backupable: data['allow_plaintext_backup'] !== false,
    imported: data['imported_key'] === true || data['imported'] === true,
    shown: typeof keys === 'object' && keys !== null ? (keys as Key['shown']) : {},
  }
}

/** @throws KeyriteError `KEY_NOT_FOUND`. */
export async function existing(
  server: Server,
  ref: VersionRef,
): Promise<{readonly key: Key; readonly version: number}> {
  const key = await readKey(server, ref.key)
  const version = key === undefined ? undefined : versionIn(key, ref.version)
  if (key !== undefined && version !== undefined) return {key, version}
  throw new KeyriteError(
    'KEY_NOT_FOUND',
    `cannot find version ${ref.version} of key "${ref.key}": the server has none`,
    {hints: ['bao list MOUNT/keys']},
  )
}

export function versionIn({lowest, latest}: Key, text: string): number | undefined {
  const number = Number(text)
  return /^[1-9]\d{0,8}$/.test(text) && number >= lowest && number <= latest ? number : undefined
}

export function versionsOf({lowest, latest}: Key): readonly number[] {
  return Array.from({length: latest - lowest + 1}, (_, at) => lowest + at)
}

export function availabilityIn(
  {softDeleted, minDecryption, minEncryption}: Pick<Key, 'softDeleted' | 'minDecryption' | 'minEncryption'>,
  version: number,
): Exclude<Availability, 'probe'> {
  if (softDeleted === true || version < minDecryption) return 'disabled'
  return version < minEncryption ? 'historic' : 'enabled'
}

export function descriptionOf(key: Key, version: number): Description {
  const {label, scheme, purpose, intent} = key.name
  return {
    ref: {key: key.id, version: String(version)},
    spec: {label, algorithm: key.algorithm, scheme, purpose},
    // Only the first version was made with the key; a later one has no place for what intended it.
    intent: version === 1 ? intent : null,
    availability: availabilityIn(key, version),
    createdAt: createdAt(key.shown[version]),
    destroyAt: null,
  }
}

/** Seconds for symmetric keys, RFC 3339 for pairs. */
function createdAt(shown: unknown): Date | null {
  const {creation_time: time} = (typeof shown === 'object' && shown !== null ? shown : {}) as {
    creation_time?: unknown
  }
  const date =
    typeof shown === 'number'
      ? new Date(shown * 1000)
      : new Date(typeof time === 'string' ? time : Number.NaN)
  return Number.isNaN(date.getTime()) ? null : date
}

const page = 200

/** The names of all keys, in pages; a server that knows no pages gives all at once. */
export async function* names(server: Server): AsyncGenerator<string> {
  let after = ''
  for (;;) {
    const query = `?limit=${page}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`
    const data = await server.find('LIST', `keys${query}`, {what: 'list the keys'})
    const found = (Array.isArray(data?.['keys']) ? data['keys'] : []).filter((one) => typeof one === 'string')
    const fresh = after === '' ? found : found.filter((one) => one > after)
    for (const one of fresh) if (anyName.test(one)) yield one
    const last = fresh.at(-1)
    if (last === undefined || found.length !== page) return
    after = last
  }
}
