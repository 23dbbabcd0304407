/** The `change` of the plans on shares. */
import {z} from 'zod'
import type {JsonObject} from '../base/jcs.ts'
import {keyName} from '../keys/index.ts'
import {deliveries} from './state.ts'

export const setId = z.string().regex(/^[0-9a-f]{32}$/)
export const personId = z.string().regex(/^p-[0-9a-f]{16}$/)
export const setName = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/)

export const whatSchema = z.union([
  z.strictObject({kind: z.literal('secret')}),
  z.strictObject({kind: z.literal('key'), key: keyName, version: z.int().min(1)}),
])

const holder = z
  .strictObject({person: personId, delivery: z.enum(deliveries), to: z.string().min(1).max(200).nullable()})
  .refine(({delivery, to}) => (to === null) === (delivery === 'passphrase' || delivery === 'screen'))

export const splitSchema = z
  .strictObject({
    name: setName,
    what: whatSchema,
    threshold: z.int().min(2).max(255),
    /** In the order of their indices. */
    holders: z.array(holder).min(2).max(255),
    /** The set that this one takes the place of. */
    replaces: setId.nullable(),
  })
  .refine(({threshold, holders}) => threshold <= holders.length)
  .refine(({holders}) => new Set(holders.map(({person}) => person)).size === holders.length)

export type SplitSpec = z.infer<typeof splitSchema>

export const combineSchema = z.strictObject({
  set: setId,
  /** `file`: it is given out; `key`: it goes straight into a provider. */
  to: z.enum(['file', 'key']),
  /** What key it becomes; null for a file. */
  spec: z.record(z.string(), z.json()).nullable(),
  /** The class of that key, which chooses the rule. */
  class: z.string().exactOptional(),
})

export type CombineSpec = Omit<z.infer<typeof combineSchema>, 'spec'> & {readonly spec: JsonObject | null}

/** @throws TypeError. */
export function parseSplit(change: JsonObject): SplitSpec {
  const parsed = splitSchema.safeParse(change)
  if (!parsed.success)
    throw new TypeError(
      `the plan of a split is not of its form: ${parsed.error.issues[0]?.path.join('.') ?? ''}`,
    )
  return parsed.data
}

/** @throws TypeError. */
export function parseCombine(change: JsonObject): CombineSpec {
  const parsed = combineSchema.safeParse(change)
  if (!parsed.success)
    throw new TypeError(
      `the plan of a recovery is not of its form: ${parsed.error.issues[0]?.path.join('.') ?? ''}`,
    )
  return parsed.data
}
