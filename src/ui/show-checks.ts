/** Checks for reading: worst first, each failing one with what mends it. */
import type {CheckLine} from '../providers/ports.ts'
import {counted, type Print} from './print.ts'

export function checkLines(print: Print, checks: readonly CheckLine[]): string[] {
  const failing = checks.filter(({ok}) => !ok)
  const rows = [...failing, ...checks.filter(({ok}) => ok)].map(({name, ok, detail, fix}) => [
    name,
    ok ? 'ok' : 'NOT OK',
    fix === null ? detail : `${detail}. Try this: ${fix}`,
  ])
  const sum = failing.length === 0 ? 'All is well.' : `${counted(failing.length, 'check')} not ok.`
  return [...print.table(['Check', 'Result', 'What was found'], rows, 'Nothing was checked.'), '', sum]
}
