/** What stands on the screen when a step begins. It is filmed: number and title first, then what is done, by whom, and the plan against the clock. */
import type {StepHeader} from './room.ts'

/** It fits into 80 columns behind the mark of a rehearsal, too. */
const rule = '-'.repeat(67)

/** @param plain - for those who do not see the screen: without lines that are only drawn. */
export function headerLines(header: StepHeader, plain = false): readonly string[] {
  const {number, id, of, at, act, text, by, people} = header
  return [
    '',
    ...(plain ? [] : [rule]),
    `Step ${number}  ${id}   (${at} of ${of}, act "${act}")`,
    ...(plain ? [] : [rule]),
    `  ${text}`,
    '',
    `  By: ${by}${people.length === 0 ? '' : ` (${people.join(', ')})`}`,
    `  Time: ${clock(header.startedAt)} UTC. ${planInWords(header)}`,
  ]
}

/** `Planned: 5 min, until 10:07. 3 min behind the plan.` */
function planInWords({plannedMinutes, plannedStart, startedAt}: StepHeader): string {
  const until = new Date(plannedStart.getTime() + plannedMinutes * 60_000)
  const late = Math.round((startedAt.getTime() - plannedStart.getTime()) / 60_000)
  const said = late === 0 ? 'On time' : `${Math.abs(late)} min ${late > 0 ? 'behind' : 'ahead of'} the plan`
  return `Planned: ${plannedMinutes} min, until ${clock(until).slice(0, -3)}. ${said}.`
}

function clock(time: Date): string {
  return time.toISOString().slice(11, 19)
}
