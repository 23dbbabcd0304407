import {z} from 'zod'
import {runSignOff} from '../run/sign-off.ts'
import type {StepKind} from '../kinds.ts'
import {base} from './common.ts'

const schema = z.strictObject({...base, kind: z.literal('sign-off')})
export type SignOffStep = z.infer<typeof schema>

export const signOff: StepKind<SignOffStep> = {
  kind: 'sign-off',
  summary: 'Everybody who took part signs the record. It is the last step.',
  schema,
  plan(world, step) {
    world.signOff(step)
  },
  run: runSignOff,
}
