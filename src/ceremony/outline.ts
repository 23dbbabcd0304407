/** The form of a template around its steps. docs/ceremony-templates.md. */
import {z} from 'zod'
import {materialKinds, materialStates} from './materials.ts'
import {checkpoints} from './checklist.ts'
import {waivable} from './waivable.ts'
import {durationSchema, idSchema} from './steps/common.ts'

/** What a parameter can be. `person` and `person-list` are people of the roster, or anybody by name. */
export const parameterTypes = [
  'key-label',
  'profile',
  'path',
  'algorithm',
  'scheme',
  'duration',
  'date',
  'sha256',
  'person',
  'person-list',
  'integer',
  'text',
  'text-list',
] as const
export type ParameterType = (typeof parameterTypes)[number]

const parameter = z.strictObject({
  type: z.enum(parameterTypes).describe('what its value is'),
  text: z
    .string()
    .min(1, 'expected the question that is asked')
    .describe('what is asked of whoever runs the ceremony'),
  default: z
    .union([z.string(), z.int(), z.array(z.string())], 'expected text, a whole number or a list of texts')
    .optional()
    .describe('the value where none is given'),
})
export type Parameter = z.infer<typeof parameter>

const people = z.int('expected a whole number of people')
const role = z.strictObject({
  count: people.optional().describe('exactly so many people; or minimum'),
  minimum: people.optional().describe('at least so many people; or count'),
  excludes: z
    .array(idSchema)
    .default([])
    .describe('roles that nobody of this one may have as well; it holds both ways'),
  acts: z
    .array(idSchema)
    .min(1, 'expected the ids of acts')
    .optional()
    .describe('the acts in which they are in the room, where that is not all of them'),
  text: z.string().default('').describe('what they are there for'),
})
export type Role = z.infer<typeof role>

const material = z.strictObject({
  id: idSchema.describe('the name of this thing, once in the template'),
  kind: z.enum(materialKinds).describe('what it is'),
  text: z.string().describe('what it is, in words for the room'),
  state: z
    .enum(materialStates)
    .optional()
    .describe('what it is like before the first step; left out: off, out, locked, new, or as it lies'),
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

const waiver = z.strictObject({
  rule: z
    .string()
    .min(1, 'expected the name of a rule')
    .describe('the rule of lint whose finding is let pass')
    .meta({enum: [...waivable]}),
  step: idSchema.optional().describe('only at this step'),
  point: z.enum(checkpoints).optional().describe('of rule checklist: the one point that is let pass'),
  reason: z.string().min(1, 'expected a reason').describe('why it is let pass'),
  by: z.string().min(1, 'expected a name').describe('who lets it pass, and answers for it'),
  until: z.iso.date('expected a day such as 2027-12-31').describe('the last day on which it holds, in UTC'),
})
export type Waiver = z.infer<typeof waiver>

const duty = z.strictObject({
  id: idSchema.describe('the name of this duty, once in the template'),
  text: z.string().describe('what is to be done'),
  owner: idSchema.describe('the role that owes it'),
  due: durationSchema.describe('how long after the ceremony began: an ISO 8601 duration such as P7D'),
})
export type AfterDuty = z.infer<typeof duty>

const named = z.string().min(1, 'expected text')

export const actSchema = z.strictObject({
  id: idSchema.describe('the name of this act, once in the template'),
  title: named.describe('its heading on paper and on the screen'),
  steps: z
    .array(z.record(z.string(), z.json()))
    .min(1, 'expected at least one step')
    .describe('what is done, in this order'),
})

export const outlineSchema = z.strictObject({
  keyrite: z.literal('ceremony/1').describe('the language of this file'),
  id: idSchema.describe('the name of this template'),
  title: named.describe('its heading on every page'),
  purpose: named.describe('what the ceremony is for: one paragraph'),
  location: named.describe('where it is held; recorded, and private where it is a parameter'),
  recording: named.optional().describe('how it is recorded, and who keeps the recording'),
  standby: named
    .optional()
    .describe(
      'when everybody is in the room, in UTC, such as 2026-12-01T09:00Z: for the time plan of the script',
    ),
  parameters: z
    .record(idSchema, parameter)
    .default({})
    .describe('what is asked before the ceremony; ${name} stands for the value in any text'),
  roles: z.record(idSchema, role).describe('who takes part'),
  materials: z.array(material).default([]).describe('bags, devices and media, with their states'),
  acts: z
    .array(actSchema)
    .min(1, 'expected at least one act')
    .describe('the parts of the ceremony, in order'),
  after: z.array(duty).default([]).describe('what is owed afterwards, tracked until it is done'),
  waivers: z.array(waiver).default([]).describe('findings of lint that somebody lets pass, until a day'),
})
export type Outline = z.infer<typeof outlineSchema>
