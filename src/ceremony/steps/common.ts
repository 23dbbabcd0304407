/** What the schemas of all step kinds share. */
import {z} from 'zod'
import {parseDuration} from '../../base/duration.ts'

/** Ids and names within a template. */
export const idSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected 1 to 63 of a-z, 0-9 and -, starting with a letter')

/** The fields that every step has; each kind adds its own. */
export const base = {
  id: idSchema,
  text: z.string(),
  by: idSchema,
  /** Planned minutes; lint says which are sensible. */
  minutes: z.int('expected a whole number of minutes'),
} as const

/** An ISO 8601 duration such as `P30D`. */
export const durationSchema = z.string().refine(isDuration, 'expected an ISO 8601 duration such as P30D')

/** One of a list of words; what is wrong with another word is said with the nearest. */
export function oneOf<T extends string>(words: readonly T[]): z.ZodEnum<{[W in T]: W}> {
  return z.enum(words)
}

function isDuration(text: string): boolean {
  try {
    return parseDuration(text) > 0
  } catch {
    return false
  }
}
