import {z} from 'zod'
import {runKeyRotate} from '../run/key-change.ts'
import type {StepKind} from '../kinds.ts'
import {base, daySchema, idSchema} from './common.ts'

const schema = z.strictObject({
  ...base,
  kind: z.literal('key.rotate'),
  key: idSchema.describe('the name of the key'),
  on: daySchema.describe('the day of the ceremony: the dates of the plan count from it'),
})
export type KeyRotateStep = z.infer<typeof schema>

export const keyRotate: StepKind<KeyRotateStep> = {
  kind: 'key.rotate',
  summary:
    'A key gets its next version, which is made, proved and accepted here; when it becomes primary and the old one is retired is approved with it, and done by keyrite rotation run on those days.',
  schema,
  plan(world, step) {
    world.keys.rotate(step)
  },
  run: runKeyRotate,
}
