/** The time plan: when each act begins, in UTC and in the room's own zone. */
import {KeyriteError} from '../../base/errors.ts'
import {facts, heading, paragraph, table, writing, type Block} from '../../paper/document.ts'
import type {Filled} from '../template.ts'

/** @throws KeyriteError `TEMPLATE_INVALID` if what the template says is no time in UTC. */
export function standbyOf(filled: Filled, path: string): Date | null {
  const {standby} = filled
  if (standby === null || standby.startsWith('____')) return null
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?Z$/.test(standby) ? new Date(standby) : null
  if (time !== null && !Number.isNaN(time.getTime())) return time
  throw new KeyriteError(
    'TEMPLATE_INVALID',
    `${path}: standby: expected a time in UTC such as 2026-12-01T09:00Z, got "${standby}"`,
    {hints: ['docs/ceremony-templates.md']},
  )
}

/** `2026-12-01 09:00 UTC`, and beside it the local time with its zone where that is another. */
export function moment(time: Date, zone: string): string {
  const utc = `${time.toISOString().slice(0, 10)} ${time.toISOString().slice(11, 16)} UTC`
  return zone === 'UTC' ? utc : `${utc} (${localTime(time, zone)} ${zone})`
}

export function timePlan(filled: Filled, standby: Date | null, zone: string): readonly Block[] {
  const minutes = filled.acts.map(({steps}) => steps.reduce((sum, step) => sum + step.minutes, 0))
  const whole = minutes.reduce((sum, one) => sum + one, 0)
  const local = zone === 'UTC' ? [] : [`Local (${zone})`]
  let before = 0
  const rows = filled.acts.map(({title}, at) => {
    const own = minutes[at] ?? 0
    const begins = beginning(standby, before, zone)
    before += own
    return [`${at + 1}. ${title}`, `${own} min`, ...begins]
  })
  return [
    heading(2, 'Time plan'),
    ...(standby === null
      ? [
          paragraph('The template names no time to begin: times are counted from the first step.'),
          writing('Begun at (UTC)'),
        ]
      : [facts([['Everybody in the room', moment(standby, zone)]])]),
    table({
      columns: ['Act', 'Planned', 'Begins (UTC)', ...local],
      rows: [...rows, ['End', `${whole} min in all`, ...beginning(standby, whole, zone)]],
    }),
  ]
}

function beginning(standby: Date | null, minutes: number, zone: string): readonly string[] {
  if (standby === null) {
    const after = `+${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
    return zone === 'UTC' ? [after] : [after, after]
  }
  const time = new Date(standby.getTime() + minutes * 60_000)
  const utc = time.toISOString().slice(11, 16)
  return zone === 'UTC' ? [utc] : [utc, localTime(time, zone)]
}

function localTime(time: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(time)
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('weekday')} ${part('hour')}:${part('minute')}`
}
