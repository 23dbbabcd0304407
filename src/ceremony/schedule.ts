/** The plan against the clock: when a step would begin, had all before it taken as long as planned. Breaks do not count. */
import type {Ceremony} from './state.ts'
import type {StepBase} from './step.ts'

export function plannedStart(
  {opened, notes}: Pick<Ceremony, 'opened' | 'notes'>,
  steps: readonly StepBase[],
  step: StepBase,
): Date {
  const planned = steps.slice(0, steps.indexOf(step)).reduce((sum, {minutes}) => sum + minutes, 0)
  return new Date(Date.parse(opened.time) + planned * 60_000 + breaks(notes))
}

/** Sum of the times between a stop or pause and the resumption after it, in ms. */
function breaks(notes: Ceremony['notes']): number {
  let since: number | null = null
  let sum = 0
  for (const {what, at} of notes) {
    if (what === 'resumed') {
      if (since !== null) sum += Date.parse(at) - since
      since = null
    } else since ??= Date.parse(at)
  }
  return sum
}
