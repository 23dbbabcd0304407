import {z} from 'zod'
import {runSharesReceive} from '../run/shares-receive.ts'
import type {StepKind} from '../kinds.ts'
import {base, idSchema} from './common.ts'

const schema = z.strictObject({
  ...base,
  kind: z.literal('shares.receive'),
  of: idSchema.describe('the shares.split step that gave the shares out'),
})
export type SharesReceiveStep = z.infer<typeof schema>

export const sharesReceive: StepKind<SharesReceiveStep> = {
  kind: 'shares.receive',
  summary: 'Each holder shows that their share is the one that was recorded, and signs for it.',
  schema,
  plan(world, step) {
    world.shares.receive(step)
  },
  run: runSharesReceive,
}
