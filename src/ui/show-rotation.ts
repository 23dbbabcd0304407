/** Rotations for people. */
import {parseDuration, plainDuration} from '../base/duration.ts'
import type {RotationStatus} from '../keys/index.ts'
import type {Print} from './print.ts'

/** One line a key, worst first as they come, and the command that deals with the worst. */
export function rotationRows(print: Print, keys: readonly RotationStatus[], empty: string): string[] {
  const rows = keys.map(({name, class: of, reason, due, overdueBy, mode, cannot}) => [
    name,
    of,
    overdueBy === null
      ? `${words[reason]}${cannot === null ? '' : `: ${cannot}`}`
      : `OVERDUE by ${plainDuration(parseDuration(overdueBy))}${cannot === null ? '' : `, cannot: ${cannot}`}`,
    due?.slice(0, 10) ?? null,
    mode,
  ])
  const next = keys.find((one) => one.next !== null)
  return [
    ...print.table(['Key', 'Class', 'State', 'Due', 'Mode'], rows, empty),
    ...(next === undefined ? [] : ['', `Next: ${next.next ?? ''}`]),
  ]
}

const words: Readonly<Record<RotationStatus['reason'], string>> = {
  overdue: 'OVERDUE',
  paused: 'paused',
  due: 'due',
  rotating: 'rotating',
  cannot: 'cannot',
  never: 'never rotated',
  'on-time': 'on time',
  'not-active': 'not active',
}
