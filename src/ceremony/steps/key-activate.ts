import {z} from 'zod'
import {runKeyActivate} from '../run/key.ts'
import type {StepKind} from '../kinds.ts'
import {base, idSchema} from './common.ts'

const schema = z.strictObject({
  ...base,
  kind: z.literal('key.activate'),
  key: idSchema.describe('the name of the key'),
})
export type KeyActivateStep = z.infer<typeof schema>

export const keyActivate: StepKind<KeyActivateStep> = {
  kind: 'key.activate',
  summary: 'A key that was made and verified may be used from now on.',
  schema,
  plan(world, step) {
    world.keys.activate(step)
  },
  run: runKeyActivate,
}
