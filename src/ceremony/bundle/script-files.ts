/** The script in a bundle: printed again from what the ceremony was opened with, as the ledger stood then. docs/bundle-format.md. */
import {isObject, type Json} from '../../base/jcs.ts'
import {isPrivate, type View} from '../../ledger/index.ts'
import {htmlOf} from '../../paper/html.ts'
import {unrecorded} from '../recorded.ts'
import type {Ceremony} from '../state.ts'
import {parseTemplate} from '../template.ts'
import type {Judged, Rules} from './judge.ts'
import type {Files} from './primary.ts'

/** None where the template is withheld. @throws KeyriteError `TEMPLATE_INVALID`. */
export function scriptFilesIn(
  {replay, standing}: Judged,
  ceremony: Ceremony,
  {script, pdf}: Pick<Rules, 'script' | 'pdf'>,
): Files {
  const {template, opened} = ceremony
  if (!replay.holds(template) || standing === null) return new Map()
  const whole = parseTemplate(replay.blob(template), 'template')
  const stored = opened.data['parameters']
  const hidden = withheldIn(replay, stored)
  const {parameters} = whole.template
  // What is not here must not come back as the default that stands in the template.
  const declared = [...parameters].map(
    ([name, one]) => [name, hidden.has(name) ? {...one, default: undefined} : one] as const,
  )
  const values = unrecorded(replay, whole.template, stored, () => '')
  const doc = script({
    loaded: {...whole, template: {...whole.template, parameters: new Map(declared)}},
    values: new Map([...values].filter(([name]) => !hidden.has(name))),
    view: {of: standing.of, facts: replay.facts},
    zone: 'UTC',
    absent: [...hidden],
  })
  return new Map<string, Uint8Array>([
    ['script.html', Buffer.from(htmlOf(doc))],
    ['script.pdf', pdf(doc)],
  ])
}

/** The parameters whose private value is not here: withheld, or erased. */
function withheldIn(view: Pick<View, 'open'>, stored: Json | undefined): ReadonlySet<string> {
  const all = isObject(stored) ? Object.entries(stored) : []
  return new Set(all.flatMap(([name, value]) => (isPrivate(value) && !view.open(value) ? [name] : [])))
}
