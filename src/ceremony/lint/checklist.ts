/** The checklist before a key is made (C1): every point is settled by a step before it. */
import type {View} from '../../ledger/index.ts'
import {profilesFold} from '../../profiles/index.ts'
import {checkpoints, checkpointWords} from '../checklist.ts'
import {creations, type Remark, type Script} from './script.ts'

/** Keys of an environment "test" are made without it. */
export function* checklist(script: Script, view: Pick<View, 'of'> | null): Generator<Remark> {
  const made = creations(script).filter(({create, placed}) => {
    if (view === null || !script.knows([...placed.path, 'profile'])) return true
    return view.of(profilesFold).profiles.get(create.profile)?.environment !== 'test'
  })
  const [first] = made
  if (first === undefined) return
  const before = script.steps.slice(0, script.steps.indexOf(first.placed))
  for (const point of checkpoints) {
    if (before.some(({step}) => step.checks?.includes(point) === true)) continue
    yield {
      rule: 'checklist',
      path: [...first.placed.path, 'kind'],
      point,
      message: `a key is made, and no step before it settles that ${checkpointWords[point]} (C1): add "checks: [${point}]" to the step that does`,
    }
  }
}
