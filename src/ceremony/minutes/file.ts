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
  /** The size of a PDF's pages. */
  readonly paper: 'a4' | 'letter'
}

/** @throws KeyriteError `UNSUPPORTED` for a form that minutes do not have. */
export async function minutesFile(
  path: string,
  {ledger, operations, ceremony, paper}: MinutesWanted,
): Promise<Uint8Array> {
  const ending = extname(path).toLowerCase()
  if (!['.html', '.pdf', '.txt'].includes(ending)) {
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot write minutes to "${path}": expected a name that ends in .html, .pdf or .txt`,
      {hints: ['--out minutes.html', '--out minutes.pdf', '--out minutes.txt']},
    )
  }
  const {view} = ledger
  const entries = Array.from({length: ledger.size}, (_, seq) => view.entry(seq)).filter(
    (one) => one !== undefined,
  )
  const doc = minutesOf({view, entries, operations, ceremony, level: 'full'})
  if (ending === '.pdf') {
    const {pdfOf} = await import('../../paper/pdf/index.ts')
    return pdfOf(doc, paper)
  }
  return Buffer.from(ending === '.html' ? htmlOf(doc) : textOf(doc))
}
