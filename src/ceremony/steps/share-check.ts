import {z} from 'zod'
import {runShareCheck} from '../run/shares-receive.ts'
import type {StepKind} from '../kinds.ts'
import {base, idSchema} from './common.ts'

const schema = z.strictObject({
  ...base,
  kind: z.literal('share.check'),
  set: idSchema.describe('the set, as keyrite share list calls it'),
})
export type ShareCheckStep = z.infer<typeof schema>

export const shareCheck: StepKind<ShareCheckStep> = {
  kind: 'share.check',
  summary:
    'Holders show that they still have their share, and sign about the drill of this quarter; nothing is put together.',
  schema,
  plan(world, step) {
    world.shares.check(step)
  },
  run: runShareCheck,
}
