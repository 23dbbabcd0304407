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
  return [
    ...[...failing, ...notes, ...fine].flatMap((one) => lineOf(print, one)),
    '',
    ...wrap(summary(failing), print.width),
  ]
}

/** By name: what stands first has left a small screen by now. */
function summary(failing: readonly Check[]): string {
  if (failing.length === 0) return 'All is well.'
  const names = [...new Set(failing.map(({name}) => visible(name)))]
  const more = names.length > 5 ? ` and ${names.length - 5} more` : ''
  return `${counted(failing.length, 'check')} not ok, at the top: ${names.slice(0, 5).join(', ')}${more}.`
}

function lineOf({plain, width}: Print, {name, ok, level, detail, fix}: Check): string[] {
  const mark = marks[level ?? (ok ? 'ok' : 'fault')]
  const what = visible(`${name}: ${detail}`)
  if (plain) return [`${mark}: ${what}`, ...(fix === null ? [] : [`Try this: ${visible(fix)}`])]
  const start = padTo(mark, 8)
  const rest = ' '.repeat(8)
  return [
    ...hang(start, rest, wrap(what, width - 8)),
    ...(fix === null ? [] : mendLines(rest, visible(fix), width)),
  ]
}

/** A command is left whole: it is there to be copied. A sentence is broken at words. */
function mendLines(rest: string, fix: string, width: number): readonly string[] {
  const start = `${rest}Try this: `
  const isSentence = /[,;:] /.test(fix) || !/^keyrite | -{1,2}[a-z]|[/>=]/.test(fix)
  return isSentence ? hang(start, ' '.repeat(start.length), wrap(fix, width - start.length)) : [start + fix]
}
