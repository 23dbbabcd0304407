/** A document as the file that somebody asked for: its name's ending decides the form. */
import {extname} from 'node:path'
import {KeyriteError} from '../base/errors.ts'
import type {Doc} from '../paper/document.ts'
import {htmlOf} from '../paper/html.ts'
import {markdownOf} from '../paper/markdown.ts'
import type {Paper} from '../paper/pdf/index.ts'
import {textOf} from '../paper/text.ts'

export const forms = ['.html', '.pdf', '.txt', '.md'] as const
export type Form = (typeof forms)[number]

/** @throws KeyriteError `UNSUPPORTED` for a form that is not among `allowed`. */
export function formOf(path: string, what: string, allowed: readonly Form[]): Form {
  const form = allowed.find((one) => one === extname(path).toLowerCase())
  if (form !== undefined) return form
  const ends = `${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1) ?? ''}`
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot write ${what} to "${path}": expected a name that ends in ${ends}`,
    {hints: allowed.map((one) => `--out FILE${one}`)},
  )
}

/** The file's bytes; the same for equal documents. */
export async function paperBytes(form: Form, doc: Doc, paper: Paper = 'a4'): Promise<Uint8Array> {
  if (form === '.html') return Buffer.from(htmlOf(doc))
  if (form === '.txt') return Buffer.from(textOf(doc))
  if (form === '.md') return Buffer.from(markdownOf(doc))
  return (await import('../paper/pdf/index.ts')).pdfOf(doc, paper)
}
