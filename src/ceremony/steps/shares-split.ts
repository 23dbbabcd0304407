import {runSharesSplit} from '../run/shares-split.ts'
import type {StepKind} from '../kinds.ts'
import {splitSchema, type SharesSplitStep} from './shares.ts'

export const sharesSplit: StepKind<SharesSplitStep> = {
  kind: 'shares.split',
  summary:
    'A secret is split among people: what each share must be is recorded, and then each is given to its holder alone.',
  schema: splitSchema,
  plan(world, step) {
    world.shares.split(step)
  },
  run: runSharesSplit,
}
