/** The form of a template around its steps. docs/ceremony-templates.md. */
import {z} from 'zod'
import {materialKinds, materialStates} from './materials.ts'
import {durationSchema, idSchema} from './steps/common.ts'

/** What a parameter can be. `person` and `person-list` are people of the roster, or anybody by name. */
export const parameterTypes = [
  'key-label',
  'profile',
  'algorithm',
  'scheme',
  'duration',
  'person',
  'person-list',
  'integer',
  'text',
  'text-list',
] as const
export type ParameterType = (typeof parameterTypes)[number]

const parameter = z.strictObject({
  type: z.enum(parameterTypes),
  /** What is asked. */
  text: z.string().min(1, 'expected the question that is asked'),
  default: z
    .union([z.string(), z.int(), z.array(z.string())], 'expected text, a whole number or a list of texts')
    .optional(),
})
export type Parameter = z.infer<typeof parameter>

const people = z.int('expected a whole number of people')
const role = z.strictObject({
  /** Exactly so many people … */
  count: people.optional(),
  /** … or at least so many. */
  minimum: people.optional(),
  /** Roles that nobody of this one may have as well. It holds both ways. */
  excludes: z.array(idSchema).default([]),
  text: z.string().default(''),
})
export type Role = z.infer<typeof role>

const material = z.strictObject({
  id: idSchema.describe('the name of this thing, once in the template'),
  kind: z.enum(materialKinds).describe('what it is'),
  text: z.string().describe('what it is, in words for the room'),
  state: z
    .enum(materialStates)
    .optional()
    .describe(
      'what it is like before the first step; where it is left out: off, out, locked, new, or as it lies',
    ),
  in: idSchema.optional().describe('the bag that it lies in before the first step'),
  number: z
    .string()
    .min(1, 'expected a number')
    .optional()
    .describe('the number that stands on it, as it was recorded before: the ceremony compares it'),
  profile: idSchema
    .optional()
    .describe('the profile that speaks to this device: it must be connected when that is used'),
})
export type Material = z.infer<typeof material>

const duty = z.strictObject({
  id: idSchema,
  text: z.string(),
  /** The role that owes it. */
  owner: idSchema,
  /** How long after the ceremony. */
  due: durationSchema,
})
export type AfterDuty = z.infer<typeof duty>

const named = z.string().min(1, 'expected text')

export const outlineSchema = z.strictObject({
  keyrite: z.literal('ceremony/1'),
  id: idSchema,
  title: named,
  purpose: named,
  location: named,
  recording: named.optional(),
  /** When it begins, as planned: for the script; the run does not look at it. */
  standby: named.optional(),
  parameters: z.record(idSchema, parameter).default({}),
  roles: z.record(idSchema, role),
  materials: z.array(material).default([]),
  acts: z
    .array(
      z.strictObject({
        id: idSchema,
        title: named,
        steps: z.array(z.record(z.string(), z.json())).min(1, 'expected at least one step'),
      }),
    )
    .min(1, 'expected at least one act'),
  after: z.array(duty).default([]),
})
export type Outline = z.infer<typeof outlineSchema>
