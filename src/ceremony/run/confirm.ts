/** `confirm`: someone says that it is so. A no stops the ceremony. */
import {KeyriteError} from '../../base/errors.ts'
import type {DraftObject} from '../../ledger/index.ts'
import type {StepBase} from '../step.ts'
import type {RunContext} from '../run-context.ts'

export async function runConfirm(context: RunContext, step: StepBase): Promise<DraftObject> {
  await demandYes(context, step.id, 'Is it done, and as it says')
  return {answer: 'yes'}
}

/** @throws KeyriteError `STOPPED` on a no. */
export async function demandYes(
  {room, id}: Pick<RunContext, 'room' | 'id'>,
  step: string,
  question: string,
): Promise<void> {
  if (!(await room.confirm(step, question))) {
    throw new KeyriteError('STOPPED', `step "${step}" was answered no`, {
      hints: [
        `keyrite ceremony resume ${id.slice(0, 8)}`,
        `keyrite ceremony abort ${id.slice(0, 8)} --reason R`,
      ],
    })
  }
}
