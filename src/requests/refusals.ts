/** `attempt.refused`: what was refused leaves a trace too (A1, T32). */
import {z} from 'zod'
import {problem, type Fold} from '../ledger/index.ts'

const schema = z.strictObject({
  operation: z.string().max(64),
  key: z.string().max(63).nullable(),
  code: z.string().max(64),
})

/** How many refusals the ledger holds. */
export const refusalsFold: Fold<number> = {
  name: 'refusals',
  types: ['attempt.refused'],
  initial: () => 0,
  check: (_view, entry) =>
    schema.safeParse(entry.data).success ? [] : [problem('refusal', entry, 'data is not of its form')],
  apply: (view) => view.of(refusalsFold) + 1,
}
