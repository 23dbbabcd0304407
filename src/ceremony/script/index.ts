/** Loaded when a script is wanted: what it is drawn with takes longer to load than the rest of a short run. */
import {join} from 'node:path'
import {sha256Hex} from '../../base/bytes.ts'
import {readPublic} from '../../base/files.ts'
import type {LedgerFacts, View} from '../../ledger/index.ts'
import type {Doc} from '../../paper/document.ts'
import {htmlOf} from '../../paper/html.ts'
import {pdfOf, type Paper} from '../../paper/pdf/index.ts'
import type {Values} from '../placeholders.ts'
import type {Loaded} from '../template.ts'
import {printedPlans, type Printed} from './plans.ts'
import {scriptOf} from './script.ts'
import {standbyOf} from './times.ts'
import {called, withBlanks} from './values.ts'

export interface ScriptWanted {
  readonly loaded: Loaded
  readonly values: Values
  readonly view: (Pick<View, 'of'> & {readonly facts: LedgerFacts}) | null
  readonly zone: string
  /** Parameters whose value is not to be had: withheld from a bundle, or erased. */
  readonly absent?: readonly string[]
  /** Where this keyrite's own files lie. */
  readonly packageRoot: string
}

export interface Script {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly plans: readonly Printed[]
  /** Parameters that stand as blanks. */
  readonly blank: readonly string[]
}

/** @throws KeyriteError `USAGE` naming parameters that need a value, `TEMPLATE_INVALID`. */
export function scriptFiles({paper, ...wanted}: ScriptWanted & {readonly paper: Paper}): Script {
  const {doc, plans, blank} = printedScript(wanted)
  const files = new Map<string, Uint8Array>([
    ['script.html', Buffer.from(htmlOf(doc))],
    ['script.pdf', pdfOf(doc, paper)],
  ])
  return {files, plans, blank}
}

/** @throws as `scriptFiles`. */
export function printedScript({
  loaded,
  values,
  view,
  zone,
  packageRoot,
  absent = [],
}: ScriptWanted): Omit<Script, 'files'> & {readonly doc: Doc} {
  const {filled, blank} = withBlanks(loaded, called(view, loaded, values))
  const plans = printedPlans(view, loaded, values)
  const doc = scriptOf({
    filled,
    plans,
    zone,
    absent,
    ledger: view?.facts ?? null,
    verifier: sha256Hex(readPublic(join(packageRoot, 'ceremony-templates/bundle/verify.py'), 1024 * 1024)),
    standby: standbyOf(filled, loaded.path),
  })
  return {doc, plans, blank}
}
