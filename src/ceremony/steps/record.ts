import {z} from 'zod'
import {runRecord} from '../run/record.ts'
import type {StepKind} from '../kinds.ts'
import {base, idSchema} from './common.ts'

const field = z.strictObject({
  name: idSchema.describe('the name of this field, once in the step'),
  text: z.string().describe('what is asked'),
  private: z
    .boolean()
    .default(true)
    .describe('whether it is recorded as a commitment, with its opening beside the ledger'),
  'public-key': idSchema
    .optional()
    .describe('the key of whose public half this is the SHA-256: what is typed is compared with it'),
})
const schema = z.strictObject({
  ...base,
  kind: z.literal('record'),
  fields: z.array(field).min(1, 'expected at least one field').describe('what is written down'),
})
export type RecordStep = z.infer<typeof schema>

export const record: StepKind<RecordStep> = {
  kind: 'record',
  summary: 'Facts are written down as somebody reads them off: serial numbers, references, places.',
  schema,
  plan(world, step) {
    const names = step.fields.map(({name}) => name)
    for (const [at, name] of names.entries()) {
      if (names.indexOf(name) !== at)
        world.report(
          step,
          ['fields', at, 'name'],
          'field-twice',
          `field "${name}" stands twice in this step: give it another name`,
        )
    }
    for (const [at, {'public-key': key}] of step.fields.entries())
      if (key !== undefined) world.keys.compare(step, key, ['fields', at, 'public-key'])
    for (const [at, {text}] of step.fields.entries()) {
      if (text.trim() === '')
        world.report(step, ['fields', at, 'text'], 'empty-text', 'the field has no text: say what is asked')
    }
  },
  run: runRecord,
}
