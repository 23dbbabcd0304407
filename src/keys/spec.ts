/** What a key shall be: the `change` of a plan to make one, and what `key.created` records. */
import {z} from 'zod'
import {KeyriteError} from '../base/errors.ts'
import type {JsonObject} from '../base/jcs.ts'
import {lately} from '../base/lately.ts'
import {classes, classifications, type Classification, type KeyClassName} from '../policy/index.ts'
import {
  algorithms,
  purposes,
  purposesOf,
  schemes,
  schemesOf,
  type Algorithm,
  type Purpose,
  type Scheme,
} from '../providers/algorithms.ts'

export {classifications, type Classification}

export const keyName = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/)
const party = z.string().regex(/^(p-[0-9a-f]{16}|owner|consumer-\d{1,3})$/)
const oneOf = <T extends string>(values: readonly T[]): z.ZodType<T> =>
  z.custom<T>((value) => (values as readonly unknown[]).includes(value))

/** A name by which others reach a key at its service, without what the service puts before it. */
export const aliasName = z.string().regex(/^(?!alias\/|aws\/)[a-zA-Z0-9/_-]{1,250}$/)
export const regionName = z.string().regex(/^[a-z]{2,5}(-[a-z]{2,12}){1,3}-\d{1,2}$/)

/** Of AWS: `XksKeyId`. */
export const externalKey = z.string().regex(/^[a-zA-Z0-9_.-]{1,128}$/)

export const specSchema = z.strictObject({
  key: keyName,
  version: z.literal(1),
  algorithm: oneOf(algorithms),
  scheme: oneOf(schemes),
  purpose: oneOf(purposes),
  class: oneOf(classes),
  classification: z.enum(classifications),
  owner: party,
  consumers: z.array(party),
  parent: keyName.nullable(),
  /** RFC 3339, or null where it does not expire. */
  expires: z.iso.datetime({precision: 3}).nullable(),
  /** From when on something new may be protected with it, where its service keeps that; absent or null: at once. */
  not_before: z.iso.datetime({precision: 3}).nullable().exactOptional(),
  /** What it is given at its service when it is made. */
  alias: aliasName.exactOptional(),
  regions: z.array(regionName).min(1).exactOptional(),
  /** What a key manager outside its service calls it, where it lies there. */
  external_key: externalKey.exactOptional(),
  /** When its service deletes what was brought by itself; absent where it never does. */
  material_ends: z.iso.datetime({precision: 3}).exactOptional(),
  /** What is brought from outside, named beforehand: `materialSha256`. */
  material_sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .exactOptional(),
})

export const label = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/)

/** What of a spec may change later, and labels. At least one of them. */
export const changesSchema = z
  .strictObject({
    owner: party.exactOptional(),
    consumers: z.array(party).exactOptional(),
    classification: z.enum(classifications).exactOptional(),
    expires: z.iso.datetime({precision: 3}).nullable().exactOptional(),
    not_before: z.iso.datetime({precision: 3}).exactOptional(),
    parent: keyName.nullable().exactOptional(),
    labels: z.array(label).exactOptional(),
  })
  .refine((changes) => Object.keys(changes).length > 0)
export type KeyChanges = z.infer<typeof changesSchema>

const specReader = lately(specSchema)

/** `owner` and `consumers` are people of the roster, or parties whose names stand, private, in the request. */
export type KeyPlanSpec = z.infer<typeof specSchema>

/** @throws TypeError. */
export function parseSpec(change: JsonObject): KeyPlanSpec {
  const parsed = specReader.safeParse(change)
  if (!parsed.success)
    throw new TypeError(`spec: ${parsed.error.issues[0]?.path.join('.') ?? ''} is not of its form`)
  return parsed.data
}

/** Each class's usual scheme: what is taken where none is given. */
export function defaultScheme(algorithm: Algorithm, purpose: Purpose, name: KeyClassName): Scheme {
  const fitting: readonly Scheme[] = schemesOf[algorithm].filter((scheme) =>
    purposesOf(scheme).includes(purpose),
  )
  const [first] = fitting
  if (first === undefined) {
    const can = [...new Set(schemesOf[algorithm].flatMap((scheme) => purposesOf(scheme)))]
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot make a key to ${purpose} of algorithm "${algorithm}": it can ${can.join(', ')}`,
      {hints: [`--purpose ${can[0] ?? ''}`]},
    )
  }
  return name === 'artifact-signing' && fitting.includes('ps256') ? 'ps256' : first
}

/** @throws KeyriteError `UNSUPPORTED` naming what fits. */
export function demandFit(algorithm: Algorithm, scheme: Scheme, purpose: Purpose): void {
  const can: readonly Scheme[] = schemesOf[algorithm]
  if (!can.includes(scheme))
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot use scheme "${scheme}" with algorithm "${algorithm}": it has ${can.join(', ')}`,
    )
  if (!purposesOf(scheme).includes(purpose)) {
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot ${purpose} by scheme "${scheme}": it serves to ${purposesOf(scheme).join(', ')}`,
      {hints: ['one key has one purpose; make another key for the other']},
    )
  }
}
