import {KeyriteError} from '../../base/errors.ts'
import type {Found, IntentId, KeySpec, KeyStore, VersionRef} from '../ports.ts'
import {permitSpec} from './capable.ts'
import {descriptionOf, names, readKey, versionIn, versionsOf, type Key} from './keys.ts'
import {typeOf} from './methods.ts'
import {nameOf, readName} from './names.ts'
import type {Server} from './server.ts'

export function keyStore(server: Server): KeyStore {
  return {
    async create(spec, intent) {
      await permitSpec(server, spec)
      const {algorithm, label} = spec
      return server.alone(async () => {
        await demandNew(server, spec, intent)
        const id = nameOf(spec, intent)
        await server.ask('POST', `keys/${id}`, {
          what: `make key "${label}"`,
          slow: true,
          body: {
            type: typeOf(algorithm),
            exportable: false,
            allow_plaintext_backup: false,
            derived: false,
            ...(algorithm === 'hmac-sha256' ? {key_size: 32} : {}),
          },
        })
        return demandMade(server, spec, id)
      })
    },

    async describe(ref) {
      const key = await readKey(server, ref.key)
      const version = key === undefined ? undefined : versionIn(key, ref.version)
      return key === undefined || version === undefined ? undefined : descriptionOf(key, version)
    },

    async *list() {
      for await (const key of keys(server))
        for (const version of versionsOf(key)) yield descriptionOf(key, version)
    },

    async find(intent, before) {
      const made = await madeBy(server, intent)
      return found(made.length > 0 ? made : await versionsSince(server, before))
    },
  }
}

function found(refs: readonly VersionRef[]): Found {
  const [only] = refs
  if (only === undefined) return {kind: 'none'}
  return refs.length === 1 ? {kind: 'one', ref: only} : {kind: 'ambiguous', refs}
}

/** Reads several at a time: a list of thousands is as many questions. */
async function* keys(server: Server): AsyncGenerator<Key> {
  let some: string[] = []
  const read = async (): Promise<readonly (Key | undefined)[]> => {
    const ids = some
    some = []
    return Promise.all(ids.map(async (id) => readKey(server, id)))
  }
  for await (const id of names(server)) {
    some.push(id)
    if (some.length === 8) for (const key of await read()) if (key !== undefined) yield key
  }
  for (const key of await read()) if (key !== undefined) yield key
}

/** The key whose name bears the intent. */
async function madeBy(server: Server, intent: IntentId): Promise<VersionRef[]> {
  const made: VersionRef[] = []
  for await (const id of names(server)) {
    if (readName(id)?.intent !== intent) continue
    const key = await readKey(server, id)
    if (key !== undefined) made.push({key: id, version: String(key.lowest)})
  }
  return made
}

/** Versions of keys that were there, and were not there themselves: a version has no place for an intent. */
async function versionsSince(server: Server, before: readonly VersionRef[]): Promise<VersionRef[]> {
  const there = new Map<string, number>()
  for (const {key, version} of before) there.set(key, Math.max(there.get(key) ?? 0, Number(version)))
  const since: VersionRef[] = []
  for (const [id, newest] of there) {
    const key = await readKey(server, id)
    if (key === undefined) continue
    for (const version of versionsOf(key))
      if (version > newest) since.push({key: id, version: String(version)})
  }
  return since
}

/** @throws KeyriteError `KEY_EXISTS` if the name is given, or the intent was carried out. */
export async function demandNew(server: Server, {label}: KeySpec, intent: IntentId): Promise<void> {
  for await (const id of names(server)) {
    const name = readName(id)
    if (name?.label === label)
      throw new KeyriteError(
        'KEY_EXISTS',
        `cannot make key "${label}": the server has one of that name (${id})`,
      )
    if (name?.intent === intent) throw alreadyMade(label)
  }
}

/** @throws KeyriteError `KEY_EXISTS`. */
export async function demandUnused(server: Server, label: string, intent: IntentId): Promise<void> {
  for await (const id of names(server)) if (readName(id)?.intent === intent) throw alreadyMade(label)
}

function alreadyMade(label: string): KeyriteError {
  return new KeyriteError('KEY_EXISTS', `cannot make key "${label}": what was intended was made already`)
}

/** The server answers 200 also where it did something else: what there is now is looked at. */
export async function demandMade(
  server: Server,
  {label, algorithm}: KeySpec,
  id: string,
): Promise<VersionRef> {
  const key = await readKey(server, id)
  if (key?.algorithm === algorithm && key.latest === 1) return {key: id, version: '1'}
  throw new KeyriteError(
    'PROVIDER_FAILED',
    `cannot make key "${label}": the server says that it did, and ${key === undefined ? 'has none' : `has ${key.algorithm}, version ${key.latest}`}`,
    {changed: true, hints: [`bao read MOUNT/keys/${id}`]},
  )
}
