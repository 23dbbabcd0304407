/** What a step kind is: one file a kind under `steps/`, all in this shape. */
import type {z} from 'zod'
import type {DraftObject} from '../ledger/index.ts'
import type {StepBase} from './step.ts'
import type {World} from './world/index.ts'
import type {RunContext} from './run-context.ts'

/** One kind of step. `Step` is what its schema gives, with parameters already in place. */
export interface StepKind<Step extends StepBase = StepBase> {
  readonly kind: Step['kind']
  /** One sentence for the documents. */
  readonly summary: string
  /** Strict: an unknown field is refused with its line. */
  readonly schema: z.ZodType<Step>
  /** What it needs of the world before it, and what it leaves behind; what is wrong is said to the world. */
  plan(world: World, step: Step): void
  /**
   * Does it. Called again after a crash, so it first looks at what is recorded already.
   * @returns what `step.done` records as `result`.
   */
  run(context: RunContext, step: Step): Promise<DraftObject>
}
