import {z} from 'zod'
import {parseDuration} from '../../base/duration.ts'
import type {Ending} from '../../keys/index.ts'
import {runKeyDestroy} from '../run/key-change.ts'
import type {StepKind} from '../kinds.ts'
import {base, daySchema, durationSchema, idSchema} from './common.ts'

const dayMs = 86_400_000
const days = durationSchema.refine(
  (text) => parseDurationOr(text) % dayMs === 0,
  'expected whole days such as P30D',
)

const schema = z.strictObject({
  ...base,
  kind: z.literal('key.destroy'),
  key: idSchema.describe('the name of the key'),
  version: z
    .int('expected the number of a version')
    .min(1, 'expected the number of a version')
    .optional()
    .describe('which version; left out: the primary one'),
  on: daySchema.describe(
    'the day of the ceremony: whether a hold or a rule of retention keeps the key is judged by it',
  ),
  wait: days.optional().describe('how long it can be cancelled; left out: what the policy asks'),
  grace: days
    .optional()
    .describe('how long what it made is still read after it was deactivated; left out: what the policy asks'),
  order: z.enum(['gdpr-erasure']).optional().describe('an order to erase that stands'),
  due: daySchema.optional().describe('the day by which an order has it gone'),
})
export type KeyDestroyStep = z.infer<typeof schema>

/** What the step asks for, as `planDestroy` takes it. */
export function endingOf(step: KeyDestroyStep): Ending {
  const inDays = (text: string | undefined): number | null =>
    text === undefined ? null : parseDuration(text) / dayMs
  return {
    key: step.key,
    version: step.version ?? null,
    waitDays: inDays(step.wait),
    graceDays: inDays(step.grace),
    order: step.order ?? null,
    due: step.due === undefined ? null : new Date(step.due),
    scheduleOnly: false,
  }
}

export const keyDestroy: StepKind<KeyDestroyStep> = {
  kind: 'key.destroy',
  summary:
    'The end of a key begins: it is taken out of use here; its grace, its wait and its end are approved with it, and done by keyrite key destroy when it is time.',
  schema,
  plan(world, step) {
    world.keys.destroy(step)
  },
  run: runKeyDestroy,
}

function parseDurationOr(text: string): number {
  try {
    return parseDuration(text)
  } catch {
    return 0
  }
}
