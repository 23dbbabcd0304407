/** The time plan: when each act begins, in UTC and in the room's own zone. */
import {plainDuration} from '../../base/duration.ts'
import {KeyriteError} from '../../base/errors.ts'
import {facts, heading, paragraph, sheet, type Block} from '../../paper/document.ts'
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

/** Planned minutes as people plan by them. */
export function lasting(minutes: number): string {
  return minutes === 0 ? '0 min' : plainDuration(minutes * 60_000)
}

/** The planned minutes of each act. */
export function minutesOf(filled: Filled): readonly number[] {
  return filled.acts.map(({steps}) => steps.reduce((sum, step) => sum + step.minutes, 0))
}

/** When an act is to begin; null where the template names no time to begin at all. */
export function beginningOf(filled: Filled, standby: Date | null, act: number): Date | null {
  if (standby === null) return null
  const before = minutesOf(filled)
    .slice(0, act)
    .reduce((sum, one) => sum + one, 0)
  return new Date(standby.getTime() + before * 60_000)
}

export function timePlan(filled: Filled, standby: Date | null, zone: string): readonly Block[] {
  const minutes = minutesOf(filled)
  const whole = minutes.reduce((sum, one) => sum + one, 0)
  const planned =
    standby === null ? ['After the start'] : ['Begins (UTC)', ...(zone === 'UTC' ? [] : [`Local (${zone})`])]
  let before = 0
  const rows = filled.acts.map(({title}, at) => {
    const own = minutes[at] ?? 0
    const begins = beginning(standby, before, zone)
    before += own
    return [`${at + 1}. ${title}`, lasting(own), ...begins, '']
  })
  const end = ['End', `${lasting(whole)} in all`, ...beginning(standby, whole, zone), '']
  return [
    heading(2, 'Time plan'),
    standby === null
      ? paragraph('The template names no time to begin: times are counted from the first step.')
      : facts([['Everybody in the room', moment(standby, zone)]]),
    sheet({
      columns: [
        {name: 'Act', share: 30},
        {name: 'Planned', share: 20},
        ...planned.map((name) => ({name, share: 34 / planned.length})),
        {name: 'Begun (UTC)', share: 15},
      ],
      rows: [...rows, end].map((cells) => ({cells, room: 1.2})),
    }),
  ]
}

function beginning(standby: Date | null, minutes: number, zone: string): readonly string[] {
  if (standby === null) {
    return [`+${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`]
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
