import {z} from 'zod'
import {runPause} from '../run/pause.ts'
import type {StepKind} from '../kinds.ts'
import {base} from './common.ts'

const schema = z.strictObject({
  ...base,
  kind: z.literal('pause').describe('the room has a break'),
})
export type PauseStep = z.infer<typeof schema>

export const pause: StepKind<PauseStep> = {
  kind: 'pause',
  summary: 'The room has a break; who stays in it is recorded, and who is back.',
  schema,
  plan: () => undefined,
  run: runPause,
}
