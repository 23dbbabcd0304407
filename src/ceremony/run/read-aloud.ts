/** `read-aloud`: a digest or a text is read aloud and compared with the paper. */
import {words} from '../../base/words.ts'
import {aloudLines} from '../aloud.ts'
import type {DraftObject} from '../../ledger/index.ts'
import {planDigestOf} from '../plans.ts'
import type {StepBase} from '../step.ts'
import {ceremonyOf, type RunContext} from '../run-context.ts'
import {demandYes} from './confirm.ts'

export interface ReadAloudStep extends StepBase {
  /** `template`, `ledger`, `text`, or `plan of STEP`. */
  readonly what: string
}

export async function runReadAloud(context: RunContext, step: ReadAloudStep): Promise<DraftObject> {
  const digest = digestOf(context, step.what)
  if (digest !== null) {
    context.room.say(aloudLines(digest))
  }
  await demandYes(
    context,
    step.id,
    digest === null ? 'Has it been read aloud' : 'Was it read aloud, and is it the same as on paper',
  )
  return digest === null
    ? {what: step.what}
    : {what: step.what, sha256: digest, words: words(Buffer.from(digest, 'hex')).length}
}

function digestOf(context: RunContext, what: string): string | null {
  if (what === 'template') return ceremonyOf(context).template
  if (what === 'ledger') return context.app.ledger.view.facts.fingerprint
  if (what.startsWith('plan of ')) return planDigestOf(context, what.slice('plan of '.length))
  return null
}
