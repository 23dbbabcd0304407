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

/** What changes at each version. */
export function deletedVersions({time, data}: Entry, {versions}: Key): readonly Version[] {
  const {version: number, whole} = deletionSchemas['key.deleted'].parse(data)
  return versions.map((one) =>
    whole || one.version === number ? {...one, deletedAt: one.deletedAt ?? time} : one,
  )
}
