import {z} from 'zod'
import {runReadAloud} from '../run/read-aloud.ts'
import type {StepKind} from '../kinds.ts'
import {base} from './common.ts'

const schema = z.strictObject({
  ...base,
  kind: z.literal('read-aloud'),
  /** Words of the template's digest, of the ledger's fingerprint, of the plan of a quorum step, or the step's own text. */
  what: z
    .string()
    .regex(
      /^(?:template|ledger|text|plan of [a-z][a-z0-9-]{0,62})$/,
      'expected template, ledger, text, or "plan of" and the id of a quorum step',
    )
    .describe('what is read: template, ledger, text, or "plan of" and the id of a quorum step'),
})
export type ReadAloudStep = z.infer<typeof schema>

/** The id of the quorum step whose plan is read; null where something else is. */
export function planReadBy(step: Pick<ReadAloudStep, 'what'>): string | null {
  return step.what.startsWith('plan of ') ? step.what.slice('plan of '.length) : null
}

export const readAloud: StepKind<ReadAloudStep> = {
  kind: 'read-aloud',
  summary: 'Words are read aloud and compared by everybody with what they have on paper.',
  schema,
  plan(world, step) {
    const quorum = planReadBy(step)
    if (quorum !== null) world.approvals.readPlan(step, quorum)
  },
  run: runReadAloud,
}
