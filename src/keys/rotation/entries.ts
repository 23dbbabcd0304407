/** The entries of further versions and of rotations: their form. docs/ledger-format.md, section 6. */
import {z} from 'zod'
import {lately} from '../../base/lately.ts'
import {parseDuration} from '../../base/duration.ts'
import {rotationPhases} from '../../policy/index.ts'
import type {ScheduleTerms} from '../../providers/schedule.ts'
import {datesSchema} from '../dates.ts'
import {protectionSchema as protection} from '../protection.ts'
import {aliasName, keyName} from '../spec.ts'

const version = z.int().min(1)
const intent = z.string().regex(/^[0-9a-f]{32}$/)
const time = z.iso.datetime({precision: 3})
const ref = z.strictObject({key: z.string(), version: z.string()})
const evidence = z.enum(['attested', 'verified', 'asserted', 'stated'])
export {protectionSchema as protection} from '../protection.ts'
/** What was tried, and what came of it. */
export const results = z.array(
  z.strictObject({probe: z.string(), ok: z.boolean(), evidence, detail: z.string()}),
)
const hidden = z.strictObject({$: z.string()})
const duration = z.string().refine((text) => {
  try {
    return parseDuration(text) >= 0
  } catch {
    return false
  }
})

/** That are moved with what is primary; absent where there are none. */
const aliases = z.array(aliasName).exactOptional()

const furtherIntended = lately(
  z.strictObject({key: keyName, version, profile: z.string(), intent, before: z.array(ref)}),
)
const furtherMade = lately(
  z.strictObject({
    intended: z.int(),
    key: keyName,
    version,
    profile: z.string(),
    ref,
    public: z.json().nullable(),
    protection,
    generation: z.int().min(0).nullable(),
    dates: datesSchema.exactOptional(),
  }),
)
const furtherFailed = lately(
  z.strictObject({intended: z.int(), key: keyName, version, profile: z.string(), code: z.string()}),
)

/** Of a key: what makes another version of it, to be used or to wait, and what makes another version primary. */
export const versionSchemas = {
  'key.rotate.intended': furtherIntended,
  'key.rotated': furtherMade,
  'key.rotate.failed': furtherFailed,
  'key.standby.intended': furtherIntended,
  'key.standby.made': furtherMade,
  'key.standby.failed': furtherFailed,
  'key.primary.intended': lately(
    z.strictObject({key: keyName, from: version, to: version, profile: z.string(), intent, aliases}),
  ),
  'key.primary.changed': lately(
    z.strictObject({
      intended: z.int(),
      key: keyName,
      from: version,
      to: version,
      profile: z.string(),
      aliases,
      results,
      generation: z.int().min(0).nullable(),
    }),
  ),
  'key.primary.failed': lately(
    z.strictObject({
      intended: z.int(),
      key: keyName,
      from: version,
      to: version,
      profile: z.string(),
      code: z.string(),
    }),
  ),
} as const
export type VersionEntry = keyof typeof versionSchemas

/** The outcomes that bring a further version. */
export function bringsVersion(type: string): type is 'key.rotated' | 'key.standby.made' {
  return type === 'key.rotated' || type === 'key.standby.made'
}

const days = z.int().min(1).nullable()
const termsSchema = z.strictObject({
  everyDays: days,
  beforeExpiryDays: days,
  expireAfterDays: days,
  notifyBeforeExpiryDays: days,
})

/** @throws TypeError. */
export function parseTerms(value: unknown): ScheduleTerms {
  const parsed = termsSchema.safeParse(value)
  if (!parsed.success) throw new TypeError('terms of a schedule are not of their form')
  return parsed.data
}

/** Of a key: the provider's own schedule of rotation is set. */
export const scheduleSchemas = {
  'key.schedule.intended': lately(
    z.strictObject({key: keyName, version, profile: z.string(), intent, terms: termsSchema}),
  ),
  'key.schedule.set': lately(
    z.strictObject({
      intended: z.int(),
      key: keyName,
      version,
      profile: z.string(),
      terms: termsSchema,
      next: time.nullable(),
      generation: z.int().min(0).nullable(),
    }),
  ),
  'key.schedule.failed': furtherFailed,
} as const

/** Of a key: when something new may be protected with it, as its service is told. */
export const dateSchemas = {
  'key.dates.intended': lately(
    z.strictObject({key: keyName, version, profile: z.string(), intent, dates: datesSchema}),
  ),
  'key.dates.set': lately(
    z.strictObject({
      intended: z.int(),
      key: keyName,
      version,
      profile: z.string(),
      dates: datesSchema,
      versions: z.array(version).min(1),
      results,
      generation: z.int().min(0).nullable(),
    }),
  ),
  'key.dates.failed': furtherFailed,
} as const

/** Of a rotation itself. */
export const rotationSchemas = {
  'rotation.opened': lately(
    z.strictObject({
      key: keyName,
      profile: z.string(),
      from: version,
      to: version,
      due: time.nullable(),
      verification: duration,
      grace: duration,
      automatic: z.boolean(),
    }),
  ),
  'rotation.hooked': lately(
    z.strictObject({
      rotation: z.int(),
      key: keyName,
      phase: z.enum(rotationPhases),
      hook: z.string(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      input_sha256: z.string().regex(/^[0-9a-f]{64}$/),
      ok: z.boolean(),
      exit: z.int().nullable(),
      output: hidden.nullable(),
    }),
  ),
  'rotation.paused': lately(z.strictObject({rotation: z.int(), key: keyName, reason: hidden})),
  'rotation.resumed': lately(z.strictObject({rotation: z.int(), key: keyName, reason: hidden})),
  'rotation.stopped': lately(z.strictObject({rotation: z.int(), key: keyName, reason: hidden})),
} as const
export type RotationEntry = keyof typeof rotationSchemas
