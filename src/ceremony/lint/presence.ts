/** Rules on who is in the room: whoever acts is there, and witnesses see a key being made. */
import {brings} from '../step.ts'
import type {Remark, Script} from './script.ts'

export function* presence({template, steps}: Script): Generator<Remark> {
  const acts = template.acts.map(({id}) => id)
  const isThere = (role: string, act: string): boolean => {
    const there = template.roles.get(role)?.acts
    // An act that is not known is said once, by the references.
    return there === undefined || there.includes(act) || there.every((one) => !acts.includes(one))
  }
  for (const {step, path, number} of steps) {
    const act = acts[Number(path[1])] ?? ''
    const absent = (role: string, field: string, what: string): Remark => ({
      rule: 'role-absent',
      path: [...path, field],
      message: `step ${number} "${step.id}": ${what} "${role}", which is not in the room in act "${act}": add the act to its "acts", or move the step`,
    })
    // At the sign-off people may sign later, from elsewhere.
    if (!isThere(step.by, act)) yield absent(step.by, 'by', 'it is done by role')
    if (step.kind === 'bag' && step.reads !== undefined && !isThere(step.reads, act))
      yield absent(step.reads, 'reads', 'the number is read by role')
    if (brings(step) && template.roles.has('witness') && !isThere('witness', act))
      yield absent('witness', 'kind', 'a key is made without role')
  }
}
