import {z} from 'zod'
import {runBag} from '../run/bag.ts'
import type {StepKind} from '../kinds.ts'
import {base, idSchema} from './common.ts'

const schema = z.strictObject({
  ...base,
  kind: z.literal('bag'),
  action: z
    .enum(['seal', 'check', 'open', 'destroy'])
    .describe('seal a new bag, check a sealed one, cut it open, or destroy what is left of it'),
  bag: idSchema.describe('the id of a material of kind bag'),
  contents: z
    .array(idSchema)
    .min(1, 'expected the ids of materials')
    .optional()
    .describe('seal: what goes into it. open: what comes out; all of it where this is left out'),
  reads: idSchema
    .optional()
    .describe('the role that reads the number of the bag aloud, so that another one types it'),
})
export type BagStep = z.infer<typeof schema>

export const bag: StepKind<BagStep> = {
  kind: 'bag',
  summary:
    'A tamper-evident bag is sealed, checked, opened or destroyed; its number is compared and recorded.',
  schema,
  plan(world, step) {
    world.materials.handle(step)
  },
  run: runBag,
}
