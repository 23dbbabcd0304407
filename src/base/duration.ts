import {KeyriteError} from './errors.ts'
import {visibleLine} from './visible.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const week = 7 * day

/**
 * Milliseconds of an ISO 8601 duration in whole weeks, days, hours, minutes and seconds, such as `P30D`, `PT72H`,
 * `P1DT12H` or `P2W`. A day is 24 hours. Years and months are refused: how long one is depends on when it starts.
 * @throws KeyriteError `USAGE` for anything else.
 */
export function parseDuration(text: string): number {
  const refuse = (fact: string): KeyriteError =>
    new KeyriteError('USAGE', `cannot read duration "${visibleLine(text, 40)}": ${fact}`, {
      hints: ['write it like P30D (30 days), PT72H (72 hours), P1DT12H or P2W'],
    })
  if (/^P(?:\d+W)?(?:\d+D)?\d+[YM]|^P\d+[YM]/.test(text))
    throw refuse('years and months differ in length, say days')
  const match = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text)
  if (match === null || text === 'P')
    throw refuse('not an ISO 8601 duration of weeks, days, hours, minutes and seconds')
  const units = [week, day, hour, minute, second]
  const ms = units.reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unit, 0)
  if (ms > 36_500 * day) throw refuse('longer than 36500 days (a hundred years)')
  return ms
}

/** The one ISO 8601 spelling that keyrite stores: days, hours, minutes, seconds, as `P30D`, `PT5M`, `PT0S`. */
export function durationText(ms: number): string {
  const [days, hours, minutes, seconds] = partsOf(ms, 'exact')
  const time = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${seconds > 0 ? `${seconds}S` : ''}`
  if (days === 0) return time === '' ? 'PT0S' : `PT${time}`
  return `P${days}D${time === '' ? '' : `T${time}`}`
}

/** For people: the two largest units and no more, rounded down: `3 days`, `1 day 4 h`, `2 h 05 min`, `4 min 10 s`, `41 s`. */
export function plainDuration(ms: number): string {
  if (ms < 0) return `-${plainDuration(-ms)}`
  const [days, hours, minutes, seconds] = partsOf(ms, 'rounded down')
  const two = (value: number): string => String(value).padStart(2, '0')
  if (days > 0) return `${days} day${days === 1 ? '' : 's'}${hours > 0 ? ` ${hours} h` : ''}`
  if (hours > 0) return minutes > 0 ? `${hours} h ${two(minutes)} min` : `${hours} h`
  if (minutes > 0) return seconds > 0 ? `${minutes} min ${two(seconds)} s` : `${minutes} min`
  return `${seconds} s`
}

function partsOf(ms: number, how: 'exact' | 'rounded down'): [number, number, number, number] {
  if (!Number.isSafeInteger(ms) && how === 'exact') throw new TypeError(`not whole milliseconds: ${ms}`)
  if (how === 'exact' && (ms < 0 || ms % second !== 0)) throw new TypeError(`not whole seconds: ${ms} ms`)
  return [
    Math.floor(ms / day),
    Math.floor((ms % day) / hour),
    Math.floor((ms % hour) / minute),
    Math.floor((ms % minute) / second),
  ]
}
