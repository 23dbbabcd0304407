/** The minutes as a file for people: what its name ends in decides the form. */
import {extname} from 'node:path'
import {KeyriteError} from '../../base/errors.ts'
import type {Ledger} from '../../ledger/index.ts'
import {htmlOf} from '../../paper/html.ts'
import {textOf} from '../../paper/text.ts'
import type {Operations} from '../../requests/index.ts'
import type {Ceremony} from '../state.ts'
import {minutesOf} from './minutes.ts'

export interface MinutesWanted {
  readonly ledger: Ledger
  readonly operations: Operations
  readonly ceremony: Ceremony
}

/** @throws KeyriteError `UNSUPPORTED` for a form that minutes do not have. */
export function minutesFile(path: string, {ledger, operations, ceremony}: MinutesWanted): Uint8Array {
  const ending = extname(path).toLowerCase()
  if (ending !== '.html' && ending !== '.txt') {
    throw new KeyriteError(
      'UNSUPPORTED',
      ending === '.pdf'
        ? 'cannot write minutes as PDF: this keyrite writes .html and .txt'
        : `cannot write minutes to "${path}": expected a name that ends in .html or .txt`,
      {hints: ['--out minutes.html, and print that to PDF', '--out minutes.txt']},
    )
  }
  const {view} = ledger
  const span = ceremony.lastSeq - ceremony.seq + 1
  const entries = Array.from({length: span}, (_, at) => view.entry(ceremony.seq + at)).filter(
    (one) => one !== undefined,
  )
  const doc = minutesOf({view, entries, operations, ceremony})
  return Buffer.from(ending === '.html' ? htmlOf(doc) : textOf(doc))
}
