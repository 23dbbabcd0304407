/** `read-aloud`: a digest or a text is read aloud and compared with the paper. */
import {words} from '../../base/words.ts'
import {aloudLines} from '../aloud.ts'
import type {DraftObject} from '../../ledger/index.ts'
import {custodyFold} from '../../custody/index.ts'
import {policyFold} from '../../policy/index.ts'
import {planInWords, policyOf} from '../../requests/index.ts'
import {planDigestOf, planOfQuorum, requestOfQuorum} from '../plans.ts'
import type {StepBase} from '../step.ts'
import {ceremonyOf, type RunContext} from '../run-context.ts'
import {demandYes} from './confirm.ts'

export interface ReadAloudStep extends StepBase {
  /** `template`, `ledger`, `text`, or `plan of STEP`. */
  readonly what: string
}

export async function runReadAloud(context: RunContext, step: ReadAloudStep): Promise<DraftObject> {
  const digest = digestOf(context, step.what)
  if (digest !== null) context.room.say([...planLinesOf(context, step.what), ...aloudLines(digest)])
  await demandYes(
    context,
    step.id,
    digest === null ? 'Has it been read aloud' : 'Was it read aloud, and is it the same as on paper',
  )
  return digest === null
    ? {what: step.what}
    : {what: step.what, sha256: digest, words: words(Buffer.from(digest, 'hex')).length}
}

const plan = 'plan of '

/** What is asked for, in words: they are read aloud too, since nobody can tell from a digest what will be done. */
function planLinesOf(context: RunContext, what: string): readonly string[] {
  if (!what.startsWith(plan)) return []
  const {ledger, operations} = context.app
  const quorum = what.slice(plan.length)
  const asked = requestOfQuorum(context, planDigestOf(context, quorum))
  const {roster} = ledger.of(custodyFold)
  const policy = asked === undefined ? ledger.of(policyFold).policy : policyOf(ledger.view, asked)
  const planned = asked ?? planOfQuorum(ledger.view, context.filled, quorum)
  return [...planInWords({roster, policy}, operations, planned), '', 'The plan, by its digest:']
}

function digestOf(context: RunContext, what: string): string | null {
  if (what === 'template') return ceremonyOf(context).template
  if (what === 'ledger') return context.app.ledger.view.facts.fingerprint
  if (what.startsWith(plan)) return planDigestOf(context, what.slice(plan.length))
  return null
}
