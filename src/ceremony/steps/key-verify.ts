import {z} from 'zod'
import {runKeyVerify} from '../run/key.ts'
import type {StepKind} from '../kinds.ts'
import {base, idSchema} from './common.ts'

const schema = z.strictObject({
  ...base,
  kind: z.literal('key.verify'),
  key: idSchema.describe('the name of the key'),
})
export type KeyVerifyStep = z.infer<typeof schema>

export const keyVerify: StepKind<KeyVerifyStep> = {
  kind: 'key.verify',
  summary:
    'The key is tried: it does what it is for, its public half fits, its private half does not come out.',
  schema,
  plan(world, step) {
    world.keys.prove(step)
  },
  run: runKeyVerify,
}
