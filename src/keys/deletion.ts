/** Replays what a service forgot: versions that were destroyed, and then left its lists too. The ledger keeps them. */
import {z} from 'zod'
import {lately} from '../base/lately.ts'
import type {Entry} from '../ledger/index.ts'
import {keyName} from './spec.ts'
import type {Key, Version} from './state.ts'

const about = {key: keyName, version: z.int().min(1), profile: z.string(), whole: z.boolean()}
const intent = z.string().regex(/^[0-9a-f]{32}$/)

/** `whole`: the key itself too, once none of its versions is left there. */
export const deletionSchemas = {
  'key.delete.intended': lately(z.strictObject({...about, intent})),
  'key.deleted': lately(z.strictObject({...about, intended: z.int()})),
  'key.delete.failed': lately(
    z.strictObject({
      intended: z.int(),
      key: keyName,
      version: z.int().min(1),
      profile: z.string(),
      code: z.string(),
    }),
  ),
} as const

/** Why this cannot be forgotten; undefined where it can. Only what is destroyed is, and only what was made there. */
export function deletionFault(
  key: Pick<Key, 'versions'>,
  number: number,
  whole: boolean,
): string | undefined {
  for (const one of key.versions) {
    if (!whole && one.version !== number) continue
    if (one.state !== 'destroyed') return `version ${one.version} is ${one.state}`
    if (one.imported) return `version ${one.version} was brought from outside, and its service keeps those`
  }
  return undefined
}

/** Since when its service has it no more, whole or one version of it; undefined where it still has. */
export function deletedSince(
  {versions, deletedAt}: Pick<Key, 'versions' | 'deletedAt'>,
  number: number,
  whole: boolean,
): string | undefined {
  return whole ? deletedAt : versions.find(({version}) => version === number)?.deletedAt
}

/** What is left of it in the ledger. */
export function deletedKey({time, data}: Entry, key: Key): Key {
  const {version: number, whole} = deletionSchemas['key.deleted'].parse(data)
  const gone = (one: Version): Version =>
    whole || one.version === number ? {...one, deletedAt: one.deletedAt ?? time} : one
  return {
    ...key,
    ...(whole ? {deletedAt: key.deletedAt ?? time} : {}),
    versions: key.versions.map(gone),
  }
}
