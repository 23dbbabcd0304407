import {z} from 'zod'
import {runClock} from '../run/clock.ts'
import type {StepKind} from '../kinds.ts'
import {base} from './common.ts'

const schema = z.strictObject({...base, kind: z.literal('clock')})
export type ClockStep = z.infer<typeof schema>

export const clock: StepKind<ClockStep> = {
  kind: 'clock',
  summary: "The machine's clock is compared with a clock in the room.",
  schema,
  plan(world) {
    world.keys.checkClock()
  },
  run: runClock,
}
