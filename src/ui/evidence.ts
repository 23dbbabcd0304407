/** What people give on the command line to show that something was done, and until when something holds. */
import {lstatSync} from 'node:fs'
import {basename} from 'node:path'
import {sha256Hex} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {readPublic} from '../base/files.ts'
import type {Json} from '../base/jcs.ts'

const largestFile = 256 * 1024 * 1024

/** Words, or a file's name and SHA-256 where the text is the path of a file. @throws KeyriteError `USAGE` for nothing, `UNSAFE_FILE`. */
export function evidenceFrom(text: string): Json {
  if (text.trim() === '')
    throw new KeyriteError('USAGE', 'cannot record this: the evidence is empty', {
      hints: ['--evidence TEXT|FILE: words that a colleague can follow, or a file'],
    })
  if (text.length > 4096 || lstatSync(text, {throwIfNoEntry: false})?.isFile() !== true) return text
  return {file: basename(text), sha256: sha256Hex(readPublic(text, largestFile))}
}

/** The end of a day in UTC, or the time that is given. @throws KeyriteError `USAGE`. */
export function untilDay(text: string, flag: string): Date {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59.999Z` : text
  const time = new Date(day)
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z$/.test(day)
  if (isTime && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day.slice(0, 10))) return time
  throw new KeyriteError('USAGE', `expected a day for ${flag}, got "${text}"`, {
    hints: [`${flag} 2027-03-31, or a time such as 2027-03-31T12:00:00Z`],
  })
}
