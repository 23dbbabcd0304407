import {z} from 'zod'
import {runQuorum} from '../run/quorum.ts'
import type {StepKind} from '../kinds.ts'
import {base, idSchema} from './common.ts'

const schema = z.strictObject({
  ...base,
  kind: z.literal('quorum'),
  for: z
    .array(idSchema)
    .min(1, 'expected the ids of the steps that it approves')
    .describe('the steps that it approves: the key.create and key.activate of one key'),
})
export type QuorumStep = z.infer<typeof schema>

export const quorum: StepKind<QuorumStep> = {
  kind: 'quorum',
  summary: 'People sign the plan of later steps; without enough of them these steps do nothing.',
  schema,
  plan(world, step) {
    world.approvals.approve(step, (key) => world.keys.canBeActivated(key))
  },
  run: runQuorum,
}
