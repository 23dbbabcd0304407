import {runSharesCombine} from '../run/shares-combine.ts'
import type {StepKind} from '../kinds.ts'
import {combineSchema, type SharesCombineStep} from './shares.ts'

export const sharesCombine: StepKind<SharesCombineStep> = {
  kind: 'shares.combine',
  summary:
    'As many holders as the set needs bring their shares, and what was escrowed becomes a key that nobody sees, or is given out.',
  schema: combineSchema,
  plan(world, step) {
    world.shares.combine(step)
  },
  run: runSharesCombine,
}
