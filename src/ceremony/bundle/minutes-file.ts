/** The minutes as a file for people: what its name ends in decides the form. */
import {extname} from 'node:path'
import {KeyriteError} from '../../base/errors.ts'
import type {Ledger, Tool} from '../../ledger/index.ts'
import {textOf} from '../../paper/text.ts'
import {minutesOf} from '../minutes/index.ts'
import type {Ceremony} from '../state.ts'
import {minutesPage} from './derive.ts'
import {judge, type Rules} from './judge.ts'
import {primaryOf} from './make.ts'

export interface MinutesWanted {
  readonly ledger: Ledger
  readonly rules: Rules
  readonly ceremony: Ceremony
  readonly tool: Tool
}

/**
 * All forms say the same; a page carries what it says, as a bundle of level full holds it, to check itself by.
 * @throws KeyriteError `UNSUPPORTED` for a form that minutes do not have.
 */
export function minutesFile(path: string, {ledger, rules, ceremony, tool}: MinutesWanted): Uint8Array {
  const ending = extname(path).toLowerCase()
  if (!['.html', '.pdf', '.txt'].includes(ending)) {
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot write minutes to "${path}": expected a name that ends in .html, .pdf or .txt`,
      {hints: ['--out minutes.html', '--out minutes.pdf', '--out minutes.txt']},
    )
  }
  if (ending === '.html') {
    const {primary} = primaryOf({ledger, ceremony, tool, level: 'full'})
    return Buffer.from(minutesPage(primary, judge(primary, rules), rules))
  }
  const {view} = ledger
  const entries = Array.from({length: ledger.size}, (_, seq) => view.entry(seq)).filter(
    (one) => one !== undefined,
  )
  const doc = minutesOf({view, entries, operations: rules.operations, ceremony, level: 'full'})
  return ending === '.pdf' ? rules.pdf(doc) : Buffer.from(textOf(doc))
}
