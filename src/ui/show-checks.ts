/** Checks for reading: worst first, one line each; below a failing one what mends it, whole, to be copied. */
import {visible} from '../base/visible.ts'
import {hang, padTo, wrap} from '../paper/wrap.ts'
import type {CheckLine} from '../providers/ports.ts'
import type {Level} from './doctor/finding.ts'
import {counted, type Print} from './print.ts'

interface Check extends CheckLine {
  readonly level?: Level
}

const marks: Readonly<Record<Level, string>> = {fault: 'NOT OK', warning: 'NOT OK', note: 'note', ok: 'ok'}

export function checkLines(print: Print, checks: readonly Check[]): string[] {
  const failing = checks.filter(({ok}) => !ok)
  const notes = checks.filter(({level}) => level === 'note')
  const fine = checks.filter((one) => one.ok && one.level !== 'note')
  const sum = failing.length === 0 ? 'All is well.' : `${counted(failing.length, 'check')} not ok.`
  return [...[...failing, ...notes, ...fine].flatMap((one) => lineOf(print, one)), '', sum]
}

function lineOf({plain, width}: Print, {name, ok, level, detail, fix}: Check): string[] {
  const mark = marks[level ?? (ok ? 'ok' : 'fault')]
  const what = visible(`${name}: ${detail}`)
  if (plain) return [`${mark}: ${what}`, ...(fix === null ? [] : [`Try this: ${visible(fix)}`])]
  const start = padTo(mark, 8)
  const rest = ' '.repeat(8)
  return [
    ...hang(start, rest, wrap(what, width - 8)),
    // Whole: it is there to be copied.
    ...(fix === null ? [] : [`${rest}Try this: ${visible(fix)}`]),
  ]
}
