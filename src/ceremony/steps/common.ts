/** What the schemas of all step kinds share. */
import {z} from 'zod'
import {parseDuration} from '../../base/duration.ts'
import {checkpoints} from '../checklist.ts'
import {materialStates} from '../materials.ts'

/** Ids and names within a template. */
export const idSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected 1 to 63 of a-z, 0-9 and -, starting with a letter')

const states = z.record(idSchema, z.enum(materialStates))

/** The fields that every step has; each kind adds its own. Editors show the descriptions. */
export const base = {
  id: idSchema.describe(
    'the name of this step, once in the template: other steps, answers and minutes name it',
  ),
  text: z.string().describe('who does what, in words for the room, and what to do when it goes wrong'),
  by: idSchema.describe('the role that does it'),
  /** Planned minutes; lint says which are sensible. */
  minutes: z.int('expected a whole number of minutes').describe('how long it is planned to take, 0 to 240'),
  checks: z
    .array(z.enum(checkpoints))
    .min(1, 'expected points of the checklist')
    .optional()
    .describe('the points of the checklist before a key is made that this step settles'),
  needs: states
    .optional()
    .describe('the state that materials must be in before this step, by their ids: {hsm-1: connected}'),
  leaves: states
    .optional()
    .describe('the state that materials are in after this step, by their ids: {hsm-1: connected}'),
} as const

/** An ISO 8601 duration such as `P30D`. */
export const durationSchema = z.string().refine(isDuration, 'expected an ISO 8601 duration such as P30D')

/** One of a list of words; what is wrong with another word is said with the nearest. */
export function oneOf<T extends string>(words: readonly T[]): z.ZodEnum<{[W in T]: W}> {
  return z.enum(words)
}

/** A day, or an RFC 3339 time in UTC: a plan holds no clock, so never a duration. */
export const daySchema = z.union(
  [z.iso.date(), z.iso.datetime()],
  'expected a day such as 2027-12-31, or a time such as 2027-12-31T12:00:00Z',
)

function isDuration(text: string): boolean {
  try {
    return parseDuration(text) > 0
  } catch {
    return false
  }
}
